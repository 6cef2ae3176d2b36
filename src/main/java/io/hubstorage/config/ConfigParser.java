package io.hubstorage.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.ConfigSchema.Place;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the JSON of {@code config.json} to records: the schema, and the rules that a schema cannot say. Thread-safe. */
public final class ConfigParser {
    private static final List<String> CRON_FIELDS =
            List.of("minute (0-59)", "hour (0-23)", "day (1-31)", "month (1-12)", "weekday (0-7, 0 and 7 are Sunday)");
    private final List<Problem> problems = new ArrayList<>();
    private final @Nullable Environment env;
    private final List<String> warnings;

    private ConfigParser(@Nullable Environment env, List<String> warnings) {
        this.env = env;
        this.warnings = warnings;
    }

    /** The configuration in a JSON object; a {@link ConfigException} names everything that is wrong with it. */
    public static HubConfig parse(JsonObject json) {
        return parse(json, new ArrayList<>());
    }

    /** The same; what is odd but no error (unknown keys, options without effect) is added to the warnings. */
    public static HubConfig parse(JsonObject json, List<String> warnings) {
        return new ConfigParser(null, warnings).config(json);
    }

    /**
     * The same, for a configuration that is to be put in force.
     *
     * @throws ConfigException also when it repeats a credential of the environment, which it does not show
     */
    static HubConfig parse(JsonObject json, Environment env, List<String> warnings) {
        try {
            return new ConfigParser(env, warnings).config(json);
        } catch (ConfigException e) {
            throw new ConfigException(e.problems().stream()
                    .map(problem ->
                            new Problem(env.redact(problem.path()), env.redact(problem.found()), problem.allowed()))
                    .toList());
        }
    }

    private HubConfig config(JsonObject json) {
        problems.addAll(Secrets.in(json, env));
        JsonObject read = members(Place.of(json));
        problems.addAll(ConfigSchema.problems(read));
        if (read.getValue("s3_buckets") instanceof JsonArray items) {
            boolean all = items.size() == 1 && "*".equals(items.getValue(0));
            read.put("s3_buckets", all ? new JsonArray() : buckets(items));
            read.put("use_dynamic_buckets", all || Boolean.TRUE.equals(read.getValue("use_dynamic_buckets")));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return BusJson.decode(read, HubConfig.class);
    }

    /**
     * A value in the one form that the records are made of: defaults filled in, texts trimmed, the old tool's spellings replaced by
     * ours, unknown members left out.
     */
    private @Nullable Object read(Place place) {
        JsonObject schema = place.schema();
        Object value = place.value() instanceof String text ? simplified(schema, text) : place.value();
        if (value == null) {
            return schema.containsKey("properties") ? members(place) : ConfigSchema.defaultOf(schema);
        }
        if (schema.containsKey("x-warning") && !value.equals(schema.getValue("default"))) {
            warnings.add(place.path() + " " + schema.getString("x-warning"));
        }
        return switch (value) {
            case JsonObject _ when schema.containsKey("properties") -> members(place);
            case JsonArray items when schema.containsKey("items") -> items(place, items.size());
            case String text -> {
                wrong(schema, text).ifPresent(allowed -> problems.add(place.problem(allowed)));
                yield text;
            }
            // 3.0 is a whole number too, which Jackson would not take for one.
            case Number number
            when ConfigSchema.types(schema).contains("integer") && isWhole(number) -> number.intValue();
            default -> value;
        };
    }

    private JsonObject members(Place place) {
        JsonObject known = ConfigSchema.properties(place.schema());
        if (place.value() instanceof JsonObject members) {
            members.fieldNames().stream()
                    .filter(name -> !known.containsKey(name))
                    .forEach(name -> warnings.add("%s is not known here: it is kept and has no effect"
                            .formatted(ConfigSchema.join(place.path(), name))));
        }
        JsonObject read = new JsonObject();
        for (String name : known.fieldNames()) {
            Object value = read(place.inner(name));
            if (value != null) {
                read.put(name, value);
            }
        }
        return read;
    }

    private JsonArray items(Place place, int count) {
        JsonArray read = new JsonArray();
        for (int i = 0; i < count; i++) {
            Place item = place.inner(String.valueOf(i));
            read.add(item.value() == null ? null : read(item));
        }
        return read;
    }

    /** Null for a blank text where null is allowed; our spelling where there are several. */
    private static @Nullable String simplified(JsonObject schema, String text) {
        if (!ConfigSchema.types(schema).contains("null") || schema.getBoolean("x-verbatim", false)) {
            return text;
        }
        String plain = text.strip();
        if (plain.isEmpty()) {
            return null;
        }
        JsonArray choices = schema.getJsonArray("enum", new JsonArray());
        String upper = plain.toUpperCase(Locale.ROOT);
        String ours = schema.getJsonObject("x-aliases", new JsonObject()).getString(upper, upper);
        return choices.contains(ours) ? ours : plain;
    }

    private static boolean isWhole(Number number) {
        double exact = number.doubleValue();
        return exact == Math.rint(exact) && Math.abs(exact) <= Integer.MAX_VALUE;
    }

    /** Names as objects, too. */
    private JsonArray buckets(JsonArray items) {
        JsonArray buckets = new JsonArray();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            Object item = items.getValue(i);
            Object name = item instanceof JsonObject bucket ? bucket.getValue("name") : item;
            if ("*".equals(item)) {
                problem(i, item, "[\"*\"] alone, without further buckets");
            } else if (name instanceof String text && !names.add(text)) {
                problem(i, text, "each bucket once");
            }
            buckets.add(
                    item instanceof JsonObject
                            ? item
                            : JsonObject.of("name", name, "prefix", "", "request_payer", false));
        }
        return buckets;
    }

    private void problem(int bucket, Object found, String allowed) {
        problems.add(new Problem("s3_buckets[%d]".formatted(bucket), Secrets.show(found), allowed));
    }

    /** What a text must be instead, by its length and format. */
    private static Optional<String> wrong(JsonObject schema, String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > schema.getInteger("x-maxBytes", Integer.MAX_VALUE)) {
            return Optional.of(ConfigSchema.allowed(schema));
        }
        String format = schema.getString("format", "");
        boolean fine = switch (format) {
            case "" -> true;
            case "cron" -> isCron(text);
            case "time-zone" -> isTimeZone(text);
            case "path" -> isPath(text);
            case "file" -> isPath(text) && Path.of(text).getFileName() != null && !text.endsWith("/");
            case "line" -> isOneLine(text);
            default -> throw new IllegalArgumentException("the schema has an unknown format: " + format);
        };
        String allowed = ConfigSchema.allowed(schema);
        return fine ? Optional.empty() : Optional.of(format.equals("cron") ? allowedCron(text, allowed) : allowed);
    }

    /** What is allowed instead of a schedule that is none, naming the fields that are wrong. */
    private static String allowedCron(String text, String allowed) {
        String[] fields = text.split("\\s+", -1);
        if (fields.length != CRON_FIELDS.size()) {
            return "%s (found %d)".formatted(allowed, fields.length);
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            String[] alone = {"*", "*", "*", "*", "*"};
            alone[i] = fields[i];
            if (!isCron(String.join(" ", alone))) {
                wrong.add("%s is '%s'".formatted(CRON_FIELDS.get(i), fields[i]));
            }
        }
        return wrong.isEmpty() ? allowed : "%s; %s".formatted(allowed, String.join(", ", wrong));
    }

    private static boolean isCron(String text) {
        try {
            // A parser is cheap and keeps no promise about threads, so everybody makes their own.
            new com.cronutils.parser.CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX))
                    .parse(text)
                    .validate();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isTimeZone(String text) {
        try {
            ZoneId.of(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isPath(String text) {
        try {
            return isOneLine(text) && Path.of(text).getNameCount() >= 0;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isOneLine(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }
}
