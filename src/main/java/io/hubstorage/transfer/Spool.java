package io.hubstorage.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.hubstorage.manifest.EntryJson;
import io.hubstorage.manifest.ManifestEntry;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of a shard on disk, in key order, so that memory does not grow with the bucket. Each is a JSON array
 * {@code [action, source, source_path, has_fallback]} followed by one or two manifest entries. Not thread-safe.
 */
final class Spool {
    private static final int BUFFER = 1 << 18;

    private Spool() {}

    /** Appends decisions. */
    static final class Writer implements AutoCloseable {
        private final JsonGenerator json;
        private long written;

        Writer(Path file) throws IOException {
            json = EntryJson.generator(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
            json.enable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        }

        /** Appends one and returns its sequence number, counted from 0. */
        long write(PlannedEntry planned) throws IOException {
            json.writeStartArray();
            json.writeString(planned.action().name());
            json.writeNumber(planned.source());
            json.writeString(planned.sourcePath());
            json.writeBoolean(planned.fallback() != null);
            json.writeEndArray();
            json.writeRaw('\n');
            EntryJson.write(planned.entry(), json);
            if (planned.fallback() != null) {
                EntryJson.write(planned.fallback(), json);
            }
            return written++;
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }

    /** Reads them back, from the first. */
    static final class Reader implements AutoCloseable {
        private final JsonParser json;

        Reader(Path file) throws IOException {
            json = EntryJson.parser(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        }

        /** The next decision, or null after the last. */
        @Nullable
        PlannedEntry next() throws IOException {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                return null;
            }
            PlannedEntry.Action action = PlannedEntry.Action.valueOf(json.nextTextValue());
            int source = json.nextIntValue(-1);
            String sourcePath = json.nextTextValue();
            boolean hasFallback = Boolean.TRUE.equals(json.nextBooleanValue());
            json.nextToken();
            ManifestEntry entry = EntryJson.read(json);
            ManifestEntry fallback = hasFallback ? EntryJson.read(json) : null;
            if (entry == null) {
                throw new IOException("the spool ends in the middle of a decision");
            }
            return new PlannedEntry(action, source, sourcePath, entry, fallback);
        }

        @Override
        public void close() throws IOException {
            json.close();
        }
    }
}
