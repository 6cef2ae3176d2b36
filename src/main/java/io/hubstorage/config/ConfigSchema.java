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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code conf/config.schema.json}, the only place where the type, range, default and words of an option stand. Its
 * {@code x-} keywords are explained in docs/architecture.md. Thread-safe.
 */
final class ConfigSchema {
    private static final JsonObject ROOT = load();
    /** Of a copy, since it writes marks of its own into the schema that it is given. */
    private static final Validator VALIDATOR = Validator.create(
            JsonSchema.of(ROOT.copy()),
            new JsonSchemaOptions()
                    .setBaseUri("urn:hubstorage")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic));

    private static final Pattern BUCKET_NAME = Pattern.compile(
            resolved(JsonObject.of("$ref", "#/$defs/bucketName")).getString("pattern"));
    /** Errors that only say that there is one further in. */
    private static final Set<String> OUTER = Set.of("properties", "items", "$ref");

    /** What is wrong with a text that has a {@code format}. */
    interface Formats {
        /**
         * Looks at a text.
         *
         * @param allowed what the schema says is allowed
         * @return what would be allowed in place of this text; empty when it is fine
         */
        Optional<String> wrong(String format, String text, String allowed);
    }

    private final Formats formats;
    private final List<Problem> problems;
    private final List<String> warnings;

    private ConfigSchema(Formats formats, List<Problem> problems, List<String> warnings) {
        this.formats = formats;
        this.problems = problems;
        this.warnings = warnings;
    }

    private static JsonObject load() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream("/conf/config.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("conf/config.schema.json is missing from the program");
            }
            return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a bucket can have this name. */
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
        for (String name : properties(schema).fieldNames()) {
            JsonObject inner = resolved(properties(schema).getJsonObject(name));
            if (inner.containsKey("properties")) {
                collect(join(path, name), inner, options);
            } else {
                options.put(join(path, name), inner);
            }
        }
    }

    /** A configuration that says every default. */
    static JsonObject defaults() {
        JsonObject config = new JsonObject();
        options().forEach((path, schema) -> {
            if (schema.containsKey("default")) {
                put(config, path, copy(schema.getValue("default")));
            }
        });
        return config;
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
            config.put(name, section.put(path.substring(dot + 1), value));
        }
    }

    /**
     * A configuration in the one form that the records are made of: defaults filled in, texts trimmed, the old tool's
     * spellings replaced by ours, unknown members left out.
     *
     * @param problems gets everything that does not fit; with any, the answer means nothing
     * @param warnings gets what is unknown or has no effect
     */
    static JsonObject read(JsonObject json, Formats formats, List<Problem> problems, List<String> warnings) {
        ConfigSchema reading = new ConfigSchema(formats, problems, warnings);
        JsonObject read = (JsonObject) Objects.requireNonNull(reading.read("", ROOT, json));
        OutputUnit result = VALIDATOR.validate(read);
        if (!Boolean.TRUE.equals(result.getValid())) {
            reading.tell(read, Objects.requireNonNullElse(result.getErrors(), List.of()));
        }
        return read;
    }

    private @Nullable Object read(String path, JsonObject schema, @Nullable Object value) {
        Object simple = value instanceof String text ? simplified(schema, text) : value;
        if (simple == null) {
            return schema.containsKey("properties")
                    ? members(path, schema, new JsonObject())
                    : copy(schema.getValue("default"));
        }
        if (schema.containsKey("x-warning") && !simple.equals(schema.getValue("default"))) {
            warnings.add(path + " " + schema.getString("x-warning"));
        }
        return switch (simple) {
            case JsonObject members when schema.containsKey("properties") -> members(path, schema, members);
            case JsonArray items
            when schema.containsKey("items") -> items(path, items, resolved(schema.getJsonObject("items")));
            case String text -> text(path, schema, text);
            // 3.0 is a whole number too, which Jackson would not take for one.
            case Number number when types(schema).contains("integer") && isWhole(number) -> number.intValue();
            default -> simple;
        };
    }

    private JsonObject members(String path, JsonObject schema, JsonObject members) {
        JsonObject read = new JsonObject();
        JsonObject known = properties(schema);
        for (String name : members.fieldNames()) {
            if (!known.containsKey(name)) {
                warnings.add("%s is not known here: it is kept and has no effect".formatted(join(path, name)));
            }
        }
        for (String name : known.fieldNames()) {
            Object value = read(join(path, name), resolved(known.getJsonObject(name)), members.getValue(name));
            if (value != null) {
                read.put(name, value);
            }
        }
        return read;
    }

    private JsonArray items(String path, JsonArray items, JsonObject schema) {
        JsonArray read = new JsonArray();
        for (int i = 0; i < items.size(); i++) {
            Object value = items.getValue(i);
            read.add(value == null ? null : read("%s[%d]".formatted(path, i), schema, value));
        }
        return read;
    }

    private String text(String path, JsonObject schema, String text) {
        int most = schema.getInteger("x-maxBytes", Integer.MAX_VALUE);
        if (text.getBytes(StandardCharsets.UTF_8).length > most) {
            problems.add(new Problem(path, show(text), allowed(schema)));
        } else if (schema.containsKey("format")) {
            formats.wrong(schema.getString("format"), text, allowed(schema))
                    .ifPresent(better -> problems.add(new Problem(path, show(text), better)));
        }
        return text;
    }

    /** Null for a blank text where null is allowed; our spelling where there are several. */
    private static @Nullable String simplified(JsonObject schema, String text) {
        if (!types(schema).contains("null") || schema.getBoolean("x-verbatim", false)) {
            return text;
        }
        String plain = text.strip();
        if (plain.isEmpty()) {
            return null;
        }
        JsonArray choices = schema.getJsonArray("enum");
        if (choices == null) {
            return plain;
        }
        String upper = plain.toUpperCase(Locale.ROOT);
        String ours = schema.getJsonObject("x-aliases", new JsonObject()).getString(upper, upper);
        return choices.contains(ours) ? ours : plain;
    }

    private static boolean isWhole(Number number) {
        double exact = number.doubleValue();
        return exact == Math.rint(exact) && Math.abs(exact) <= Integer.MAX_VALUE;
    }

    /** A problem for each place that the validator complains about. */
    private void tell(JsonObject json, List<OutputUnit> errors) {
        Map<String, Problem> byPlace = new LinkedHashMap<>();
        for (OutputUnit error : errors) {
            String keyword = error.getKeywordLocation()
                    .substring(error.getKeywordLocation().lastIndexOf('/') + 1);
            if (OUTER.contains(keyword)) {
                continue;
            }
            String path = "";
            JsonObject schema = ROOT;
            Object value = json;
            for (String step : error.getInstanceLocation().substring(1).split("/", -1)) {
                if (value instanceof JsonArray list) {
                    path += "[" + step + "]";
                    value = list.getValue(Integer.parseInt(step));
                    schema = resolved(schema.getJsonObject("items"));
                } else if (value instanceof JsonObject members && !step.isEmpty()) {
                    path = join(path, step);
                    value = members.getValue(step);
                    schema = resolved(properties(schema).getJsonObject(step));
                }
            }
            if (keyword.equals("required")) {
                for (Object name : schema.getJsonArray("required")) {
                    String missing = join(path, name.toString());
                    if (value instanceof JsonObject members && !members.containsKey(name.toString())) {
                        JsonObject member = resolved(properties(schema).getJsonObject(name.toString()));
                        byPlace.putIfAbsent(missing, new Problem(missing, show(null), allowed(member)));
                    }
                }
            } else {
                byPlace.putIfAbsent(path, new Problem(path, show(value), allowed(schema)));
            }
        }
        problems.addAll(byPlace.values());
    }

    /** What is allowed at a place, in words. */
    static String allowed(JsonObject schema) {
        String said = schema.getString("x-allowed");
        if (said != null) {
            Integer bytes = schema.getInteger("x-maxBytes");
            return bytes == null ? said : "%s, at most %d bytes".formatted(said, bytes);
        }
        for (Object form : schema.getJsonArray("anyOf", new JsonArray())) {
            JsonObject resolved = resolved((JsonObject) form);
            if (resolved.containsKey("x-allowed")) {
                return allowed(resolved);
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

    /** A value for messages. */
    static String show(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> Secrets.show(text);
            case Number number -> Secrets.shorten(number.toString());
            case Boolean flag -> flag.toString();
            case JsonObject _, Map<?, ?> _ -> "an object";
            default -> "a list";
        };
    }

    /** A schema with what it refers to put in. */
    private static JsonObject resolved(JsonObject schema) {
        String reference = schema.getString("$ref");
        if (reference == null) {
            return schema;
        }
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        return ROOT.getJsonObject("$defs").getJsonObject(name).copy().mergeIn(schema);
    }

    private static JsonObject properties(JsonObject schema) {
        return schema.getJsonObject("properties", new JsonObject());
    }

    private static List<String> types(JsonObject schema) {
        Object type = schema.getValue("type");
        List<String> types = new ArrayList<>();
        if (type instanceof JsonArray several) {
            several.forEach(one -> types.add(one.toString()));
        } else if (type != null) {
            types.add(type.toString());
        }
        return types;
    }

    private static @Nullable Object copy(@Nullable Object value) {
        return value instanceof JsonArray list ? list.copy() : value;
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
