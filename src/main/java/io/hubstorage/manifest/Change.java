package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.hubstorage.fs.ExternalSort;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What became of one key: it has a new manifest line, or none any more. Kept as its line of the {@link ChangeLog}, of which
 * only the key is understood until the rest is wanted, so that many can be sorted at little cost.
 */
final class Change {
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

    /** Its manifest line is this one now. */
    static Change to(ManifestEntry entry) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(LINE);
        try (JsonGenerator out = EntryJson.generator(line)) {
            EntryJson.write(entry, out);
        }
        return new Change(entry.key(), false, line.toByteArray());
    }

    /** It has no manifest line any more. */
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

    /** For sorting on disk. */
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
