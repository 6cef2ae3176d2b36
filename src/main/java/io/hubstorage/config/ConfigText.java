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
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code config.json} as bytes: reading with exact complaints, writing the way people indent it, and its hash. */
final class ConfigText {
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

    private ConfigText() {}

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

    /** Names this content: the beginning of its SHA-256, in hexadecimal. */
    static String hash(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Jackson's reason in one line, without the unknown word it may quote. */
    private static String complaint(JsonProcessingException e) {
        String message =
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        return message.replaceAll("token '[^']*'?", "word").replaceAll("^No content to map.*", "nothing");
    }
}
