package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.Sorted;
import io.hubstorage.keys.KeyOrder;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the journals of earlier passes and interrupted runs have, as one manifest to link from. */
public final class StagedManifest {
    /**
     * One journal.
     *
     * @param journal the file; may have a torn last line
     * @param pathPrefix put before the path of each entry, for journals whose trees differ; empty for none
     */
    public record JournalSource(Path journal, String pathPrefix) {}

    private StagedManifest() {}

    /**
     * Sorts the entries of the journals by key and writes them as a manifest with its index beside it. Of several entries
     * for a key, the last of the newest journal counts.
     *
     * @param scratch for temporary files
     */
    public static ManifestSummary build(List<JournalSource> journalsOldestFirst, Path scratch, Path outZst)
            throws IOException {
        try (ExternalSort<ManifestEntry> sort = entrySort(scratch, ExternalSort.DEFAULT_RUN)) {
            for (JournalSource source : journalsOldestFirst) {
                addAll(source, sort);
            }
            return write(sort.sorted(), outZst);
        }
    }

    /** Sorts entries by key, {@code run} of them in memory. */
    public static ExternalSort<ManifestEntry> entrySort(Path scratch, int run) throws IOException {
        return new ExternalSort<>(
                Comparator.comparing(ManifestEntry::key, KeyOrder.COMPARATOR), new EntryCodec(), scratch, run);
    }

    /** Writes sorted entries as a manifest; of equal keys, the last counts. */
    public static ManifestSummary write(Sorted<ManifestEntry> entries, Path outZst) throws IOException {
        try (ManifestWriter writer = new ManifestWriter(outZst)) {
            @Nullable ManifestEntry held = entries.next();
            while (held != null) {
                ManifestEntry next = entries.next();
                if (next == null || !next.key().equals(held.key())) {
                    writer.write(held);
                }
                held = next;
            }
            return writer.finish();
        }
    }

    private static void addAll(JournalSource source, ExternalSort<ManifestEntry> sort) throws IOException {
        try (JournalReader reader = JournalReader.open(source.journal())) {
            for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                sort.add(source.pathPrefix().isEmpty() ? entry : entry.withPath(source.pathPrefix() + entry.path()));
            }
        }
    }

    /** Length and JSON line. Not thread-safe. */
    private static final class EntryCodec implements ExternalSort.Codec<ManifestEntry> {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
        private final JsonGenerator json;

        EntryCodec() throws IOException {
            json = EntryJson.generator(line);
        }

        @Override
        public void write(ManifestEntry entry, DataOutput out) throws IOException {
            line.reset();
            EntryJson.write(entry, json);
            json.flush();
            out.writeInt(line.size());
            out.write(line.toByteArray());
        }

        @Override
        public ManifestEntry read(DataInput in) throws IOException {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            try (JsonParser parser = EntryJson.parser(bytes, 0, bytes.length)) {
                ManifestEntry entry = EntryJson.read(parser);
                if (entry == null) {
                    throw new IOException("a run file of the sort is damaged");
                }
                return entry;
            }
        }
    }
}
