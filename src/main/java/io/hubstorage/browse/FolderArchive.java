package io.hubstorage.browse;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Files of a bucket, those below some prefixes and some by their keys, as a zip archive. Its names are the paths that the files have below
 * the bucket's folder: one for each key, none that leads out, none twice. What cannot be read is named in a file of its own
 * at the end. Blocking; memory does not grow with the number or the size of the files.
 */
public final class FolderArchive {
    /** The name of the list of what is missing, which no key can have as its path. */
    static final String MISSING = "~hub~MISSING.txt";

    private static final int MOST_NAMED = 1000;

    private final SnapshotReader snapshot;
    private final String bucket;
    private final List<String> missing = new ArrayList<>();
    private long missed;
    private Instant newest = Instant.EPOCH;

    public FolderArchive(SnapshotReader snapshot, String bucket) {
        this.snapshot = snapshot;
        this.bucket = bucket;
    }

    /** What is in it: all that begins with a prefix, and what has a key. Nothing is in it twice. */
    public record Choice(List<String> prefixes, List<String> keys) {
        public Choice {
            TreeSet<String> widest = new TreeSet<>(KeyOrder.COMPARATOR);
            for (String prefix : new TreeSet<>(prefixes)) {
                if (widest.stream().noneMatch(prefix::startsWith)) {
                    widest.add(prefix);
                }
            }
            prefixes = List.copyOf(widest);
            keys = keys.stream()
                    .filter(key -> widest.stream().noneMatch(key::startsWith))
                    .distinct()
                    .sorted(KeyOrder.COMPARATOR)
                    .toList();
        }

        /** All below one prefix. */
        public static Choice of(String prefix) {
            return new Choice(List.of(prefix), List.of());
        }
    }

    /** Whether a snapshot has anything of what is chosen. */
    public boolean isAnything(Choice choice) throws IOException {
        try (KeyCursor entries = snapshot.open(bucket)) {
            for (String prefix : choice.prefixes) {
                entries.seek(prefix, KeyOrder.beyond(prefix));
                if (entries.next() != null) {
                    return true;
                }
            }
            for (String key : choice.keys) {
                entries.seek(key, key + '\0');
                if (entries.next() != null) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Writes the archive; does not close the stream.
     *
     * @throws IOException also when the stream does not want any more
     */
    public void write(Choice choice, OutputStream out) throws IOException {
        try (KeyCursor entries = snapshot.open(bucket);
                ZipWriter zip = new ZipWriter(out)) {
            for (String prefix : choice.prefixes) {
                entries.seek(prefix, KeyOrder.beyond(prefix));
                addAll(entries, zip);
            }
            for (String key : choice.keys) {
                entries.seek(key, key + '\0');
                addAll(entries, zip);
            }
            if (missed > 0) {
                byte[] text = missingText().getBytes(StandardCharsets.UTF_8);
                zip.addFile(MISSING, newest, text.length, new ByteArrayInputStream(text));
            }
            zip.finish();
        }
    }

    private void addAll(KeyCursor entries, ZipWriter zip) throws IOException {
        for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
            add(entry, zip);
            newest = entry.lastModified().isAfter(newest) ? entry.lastModified() : newest;
        }
    }

    private void add(ManifestEntry entry, ZipWriter zip) throws IOException {
        // Names that the old tool left may be anything that a disk takes.
        String path = snapshot.legacy() ? KeyPath.toPath(entry.key()) : entry.path();
        if (entry.stored() != null) {
            path = KeyPath.toPathOfContent(path);
        }
        InputStream content;
        try {
            if (entry.directory()) {
                snapshot.place(bucket, entry);
                zip.addFolder(path + "/", entry.lastModified());
                return;
            }
            Path file = snapshot.file(bucket, entry);
            if (entry.stored() != null) {
                // It may be damaged anywhere, and what has begun in the archive must go on to its end.
                try (InputStream whole = StoredContent.stream(file, entry)) {
                    whole.transferTo(OutputStream.nullOutputStream());
                }
            }
            content = StoredContent.stream(file, entry);
        } catch (NotThereException | FileSystemException | StoredContent.DamagedException e) {
            missed++;
            if (missing.size() < MOST_NAMED) {
                missing.add(path + ": " + e.getMessage());
            }
            return;
        }
        try (content) {
            zip.addFile(path, entry.lastModified(), entry.size(), content);
        }
    }

    private String missingText() {
        String more = missed > missing.size() ? "\nand %d more\n".formatted(missed - missing.size()) : "\n";
        return "These files of %s in the snapshot %s could not be read:\n\n".formatted(bucket, snapshot.name())
                + String.join("\n", missing)
                + more;
    }
}
