package io.hubstorage.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hubstorage.fs.Sha256;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code config.json}: to the letter, and what it means.
 *
 * @param text as it stands in the file, or will
 * @param warnings what is odd about it, but no error
 */
record ConfigDocument(Buffer text, JsonObject json, HubConfig config, List<String> warnings) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new VertxModule())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectWriter WRITER = MAPPER.writer(new DefaultPrettyPrinter(
                    Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(new DefaultPrettyPrinter.FixedSpaceIndenter()));
    private static final int HASH_BYTES = 8;

    /**
     * Reads one that is to be put in force.
     *
     * @throws ConfigException with everything that is wrong with it; no secret of the environment is repeated
     */
    static ConfigDocument read(byte[] text, Environment env) {
        JsonObject json = parse(text);
        List<String> warnings = new ArrayList<>();
        HubConfig config = ConfigParser.parse(json, env, warnings);
        return new ConfigDocument(Buffer.buffer(text), json, config, List.copyOf(warnings));
    }

    String hash() {
        return hash(text.getBytes());
    }

    /**
     * The JSON object in a file.
     *
     * @throws ConfigException with line and column, and without quoting the file, whose text may hold a secret
     */
    static JsonObject parse(byte[] bytes) {
        try {
            Object value = MAPPER.readValue(bytes, Object.class);
            if (value instanceof Map<?, ?> map) {
                Map<String, Object> members = new LinkedHashMap<>();
                map.forEach((key, member) -> members.put(String.valueOf(key), member));
                return new JsonObject(members);
            }
            throw new ConfigException("config.json", "no JSON object", "one JSON object, { … }");
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null
                    ? "config.json"
                    : "config.json line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            throw new ConfigException(where, complaint(e), "valid JSON");
        } catch (IOException e) {
            throw new ConfigException("config.json", "bytes that are no text", "JSON in UTF-8");
        }
    }

    static byte[] write(JsonObject json) {
        try {
            return (WRITER.writeValueAsString(json.getMap()) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON", e);
        }
    }

    /** The beginning of the SHA-256, in hexadecimal. */
    static String hash(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes), 0, HASH_BYTES);
    }

    /** Jackson's reason in one line, without the unknown word it may quote. */
    private static String complaint(JsonProcessingException e) {
        String message =
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        return message.replaceAll("token '[^']*'?", "word")
                .replaceAll("\\[Source: .*?; line: (\\d+), column: (\\d+)]", "line $1, column $2")
                .replaceAll("^No content to map.*", "nothing");
    }

    /** What differs, for a log line: {@code path old → new}, lists as a whole. */
    String changesTo(ConfigDocument other) {
        Map<String, String> old = new LinkedHashMap<>();
        Map<String, String> now = new LinkedHashMap<>();
        flatten("", json.getMap(), old);
        flatten("", other.json.getMap(), now);
        Set<String> paths = new LinkedHashSet<>(old.keySet());
        paths.addAll(now.keySet());
        StringJoiner changes = new StringJoiner("; ").setEmptyValue("no value differs");
        for (String path : paths) {
            String from = old.get(path);
            String to = now.get(path);
            if (!Objects.equals(from, to)) {
                changes.add("%s %s → %s".formatted(path, show(from), show(to)));
            }
        }
        return changes.toString();
    }

    private static void flatten(String path, @Nullable Object value, Map<String, String> leaves) {
        Map<?, ?> members =
                value instanceof JsonObject json ? json.getMap() : value instanceof Map<?, ?> map ? map : null;
        if (members == null) {
            leaves.put(path, value == null ? "null" : Json.encode(value));
            return;
        }
        members.forEach((key, member) -> flatten(path.isEmpty() ? key.toString() : path + "." + key, member, leaves));
    }

    private static String show(@Nullable String json) {
        return json == null ? "(absent)" : Secrets.shorten(json);
    }
}
