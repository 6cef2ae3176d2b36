package io.hubstorage.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.hubstorage.bus.IsoTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Entries as JSON lines, field by field: what is absent or empty is not written, and neither is a path that equals the
 * key. Unknown fields are skipped. Thread-safe; its generators and parsers are not.
 */
public final class EntryJson {
    /** So many generators or parsers find buffers (of 16 KiB each) that others have left. */
    private static final int BUFFERS = 32;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            // Jackson's own keeps its buffers by thread, and each object has a thread of its own.
            .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS))
            // Characters beyond the basic plane as they are, for people and for grep.
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private static final String ZSTD = "zstd";

    private EntryJson() {}

    /** A generator for {@link #write}, which separates entries by line ends; flush it before using what it wrote. */
    public static JsonGenerator generator(OutputStream out) throws IOException {
        JsonGenerator json = JSON.createGenerator(out);
        json.setPrettyPrinter(new MinimalPrettyPrinter(""));
        return json;
    }

    public static JsonParser parser(InputStream in) throws IOException {
        return JSON.createParser(in);
    }

    static JsonParser parser(byte[] bytes, int offset, int length) throws IOException {
        return JSON.createParser(bytes, offset, length);
    }

    /** Writes one entry and a line end. */
    public static void write(ManifestEntry entry, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", entry.key());
        if (!entry.path().equals(entry.key())) {
            json.writeStringField("path", entry.path());
        }
        ManifestEntry.Content content = entry.content();
        ManifestEntry.Upload upload = content.upload();
        ManifestEntry.Metadata metadata = entry.metadata();
        json.writeNumberField("size", content.size());
        optional("etag", content.etag(), json);
        json.writeStringField("last_modified", IsoTime.format(metadata.lastModified()));
        optional("file_time", entry.fileTime() == null ? null : IsoTime.format(entry.fileTime()), json);
        optional("sha256", content.sha256(), json);
        optional("verified", content.verified(), json);
        optional(content.stored(), json);
        optional("storage_class", metadata.storageClass(), json);
        optional("version", metadata.version(), json);
        optional("headers", metadata.headers(), json);
        optional("metadata", metadata.user(), json);
        if (upload.partSize() > 0) {
            json.writeNumberField("part_size", upload.partSize());
        }
        optional("part_sizes", upload.partSizes(), json);
        optional("checksums", upload.checksums(), json);
        optional("checksum_type", upload.checksumType(), json);
        optional("tags", metadata.tags(), json);
        optional("properties", metadata.properties(), json);
        json.writeStringField("state", entry.state().word());
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private static void optional(String name, @Nullable String value, JsonGenerator json) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private static void optional(ManifestEntry.@Nullable Stored stored, JsonGenerator json) throws IOException {
        if (stored != null) {
            json.writeObjectFieldStart("stored");
            json.writeStringField("format", ZSTD);
            json.writeNumberField("level", stored.level());
            json.writeNumberField("size", stored.size());
            json.writeStringField("sha256", stored.sha256());
            json.writeEndObject();
        }
    }

    private static void optional(String name, List<Long> values, JsonGenerator json) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    private static void optional(String name, Map<String, String> values, JsonGenerator json) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> value : (values.size() == 1 ? values : new TreeMap<>(values)).entrySet()) {
            json.writeStringField(value.getKey(), value.getValue());
        }
        json.writeEndObject();
    }

    /**
     * The next entry, or null after the last.
     *
     * @throws IOException when this is no entry
     */
    public static @Nullable ManifestEntry read(JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token == null) {
            return null;
        }
        if (token != JsonToken.START_OBJECT) {
            throw new IOException("a line must be a JSON object, not " + token);
        }
        Fields fields = new Fields();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            fields.read(name, json);
        }
        return fields.entry();
    }

    /** The size of the next entry, without understanding what stands behind it: about a quarter of what {@link #read} costs. */
    static long readSize(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("a line must be a JSON object, not " + json.currentToken());
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            if ("size".equals(json.currentName())) {
                return json.nextLongValue(0);
            }
            json.nextToken();
            json.skipChildren();
        }
        throw new IOException("an entry needs a size");
    }

    /** Adds the next entry to a fingerprint, without understanding the rest of it. */
    static void readInto(Fingerprint.Sum sum, JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("a line must be a JSON object, not " + json.currentToken());
        }
        String key = null;
        String sha256 = null;
        while ((key == null || sha256 == null) && json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "key" -> key = json.getValueAsString();
                case "sha256" -> sha256 = json.getValueAsString();
                default -> json.skipChildren();
            }
        }
        if (key == null) {
            throw new IOException("an entry needs a key");
        }
        sum.add(key, sha256);
    }

    private static final class Fields {
        private @Nullable String key;
        private @Nullable String path;
        private long size = -1;
        private @Nullable String etag;
        private @Nullable Instant lastModified;
        private @Nullable Instant fileTime;
        private @Nullable String sha256;
        private @Nullable String verified;
        private @Nullable String storageClass;
        private @Nullable String version;
        private Map<String, String> headers = Map.of();
        private Map<String, String> user = Map.of();
        private long partSize;
        private List<Long> partSizes = List.of();
        private Map<String, String> checksums = Map.of();
        private @Nullable String checksumType;
        private Map<String, String> tags = Map.of();
        private Map<String, String> properties = Map.of();
        private @Nullable EntryState state;
        private ManifestEntry.@Nullable Stored stored;

        void read(String name, JsonParser json) throws IOException {
            try {
                switch (name) {
                    case "key" -> key = json.getValueAsString();
                    case "path" -> path = json.getValueAsString();
                    case "size" -> size = json.getLongValue();
                    case "etag" -> etag = json.getValueAsString();
                    case "last_modified" -> lastModified = IsoTime.parse(json.getText());
                    case "file_time" -> fileTime = IsoTime.parse(json.getText());
                    case "sha256" -> sha256 = json.getValueAsString();
                    case "verified" -> verified = json.getValueAsString();
                    case "storage_class" -> storageClass = json.getValueAsString();
                    case "version" -> version = json.getValueAsString();
                    case "headers" -> headers = strings(json);
                    case "metadata" -> user = strings(json);
                    case "part_size" -> partSize = json.getLongValue();
                    case "part_sizes" -> partSizes = numbers(json);
                    case "checksums" -> checksums = strings(json);
                    case "checksum_type" -> checksumType = json.getValueAsString();
                    case "tags" -> tags = strings(json);
                    case "properties" -> properties = strings(json);
                    case "stored" -> stored = stored(json);
                    case "state" -> state = EntryState.ofWord(json.getText());
                    default -> json.skipChildren();
                }
            } catch (IllegalArgumentException | DateTimeException e) {
                throw new IOException("bad value of " + name + ": " + e.getMessage(), e);
            }
        }

        ManifestEntry entry() throws IOException {
            if (key == null || size < 0 || lastModified == null || state == null) {
                throw new IOException("an entry needs key, size, last_modified and state; this one has key " + key);
            }
            if (stored != null && sha256 == null) {
                throw new IOException("an entry with a compressed file needs a sha256; this one has key " + key);
            }
            return new ManifestEntry(
                    key,
                    path == null ? key : path,
                    new ManifestEntry.Content(size, etag, sha256, verified, upload(), stored),
                    new ManifestEntry.Metadata(lastModified, storageClass, version, headers, user, tags, properties),
                    state,
                    fileTime);
        }

        private ManifestEntry.Upload upload() {
            boolean unknown = partSize == 0 && partSizes.isEmpty() && checksums.isEmpty() && checksumType == null;
            return unknown
                    ? ManifestEntry.Upload.UNKNOWN
                    : new ManifestEntry.Upload(partSize, partSizes, checksums, checksumType);
        }

        private static ManifestEntry.Stored stored(JsonParser json) throws IOException {
            String format = null;
            int level = 0;
            long size = -1;
            String sha256 = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "format" -> format = json.getValueAsString();
                    case "level" -> level = json.getIntValue();
                    case "size" -> size = json.getLongValue();
                    case "sha256" -> sha256 = json.getValueAsString();
                    default -> json.skipChildren();
                }
            }
            if (!ZSTD.equals(format) || size < 0 || sha256 == null) {
                throw new IOException("bad value of stored: it needs format \"zstd\", size and sha256");
            }
            return new ManifestEntry.Stored(size, sha256, level);
        }

        private static List<Long> numbers(JsonParser json) throws IOException {
            List<Long> numbers = new ArrayList<>();
            while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                numbers.add(json.getLongValue());
            }
            return numbers;
        }

        private static Map<String, String> strings(JsonParser json) throws IOException {
            Map<String, String> strings = Map.of();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                String value = json.nextTextValue();
                if (value == null) {
                    throw new IOException("bad value of " + name + ": no text");
                }
                if (strings.isEmpty()) {
                    // Mostly it is one alone, and then no map that grows.
                    strings = Map.of(name, value);
                } else {
                    strings = strings.size() == 1 ? new HashMap<>(strings) : strings;
                    strings.put(name, value);
                }
            }
            return strings;
        }
    }
}
