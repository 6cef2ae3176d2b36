package io.hubstorage.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.ConfigSchema.Place;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
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
    /** What begins the names of the program's own variables, and what those are for. */
    private static final Map<String, String> RESERVED_PREFIXES =
            Map.of("RESTORE_", "what restores write with", "HUBSTORAGE_", "HubStorage's own settings");

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
            read.put("s3_buckets", all ? new JsonArray() : buckets(items, read.getValue("accounts")));
            read.put("use_dynamic_buckets", all || Boolean.TRUE.equals(read.getValue("use_dynamic_buckets")));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        ChannelRules.apply(json.getValue("notify"), read.getJsonObject("notify"), problems, warnings);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        HubConfig config = BusJson.decode(read, HubConfig.class);
        schedules(config);
        accounts(config.selection().accounts());
        retention(config, read.getJsonArray("s3_buckets", new JsonArray()));
        HookRules.apply(config.hooks(), env, problems, warnings);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return config;
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
            case JsonObject named when ConfigSchema.isMap(schema) -> named(place, named);
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

    /** Members that have names of their own, which are held against the schema here: a validator would not say which one is wrong. */
    private JsonObject named(Place place, JsonObject members) {
        JsonObject read = new JsonObject();
        String names = place.schema().getJsonObject("propertyNames").getString("pattern");
        for (String name : members.fieldNames()) {
            Place member = place.inner(name);
            if (!name.matches(names)) {
                String path = ConfigSchema.join(place.path(), Secrets.shorten(name));
                problems.add(new Problem(path, Secrets.show(name), ConfigSchema.allowed(place.schema())));
            } else {
                read.put(name, member.value() == null ? null : read(member));
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
    private JsonArray buckets(JsonArray items, @Nullable Object accounts) {
        Set<String> known = accounts instanceof JsonObject named ? named.fieldNames() : Set.of();
        JsonArray buckets = new JsonArray();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            Object item = items.getValue(i);
            Object name = item instanceof JsonObject bucket ? bucket.getValue("name") : item;
            if ("*".equals(item)) {
                problem(i, item, "[\"*\"] alone, without further buckets");
            } else if (name instanceof String text) {
                String account = item instanceof JsonObject bucket ? account(bucket, i, known) : null;
                if (!names.add(new BucketName(text, account).toString())) {
                    problem(i, text, "each bucket once");
                }
            }
            buckets.add(
                    item instanceof JsonObject
                            ? item
                            : JsonObject.of("name", name, "prefix", "", "request_payer", false));
        }
        return buckets;
    }

    /** That each has a time and a name of its own, and each of its buckets is there and in no other. */
    private void schedules(HubConfig config) {
        Set<String> names = new HashSet<>(Set.of(SchedulerMessage.MAIN));
        Map<String, String> taken = new HashMap<>();
        Set<String> known = Set.copyOf(config.selection().names());
        List<HubConfig.Schedule> schedules = config.automation().schedules();
        for (int i = 0; i < schedules.size(); i++) {
            HubConfig.Schedule schedule = schedules.get(i);
            String path = "automation.schedules[%d]".formatted(i);
            if (!names.add(schedule.name())) {
                problems.add(new Problem(
                        path + ".name",
                        Secrets.show(schedule.name()),
                        "each name once; \"%s\" is the schedule of all other buckets"
                                .formatted(SchedulerMessage.MAIN)));
            }
            if (schedule.cron() == null && schedule.intervalHours() == null) {
                problems.add(new Problem(
                        path, Secrets.show(schedule.name()), "a schedule that says when, by cron or interval_hours"));
            }
            for (int j = 0; j < schedule.buckets().size(); j++) {
                String bucket = schedule.buckets().get(j);
                String other = taken.putIfAbsent(bucket, schedule.name());
                String place = "%s.buckets[%d]".formatted(path, j);
                if (other != null) {
                    problems.add(new Problem(
                            place,
                            Secrets.show(bucket),
                            "each bucket once, and in one schedule; %s has it".formatted(other)));
                } else if (!config.selection().dynamic() && !known.contains(bucket)) {
                    // Which buckets an account has is not known here: one that is not there fails by itself, by name.
                    problems.add(
                            new Problem(place, Secrets.show(bucket), "a bucket that is backed up, see s3_buckets"));
                }
            }
        }
    }

    /** The account that a bucket says it is of, which must be there; null where it says none. */
    private @Nullable String account(JsonObject bucket, int index, Set<String> known) {
        if (!(bucket.getValue("account") instanceof String account)) {
            return null;
        }
        if (!known.contains(account)) {
            problems.add(new Problem(
                    "s3_buckets[%d].account".formatted(index),
                    Secrets.show(account),
                    known.isEmpty()
                            ? "the name of an account, of which accounts has none"
                            : "the name of an account: " + String.join(", ", known)));
        }
        return account;
    }

    /** That none takes the keys of something else: of the program, or of another account that does not share them knowingly. */
    private void accounts(Map<String, HubConfig.Account> accounts) {
        Map<String, Map.Entry<String, HubConfig.Account>> taken = new HashMap<>();
        accounts.forEach((name, account) -> {
            String prefix = SettingsReader.prefix(name, account);
            boolean derived = account.envPrefix() == null;
            String path = "accounts.%s%s".formatted(name, derived ? "" : ".env_prefix");
            String found = Secrets.show(derived ? name : prefix);
            String remedy = derived ? "another name, or an env_prefix" : "another prefix";
            String purpose = RESERVED_PREFIXES.get(prefix.toUpperCase(Locale.ROOT));
            Map.Entry<String, HubConfig.Account> other = taken.putIfAbsent(prefix, Map.entry(name, account));
            if (purpose != null) {
                problems.add(new Problem(path, found, "%s; %s* is for %s".formatted(remedy, prefix, purpose)));
            } else if (other != null && (derived || other.getValue().envPrefix() == null)) {
                problems.add(new Problem(
                        path,
                        found,
                        "%s; the variables %s* are those of account %s. To share its keys, give both that env_prefix"
                                .formatted(remedy, prefix, other.getKey())));
            }
        });
    }

    /** That no rules mean that every snapshot goes. */
    private void retention(HubConfig config, JsonArray buckets) {
        String allowed = "at least one rule above 0, as daily: 14; without one nothing would be kept";
        if (config.retention().enabled() && config.retention().keep().isEmpty()) {
            problems.add(new Problem("retention", "no rule", allowed));
        }
        for (int i = 0; i < buckets.size(); i++) {
            boolean said = buckets.getJsonObject(i).getValue("retention") instanceof JsonObject own && !own.isEmpty();
            String path = "s3_buckets[%d].retention".formatted(i);
            if (said && config.selection().buckets().get(i).retention() == null) {
                problems.add(new Problem(path, "no rule", allowed + "; leave it out for the rules of all others"));
            } else if (said && !config.retention().enabled()) {
                warnings.add(path + " has no effect while retention.enabled is off");
            }
        }
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
            case "endpoint" -> SettingsReader.endpointOf(text) != null;
            // Held against the accounts that there are, when those are known.
            case "account" -> true;
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
