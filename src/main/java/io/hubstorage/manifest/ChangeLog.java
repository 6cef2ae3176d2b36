package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.LineLog;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of the keys of a shard: JSON lines, each a manifest entry or {@code {"gone":KEY}}, appended as it is known, in
 * any order. A key without a line is as the last manifest has it; of several lines for a key the last counts. {@link
 * ManifestMerge} makes the next manifest of it, and the next run takes what it says was downloaded.
 *
 * <p>Lasts as a {@link LineLog} does. Thread-safe; an interrupt does not close it.
 */
public final class ChangeLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

    private final @Nullable LineLog file;
    private volatile boolean different;

    /** @param path is created or emptied; null to write nothing down, where only {@link #isDifferent} is of interest */
    public ChangeLog(@Nullable Path path) throws IOException {
        this(path == null ? null : LineLog.create(path));
    }

    /** A log that is there already, to write on at its end; of {@link #isDifferent} only what is new counts. */
    public static ChangeLog goOn(Path path) throws IOException {
        return new ChangeLog(LineLog.goOn(path));
    }

    private ChangeLog(@Nullable LineLog file) {
        this.file = file;
    }

    /**
     * The key's line in the next manifest is this one. Unless it is {@code DOWNLOADED} its file is linked later, from that of
     * the key's line in the last manifest.
     *
     * @param before what the last snapshot has of the key, to tell whether the next one differs; null when that is nothing
     */
    public void put(ManifestEntry entry, @Nullable ManifestEntry before) throws IOException {
        if (file != null) {
            file.append(Change.to(entry).json());
        }
        if (before == null || !entry.equals(before.withState(entry.state()))) {
            different = true;
        }
    }

    /** The next manifest has no line of the key, because S3 has no such object or it is not wanted any more. */
    public void gone(String key) throws IOException {
        lost(key);
        different = true;
    }

    /**
     * The last snapshot's file is of no use: the next manifest has no line of the key unless another is put. Nothing to make a
     * snapshot of.
     */
    public void lost(String key) throws IOException {
        if (file != null) {
            file.append(Change.gone(key).json());
        }
    }

    /** Whether the next snapshot is another than the last. States alone make no difference. */
    public boolean isDifferent() {
        return different;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /**
     * What became of one key: it has a new manifest line, or none any more. Kept as its line of the log, of which
     * only the key is understood until the rest is wanted, so that many can be sorted at little cost.
     */
    static final class Change {
        private static final int LINE = 1_024;
        private static final String KEY = "key";
        private static final String GONE = "gone";

        private final String key;
        private final boolean gone;
        private final byte[] json;

        private Change(String key, boolean gone, byte[] json) {
            this.key = key;
            this.gone = gone;
            this.json = json;
        }

        static Change to(ManifestEntry entry) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(LINE);
            try (JsonGenerator out = EntryJson.generator(line)) {
                EntryJson.write(entry, out);
            }
            return new Change(entry.key(), false, line.toByteArray());
        }

        static Change gone(String key) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(LINE);
            try (JsonGenerator out = EntryJson.generator(line)) {
                out.writeStartObject();
                out.writeStringField(GONE, key);
                out.writeEndObject();
                out.writeRaw('\n');
            }
            return new Change(key, true, line.toByteArray());
        }

        /**
         * The change of a line.
         *
         * @throws IOException when the line does not begin with a key
         */
        static Change of(byte[] json) throws IOException {
            try (JsonParser in = EntryJson.parser(json, 0, json.length)) {
                String first = in.nextToken() == JsonToken.START_OBJECT ? in.nextFieldName() : null;
                String key = KEY.equals(first) || GONE.equals(first) ? in.nextTextValue() : null;
                if (key == null) {
                    throw new IOException("a line must begin with its key");
                }
                return new Change(key, GONE.equals(first), json);
            }
        }

        String key() {
            return key;
        }

        /** The line as it is in the log, with its end. */
        byte[] json() {
            return json;
        }

        /**
         * The new manifest line; null when there is none any more.
         *
         * @throws IOException when it is damaged
         */
        @Nullable
        ManifestEntry entry() throws IOException {
            if (gone) {
                return null;
            }
            try (JsonParser in = EntryJson.parser(json, 0, json.length)) {
                return EntryJson.read(in);
            }
        }

        static final class Codec implements ExternalSort.Codec<Change> {
            @Override
            public void write(Change change, DataOutput out) throws IOException {
                out.writeInt(change.json.length);
                out.write(change.json);
            }

            @Override
            public Change read(DataInput in) throws IOException {
                byte[] json = new byte[in.readInt()];
                in.readFully(json);
                return of(json);
            }
        }
    }

    /** Reads a log from its beginning. Not thread-safe. */
    public static final class Reader implements AutoCloseable {
        private final Path path;
        private final InputStream in;
        private byte[] buffer = new byte[1 << 16];
        private int start;
        private int end;

        public Reader(Path path) throws IOException {
            this.path = path;
            this.in = Files.newInputStream(path);
        }

        /**
         * The next download, or null after the last whole line. A torn last line is ignored; a damaged one in the middle, which
         * only a power loss leaves, is skipped with a warning: its download is then done again.
         */
        public @Nullable ManifestEntry nextDownload() throws IOException {
            for (byte[] line = line(); line != null; line = line()) {
                try {
                    ManifestEntry entry = Change.of(line).entry();
                    if (entry != null && entry.state() == EntryState.DOWNLOADED) {
                        return entry;
                    }
                } catch (IOException e) {
                    LOG.warn(
                            "A line of {} is damaged and was skipped; what it recorded is downloaded again: {}",
                            path,
                            e.getMessage());
                }
            }
            return null;
        }

        /**
         * The next change, or null at the end of the file.
         *
         * @throws IOException when a line is torn or damaged
         */
        @Nullable
        Change next() throws IOException {
            byte[] line = line();
            if (line == null && start < end) {
                throw new IOException("The last line of " + path + " is torn");
            }
            return line == null ? null : Change.of(line);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        /** The next whole line, with its end. */
        private byte @Nullable [] line() throws IOException {
            int seen = start;
            while (true) {
                for (int i = seen; i < end; i++) {
                    if (buffer[i] == '\n') {
                        byte[] line = Arrays.copyOfRange(buffer, start, i + 1);
                        start = i + 1;
                        return line;
                    }
                }
                seen = end - start;
                if (!fill()) {
                    return null;
                }
            }
        }

        /** Moves what is left to the beginning of the buffer and reads more behind it. */
        private boolean fill() throws IOException {
            byte[] target = end - start > buffer.length / 2 ? new byte[buffer.length * 2] : buffer;
            System.arraycopy(buffer, start, target, 0, end - start);
            buffer = target;
            end -= start;
            start = 0;
            int read = in.read(buffer, end, buffer.length - end);
            end += Math.max(0, read);
            return read >= 0;
        }
    }
}
