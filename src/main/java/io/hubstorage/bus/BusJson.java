package io.hubstorage.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;

/** Message records to JSON and back: {@code snake_case} names, ISO-8601 instants, nulls written. Thread-safe. */
public final class BusJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new VertxModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private BusJson() {}

    /** The mapper itself, for those that write files in the same notation. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** The JSON form of a message record. */
    public static JsonObject encode(Record message) {
        try {
            return new JsonObject(MAPPER.writeValueAsString(message));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + message, e);
        }
    }

    /**
     * The message record in a JSON body.
     *
     * @throws IllegalArgumentException when the body does not fit, with the place and the reason in one sentence
     */
    public static <T> T decode(JsonObject body, Class<T> type) {
        try {
            return MAPPER.readValue(body.encode(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "not a valid %s: %s".formatted(type.getSimpleName(), e.getOriginalMessage()), e);
        }
    }
}
