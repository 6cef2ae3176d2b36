package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code conf/config.schema.json}, the only place where the type, range, default and words of an option stand. Its
 * {@code x-} keywords are explained in docs/architecture.md. Thread-safe.
 */
final class ConfigSchema {
    /** With all that it refers to put in. */
    private static final JsonObject ROOT = load();

    /** Of a copy, since it writes marks of its own into the schema that it is given. */
    private static final Validator VALIDATOR = Validator.create(
            JsonSchema.of(ROOT.copy()),
            new JsonSchemaOptions()
                    .setBaseUri("urn:hubstorage")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic));

    private static final Pattern BUCKET_NAME = Pattern.compile(
            properties(properties(ROOT).getJsonObject("s3_buckets").getJsonObject("items"))
                    .getJsonObject("name")
                    .getString("pattern"));

    /** Errors that only say that there is one further in. */
    private static final Set<String> OUTER = Set.of("properties", "additionalProperties", "items");

    private ConfigSchema() {}

    private static JsonObject load() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream("/conf/config.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("conf/config.schema.json is missing from the program");
            }
            JsonObject schema = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            JsonObject definitions = (JsonObject) schema.remove("$defs");
            return (JsonObject) resolved(schema, definitions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object resolved(Object schema, JsonObject definitions) {
        return switch (schema) {
            case JsonObject members -> {
                String reference = members.getString("$ref");
                JsonObject whole = reference == null
                        ? new JsonObject()
                        : definitions
                                .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1))
                                .copy();
                members.forEach(member -> {
                    if (!member.getKey().equals("$ref")) {
                        whole.put(
                                member.getKey(),
                                member.getValue() == null ? null : resolved(member.getValue(), definitions));
                    }
                });
                yield whole;
            }
            case JsonArray items -> {
                JsonArray whole = new JsonArray();
                items.forEach(item -> whole.add(item == null ? null : resolved(item, definitions)));
                yield whole;
            }
            default -> schema;
        };
    }

    /** Whether it is of an object whose members have names of their own, all with the same schema. */
    static boolean isMap(JsonObject schema) {
        return schema.containsKey("additionalProperties");
    }

    static boolean isBucketName(String text) {
        return BUCKET_NAME.matcher(text).matches();
    }

    /** The schemas of all options by path, {@code automation.cron}; those in lists excepted. */
    static Map<String, JsonObject> options() {
        Map<String, JsonObject> options = new LinkedHashMap<>();
        collect("", ROOT, options);
        return options;
    }

    private static void collect(String path, JsonObject schema, Map<String, JsonObject> options) {
        JsonObject members = properties(schema);
        for (String name : members.fieldNames()) {
            JsonObject inner = members.getJsonObject(name);
            if (inner.containsKey("properties")) {
                collect(join(path, name), inner, options);
            } else {
                options.put(join(path, name), inner);
            }
        }
    }

    static JsonObject defaults() {
        JsonObject config = new JsonObject();
        options().forEach((path, schema) -> {
            if (schema.containsKey("default")) {
                put(config, path, defaultOf(schema));
            }
        });
        return config;
    }

    static @Nullable Object defaultOf(JsonObject schema) {
        return schema.getValue("default") instanceof JsonArray list ? list.copy() : schema.getValue("default");
    }

    /** The value of an option; null, too, where something else is in its section's place. */
    static @Nullable Object value(JsonObject config, String path) {
        Object at = config;
        for (String name : path.split("\\.", -1)) {
            at = at instanceof JsonObject section ? section.getValue(name) : null;
        }
        return at;
    }

    /** Sets an option, in a section that is made if there is none. */
    static void put(JsonObject config, String path, @Nullable Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            config.put(path, value);
        } else {
            String name = path.substring(0, dot);
            JsonObject section = config.getValue(name) instanceof JsonObject there ? there : new JsonObject();
            put(section, path.substring(dot + 1), value);
            config.put(name, section);
        }
    }

    /**
     * A value in a configuration, and the schema of what may be there.
     *
     * @param path as in {@code s3_buckets[0].name}
     */
    record Place(String path, JsonObject schema, @Nullable Object value) {
        static Place of(JsonObject config) {
            return new Place("", ROOT, config);
        }

        /** A member by its name, an item by its number. */
        Place inner(String step) {
            return value instanceof JsonArray list
                    ? new Place(
                            "%s[%s]".formatted(path, step),
                            schema.getJsonObject("items"),
                            list.getValue(Integer.parseInt(step)))
                    : new Place(
                            join(path, step),
                            properties(schema).getJsonObject(step, schema.getJsonObject("additionalProperties")),
                            value instanceof JsonObject members ? members.getValue(step) : null);
        }

        Problem problem(String allowed) {
            return new Problem(path, Secrets.show(value), allowed);
        }
    }

    /** A problem for each place that the validator complains about. */
    static Collection<Problem> problems(JsonObject config) {
        Map<String, Problem> byPlace = new LinkedHashMap<>();
        OutputUnit result = VALIDATOR.validate(config);
        for (OutputUnit error : Objects.requireNonNullElse(result.getErrors(), List.<OutputUnit>of())) {
            String keyword = error.getKeywordLocation()
                    .substring(error.getKeywordLocation().lastIndexOf('/') + 1);
            if (!OUTER.contains(keyword)) {
                Place place = place(config, error.getInstanceLocation());
                for (Place wrong : keyword.equals("required") ? missing(place) : List.of(place)) {
                    byPlace.putIfAbsent(wrong.path(), wrong.problem(allowed(wrong.schema())));
                }
            }
        }
        return byPlace.values();
    }

    /** @param pointer {@code #/s3_buckets/0/name} */
    private static Place place(JsonObject config, String pointer) {
        Place place = Place.of(config);
        for (String step : pointer.substring(1).split("/", -1)) {
            place = step.isEmpty() ? place : place.inner(step);
        }
        return place;
    }

    private static List<Place> missing(Place place) {
        return place.schema().getJsonArray("required").stream()
                .map(name -> place.inner(name.toString()))
                .filter(member -> member.value() == null)
                .toList();
    }

    static String allowed(JsonObject schema) {
        String said = schema.getString("x-allowed");
        if (said != null) {
            Integer bytes = schema.getInteger("x-maxBytes");
            return bytes == null ? said : "%s, at most %d bytes".formatted(said, bytes);
        }
        for (Object form : schema.getJsonArray("anyOf", new JsonArray())) {
            if (((JsonObject) form).containsKey("x-allowed")) {
                return allowed((JsonObject) form);
            }
        }
        List<String> types = types(schema);
        if (types.contains("boolean")) {
            return "true or false";
        }
        if (types.contains("integer")) {
            return "a whole number " + range(schema);
        }
        if (types.contains("number")) {
            return "%s %s; fractions count".formatted(schema.getString("x-unit", "a number"), range(schema));
        }
        if (schema.containsKey("enum")) {
            List<String> names = schema.getJsonArray("enum").stream()
                    .filter(Objects::nonNull)
                    .map(String::valueOf)
                    .toList();
            return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast();
        }
        if (types.contains("string")) {
            return schema.containsKey("minLength") ? "a text that is not empty" : "a text";
        }
        return "an object, { … }";
    }

    private static String range(JsonObject schema) {
        Number above = schema.getNumber("exclusiveMinimum");
        return above == null
                ? "from %s to %s".formatted(schema.getNumber("minimum"), schema.getNumber("maximum"))
                : "above %s, up to %s".formatted(above, schema.getNumber("maximum"));
    }

    static JsonObject properties(JsonObject schema) {
        return schema.getJsonObject("properties", new JsonObject());
    }

    static List<String> types(JsonObject schema) {
        List<String> types = new ArrayList<>();
        switch (schema.getValue("type")) {
            case JsonArray several -> several.forEach(one -> types.add(one.toString()));
            case String one -> types.add(one);
            case null, default -> {}
        }
        return types;
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
