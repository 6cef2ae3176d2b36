package io.hubstorage.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the JSON of {@code config.json} to records: the schema, and the rules that a schema cannot say. Thread-safe. */
public final class ConfigParser {
    private static final List<String> CRON_FIELDS =
            List.of("minute (0-59)", "hour (0-23)", "day (1-31)", "month (1-12)", "weekday (0-7, 0 and 7 are Sunday)");
    private static final Map<String, String> CREDENTIALS = Map.of(
            "aws_access_key_id", "AWS_ACCESS_KEY_ID",
            "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY",
            "aws_session_token", "AWS_SESSION_TOKEN");

    private final List<Problem> problems = new ArrayList<>();
    private final @Nullable Environment env;

    private ConfigParser(@Nullable Environment env) {
        this.env = env;
    }

    /**
     * The configuration in a JSON object.
     *
     * @throws ConfigException with everything that is wrong with it
     */
    public static HubConfig parse(JsonObject json) {
        return parse(json, new ArrayList<>());
    }

    /**
     * The configuration in a JSON object; what is odd but no error (unknown keys, options without effect) is added to
     * the warnings.
     *
     * @throws ConfigException with everything that is wrong with it
     */
    public static HubConfig parse(JsonObject json, List<String> warnings) {
        return new ConfigParser(null).config(json, warnings);
    }

    /**
     * The same, for a configuration that is to be put in force.
     *
     * @throws ConfigException also when it repeats a credential of the environment, which it does not show
     */
    static HubConfig parse(JsonObject json, Environment env, List<String> warnings) {
        try {
            return new ConfigParser(env).config(json, warnings);
        } catch (ConfigException e) {
            throw new ConfigException(e.problems().stream()
                    .map(problem ->
                            new Problem(env.redact(problem.path()), env.redact(problem.found()), problem.allowed()))
                    .toList());
        }
    }

    private HubConfig config(JsonObject json, List<String> warnings) {
        scanForCredentials("", "", json);
        JsonObject read = ConfigSchema.read(json, ConfigParser::wrong, problems, warnings);
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
        problems.add(new Problem("s3_buckets[%d]".formatted(bucket), ConfigSchema.show(found), allowed));
    }

    /** The formats of the schema. */
    private static Optional<String> wrong(String format, String text, String allowed) {
        boolean fine = switch (format) {
            case "cron" -> isCron(text);
            case "time-zone" -> isTimeZone(text);
            case "path" -> isPath(text);
            case "file" -> isPath(text) && Path.of(text).getFileName() != null && !text.endsWith("/");
            case "line" -> isOneLine(text);
            default -> throw new IllegalArgumentException("the schema has an unknown format: " + format);
        };
        if (fine) {
            return Optional.empty();
        }
        return Optional.of(format.equals("cron") ? allowedCron(text, allowed) : allowed);
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

    /** Anywhere in the document, under whatever name. */
    private void scanForCredentials(String path, String key, @Nullable Object value) {
        switch (value) {
            case JsonObject members ->
                members.forEach(member -> scanForCredentials(
                        path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
                        member.getKey(),
                        member.getValue()));
            case JsonArray items
            when !items.isEmpty() -> {
                for (int i = 0; i < items.size(); i++) {
                    scanForCredentials("%s[%d]".formatted(path, i), key, items.getValue(i));
                }
            }
            case null -> {}
            default -> scanLeaf(path, key, value);
        }
    }

    private void scanLeaf(String path, String key, Object value) {
        String known = env == null ? null : env.awsSecretIn(path + " " + value);
        if (known != null) {
            problems.add(new Problem(path, "the value of " + known, "no secrets in config.json: delete it there"));
        } else if (value instanceof String text
                && !text.isBlank()
                && (Secrets.isMember(key) || Secrets.looksSecret(text))) {
            String variable = CREDENTIALS.get(key.toLowerCase(Locale.ROOT));
            problems.add(new Problem(
                    path,
                    "a credential " + Secrets.HIDDEN,
                    "no secrets in config.json: move it to .env"
                            + (variable == null ? "" : " as " + variable)
                            + " and delete it here"));
        }
    }
}
