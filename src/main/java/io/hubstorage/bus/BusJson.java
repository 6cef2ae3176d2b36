package io.hubstorage.bus;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeIdResolver;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.VertxModule;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Message records to JSON and back: names and words in {@code snake_case}, ISO-8601 instants, nulls written. Thread-safe. */
public final class BusJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addModule(new VertxModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            // What later versions may write where an earlier one reads: of triggers and alarms.
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .addHandler(new WithoutKind())
            .build();

    private static final JsonMapper STRICT = MAPPER.rebuild()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            // A blank text would else count as false, and so start a real run.
            .withCoercionConfigDefaults(all -> all.setAcceptBlankAsEmpty(false))
            .withCoercionConfig(
                    LogicalType.Textual,
                    texts -> texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();
    /** What goes over the bus while the program starts and a run is under way, without anybody asking for it. */
    private static final List<Class<? extends Record>> OF_A_RUN = List.of(
            BackupMessage.Start.class,
            BackupMessage.Accepted.class,
            BackupMessage.Status.class,
            RunState.class,
            RunRecord.class,
            SchedulerMessage.Status.class,
            StatusMessage.Current.class,
            TransferMessage.FindFolders.class,
            TransferMessage.Folders.class,
            TransferMessage.Shard.class,
            TransferMessage.Heartbeat.class,
            TransferMessage.Result.class);

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final int LONGEST_SHOWN = 60;

    private BusJson() {}

    /** A job of which no kind is told: earlier versions had backups only. One of a kind that is not known stays a mistake. */
    private static final class WithoutKind extends DeserializationProblemHandler {
        @Override
        public @Nullable JavaType handleMissingTypeId(
                DeserializationContext context, JavaType asked, TypeIdResolver kinds, String problem) {
            return Stream.of(RunRecord.class, RunState.class)
                    .filter(asked.getRawClass()::isAssignableFrom)
                    .findFirst()
                    .map(context::constructType)
                    .orElse(null);
        }
    }

    /** The mapper itself, for those that write files in the same notation. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * Finds out how the messages of a run are written and read. Else the first of each kind would pay for that, on an event
     * loop, and in a process that has just started on a busy machine this takes seconds. Blocks.
     */
    public static void prepare() {
        for (Class<? extends Record> type : OF_A_RUN) {
            MAPPER.writerFor(type);
            MAPPER.readerFor(type);
        }
        STRICT.readerFor(BackupMessage.Start.class);
        decode(encode(new BackupMessage.Accepted("none")), BackupMessage.Accepted.class);
    }

    /** An enumeration's value as messages have it. */
    public static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** The JSON form of a message, which is a record. */
    public static JsonObject encode(Object message) {
        try (TokenBuffer json = new TokenBuffer(MAPPER, false)) {
            MAPPER.writeValue(json, message);
            return new JsonObject(MAPPER.readValue(json.asParser(), OBJECT));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + message, e);
        }
    }

    /**
     * The message record in a JSON body; what it does not know is left out.
     *
     * @throws IllegalArgumentException when the body does not fit, in the words of {@link ConfigMessage.Problem}
     */
    public static <T> T decode(JsonObject body, Class<T> type) {
        return read(MAPPER, body, type);
    }

    /**
     * The message record in a request from outside. A member of another name is a mistake here: {@code dryrun} must not
     * start a real run.
     *
     * @throws IllegalArgumentException when the body does not fit, in the words of {@link ConfigMessage.Problem}
     */
    public static <T extends Record> T request(@Nullable JsonObject body, Class<T> type) {
        T request = read(STRICT, body == null ? new JsonObject() : body, type);
        for (RecordComponent component : type.getRecordComponents()) {
            String name = PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName());
            Object value = value(component, request);
            if (value == null
                    && !component.getType().isPrimitive()
                    && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                throw wrong(name, "nothing", allowed(component.getType()), null);
            }
            if (value instanceof List<?> texts) {
                for (int i = 0; i < texts.size(); i++) {
                    if (texts.get(i) == null || texts.get(i).toString().isBlank()) {
                        String found = texts.get(i) == null ? "nothing" : "a blank text";
                        throw wrong(name + "[" + i + "]", found, "a text that is not empty", null);
                    }
                }
            }
        }
        return request;
    }

    private static IllegalArgumentException wrong(
            String path, String found, String allowed, @Nullable Exception cause) {
        return new IllegalArgumentException(new ConfigMessage.Problem(path, found, allowed).toString(), cause);
    }

    private static <T> T read(JsonMapper mapper, JsonObject body, Class<T> type) {
        // Not by way of text, which each message between two rooms would pass twice.
        try (TokenBuffer json = new TokenBuffer(mapper, false)) {
            mapper.writeValue(json, body.getMap());
            return mapper.readValue(json.asParser(), type);
        } catch (UnrecognizedPropertyException e) {
            List<String> known = e.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .toList();
            String allowed = known.isEmpty() ? "an empty body" : "only " + String.join(", ", known);
            throw wrong(place(e), "a member of that name", allowed, e);
        } catch (MismatchedInputException e) {
            throw wrong(place(e), found(body, e), allowed(e.getTargetType()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("this is no JSON that fits here", e);
        }
    }

    private static @Nullable Object value(RecordComponent component, Record request) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(request);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every record has its accessors", e);
        }
    }

    private static String place(JsonMappingException e) {
        StringBuilder place = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                place.append('[').append(step.getIndex()).append(']');
            } else {
                place.append(place.isEmpty() ? "" : ".")
                        .append(shortened(step.getFieldName()).replaceAll("\\p{Cntrl}", " "));
            }
        }
        return place.isEmpty() ? "body" : place.toString();
    }

    /** The value at that place, if it is a plain one; never more than a few words of it. */
    private static String found(JsonObject body, JsonMappingException e) {
        Object value = body;
        for (JsonMappingException.Reference step : e.getPath()) {
            value = switch (value) {
                case JsonObject object when step.getFieldName() != null -> object.getValue(step.getFieldName());
                case JsonArray array
                when step.getIndex() >= 0 && step.getIndex() < array.size() -> array.getValue(step.getIndex());
                case null, default -> null;
            };
        }
        return switch (value) {
            case null -> "nothing";
            case JsonObject _ -> "an object";
            case JsonArray _ -> "a list";
            case String text -> Json.encode(shortened(text));
            default -> Json.encode(value);
        };
    }

    private static String shortened(String text) {
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
    }

    private static String allowed(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type.isEnum()) {
            return Stream.of(type.getEnumConstants())
                    .map(constant -> MAPPER.convertValue(constant, String.class))
                    .collect(Collectors.joining(", "));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == Instant.class) {
            return "a time such as 2026-11-26T07:00:00Z";
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }
}
