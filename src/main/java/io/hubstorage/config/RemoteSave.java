package io.hubstorage.config;

import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.HubConfig.Automation;
import io.hubstorage.config.HubConfig.Logging;
import io.hubstorage.config.HubConfig.SyncOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a save over the web or the bus may not do, though {@code config.json} may say it: whoever has the dashboard's password
 * has not thereby the machine. Paths and credentials stay as they are, and no value makes a run, a log or a filter run away.
 * A value that is in force already, by whoever's hand, always passes.
 */
record RemoteSave(ConfigState before, ConfigState after, List<Problem> problems) {
    private static final Pattern LOG_NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,99}\\.log");
    private static final int LONGEST_LIST = 10_000;
    /** The schema has five. */
    private static final int MOST_LEVELS = 16;

    private static final int MOST_PATTERNS = 1_000;
    private static final int MOST_PATTERN_CHARACTERS = 64 << 10;
    private static final long MOST_LOG_MB = 10 << 10;
    private static final double LEAST_HOURS = 1.0 / 60;
    private static final int LEAST_UNDO_HOURS = 24;

    /**
     * Refuses what is not to be had from there.
     *
     * @throws ConfigException that says for each value where it can be changed
     */
    static void check(ConfigState before, ConfigState after) {
        RemoteSave save = new RemoteSave(before, after, new ArrayList<>());
        save.places();
        save.accounts();
        save.amounts();
        if (!save.problems.isEmpty()) {
            throw new ConfigException(save.problems);
        }
    }

    /**
     * Refuses what would not fit into the memory, before anything looks at it: what a million members of a list have wrong,
     * and a megabyte that is nested so deeply that the blanks before its lines make two hundred of it.
     *
     * @param before {@code config.json} as it is in force
     */
    static void checkSize(JsonObject before, JsonObject after) {
        checkLevels(before, after);
        checkLists(before, after);
    }

    private static void checkLevels(JsonObject before, JsonObject after) {
        for (Map.Entry<String, Object> member : after) {
            if (isDeeper(member.getValue(), MOST_LEVELS - 1)
                    && !Objects.equals(member.getValue(), before.getValue(member.getKey()))) {
                // Once, without the name: it may be as long as the rest, and there may be as many.
                throw new ConfigException(List.of(tooMuch(
                        "config.json",
                        "members nested deeper than %d levels".formatted(MOST_LEVELS),
                        "at most %d levels".formatted(MOST_LEVELS))));
            }
        }
    }

    private static boolean isDeeper(@Nullable Object value, int levels) {
        Iterable<?> members = switch (value) {
            case JsonObject json -> json.getMap().values();
            case JsonArray list -> list.getList();
            case Map<?, ?> map -> map.values();
            case List<?> list -> list;
            case null, default -> null;
        };
        if (members == null) {
            return false;
        }
        if (levels == 0) {
            return true;
        }
        for (Object member : members) {
            if (isDeeper(member, levels - 1)) {
                return true;
            }
        }
        return false;
    }

    private static void checkLists(JsonObject before, JsonObject after) {
        List<Problem> problems = new ArrayList<>();
        ConfigSchema.options().forEach((path, schema) -> {
            Object now = ConfigSchema.value(after, path);
            long members = now instanceof JsonArray list
                    ? members(list)
                    : now instanceof JsonObject named && ConfigSchema.isMap(schema) ? named.size() : 0;
            if (members > LONGEST_LIST && !Objects.equals(now, ConfigSchema.value(before, path))) {
                problems.add(tooMuch(path, members + " members", "at most %d".formatted(LONGEST_LIST)));
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** With those of the lists in it, as the buckets of schedules are. */
    private static long members(JsonArray list) {
        return list.size()
                + list.stream()
                        .filter(JsonObject.class::isInstance)
                        .flatMap(item -> ((JsonObject) item).stream())
                        .map(Map.Entry::getValue)
                        .filter(JsonArray.class::isInstance)
                        .mapToLong(inner -> ((JsonArray) inner).size())
                        .sum();
    }

    private void places() {
        Path data = before.settings().dataPath();
        fixed(
                "local_base_path",
                config -> config.overruled().localBasePath(),
                text -> VariableReader.path(text).equals(data),
                after.settings().dataPath().equals(data),
                "HUBSTORAGE_DATA_PATH");
        String profile = before.settings().aws().profile();
        fixed(
                "aws_profile",
                config -> config.overruled().awsProfile(),
                text -> text.equals(profile),
                Objects.equals(after.settings().aws().profile(), profile),
                "AWS_PROFILE");
        String copy = after.config().replication().to();
        Path copies = before.settings().writing().copies();
        if (copy != null
                && !copy.equals(before.config().replication().to())
                && (copies == null || !VariableReader.path(copy).startsWith(copies))) {
            problems.add(new Problem(
                    "replication.to",
                    Secrets.show(copy),
                    copies == null
                            ? "over the web and the bus only what it is, %s; set HUBSTORAGE_REPLICATION_PATH in .env, or edit config.json on the machine"
                                    .formatted(Secrets.show(
                                            before.config().replication().to()))
                            : "over the web and the bus a folder below %s, which HUBSTORAGE_REPLICATION_PATH names"
                                    .formatted(copies)));
        }
        String file = after.config().logging().file();
        if (!Objects.equals(file, before.config().logging().file()) && !isLogFile(file)) {
            problems.add(new Problem(
                    "logging.file",
                    Secrets.show(file),
                    ("over the web and the bus a name alone that ends in .log, of letters, digits, blanks and . _ -,"
                                    + " in %s; HUBSTORAGE_LOG_PATH in .env sets another folder")
                            .formatted(before.settings().logPath())));
        }
    }

    /** Absent, or a name; the folder before it must be the one that the logs are in. */
    private boolean isLogFile(@Nullable String text) {
        if (text == null) {
            return true;
        }
        Path named = Path.of(text);
        Path folder = named.getParent();
        return LOG_NAME.matcher(String.valueOf(named.getFileName())).matches()
                && (folder == null
                        || VariableReader.path(folder.toString())
                                .equals(before.settings().logPath()));
    }

    /** A text that may only be what it was, or say the same; and taking it away must change nothing. */
    private void fixed(
            String path,
            Function<HubConfig, @Nullable String> member,
            Predicate<String> saysTheSame,
            boolean sameEffect,
            String variable) {
        String old = member.apply(before.config());
        String now = member.apply(after.config());
        if (!Objects.equals(old, now) && !(sameEffect && (now == null || saysTheSame.test(now)))) {
            problems.add(new Problem(
                    path,
                    Secrets.show(now),
                    "over the web and the bus only what it is, %s; set %s in .env, or edit config.json on the machine"
                            .formatted(Secrets.show(old), variable)));
        }
    }

    /**
     * Where an account is and which profile it has: in an account that somebody wrote by hand, what it is as long as its keys stay
     * the same; else nothing, so that it is what {@code .env} says beside the keys. No save has keys sign for another server.
     */
    private void accounts() {
        Map<String, HubConfig.Account> old = before.config().selection().accounts();
        after.config().selection().accounts().forEach((name, now) -> {
            HubConfig.Account was = old.get(name);
            ofAccount(name, was, now, "endpoint", HubConfig.Account::endpoint, "AWS_ENDPOINT_URL");
            ofAccount(name, was, now, "profile", HubConfig.Account::profile, "AWS_PROFILE");
        });
    }

    private void ofAccount(
            String name,
            HubConfig.@Nullable Account was,
            HubConfig.Account now,
            String member,
            Function<HubConfig.Account, @Nullable String> value,
            String variable) {
        String then = was == null ? null : value.apply(was);
        boolean sameKeys = was != null && Objects.equals(was.envPrefix(), now.envPrefix());
        boolean same = Objects.equals(value.apply(now), then);
        if (!same || (then != null && !sameKeys)) {
            problems.add(new Problem(
                    "accounts.%s.%s".formatted(name, member),
                    Secrets.show(value.apply(now)),
                    "over the web and the bus only what it is, %s%s; set %s in .env, or edit config.json on the machine"
                            .formatted(
                                    Secrets.show(then),
                                    same ? ", and env_prefix with it" : "",
                                    SettingsReader.prefix(name, now) + variable)));
        }
    }

    private void amounts() {
        HubConfig old = before.config();
        HubConfig now = after.config();
        patterns(
                "sync_options.exclude_patterns",
                "%d patterns of %d characters, with the includes",
                filters(old.syncOptions()),
                filters(now.syncOptions()));
        patterns(
                "compression.patterns",
                "%d patterns of %d characters",
                old.compression().patterns(),
                now.compression().patterns());
        log(old.logging(), now.logging());
        Automation automation = now.automation();
        if (automation.intervalHours() != old.automation().intervalHours()
                && automation.intervalHours() < LEAST_HOURS) {
            problems.add(tooMuch(
                    "automation.interval_hours",
                    String.valueOf(automation.intervalHours()),
                    "a minute (1/60) or more"));
        }
        retention(old.retention(), now.retention());
    }

    /** Whoever got hold of the password leaves a day in which what was removed can be brought back. */
    private void retention(HubConfig.Retention old, HubConfig.Retention now) {
        if (now.undoHours() != old.undoHours() && now.undoHours() < LEAST_UNDO_HOURS) {
            problems.add(tooMuch(
                    "retention.undo_hours",
                    String.valueOf(now.undoHours()),
                    "%d hours or more".formatted(LEAST_UNDO_HOURS)));
        }
        if (now.minFreePercent() > old.minFreePercent()) {
            problems.add(tooMuch(
                    "retention.min_free_percent",
                    String.valueOf(now.minFreePercent()),
                    "only less than now; more is set in config.json on the machine, since it shortens the time"
                            + " to undo"));
        }
    }

    private static List<String> filters(SyncOptions options) {
        return Stream.of(options.excludePatterns(), options.includePatterns())
                .flatMap(List::stream)
                .toList();
    }

    /** @param found says how many there are, and of how many characters */
    private void patterns(String path, String found, List<String> old, List<String> now) {
        int characters = now.stream().mapToInt(String::length).sum();
        if (!now.equals(old) && (now.size() > MOST_PATTERNS || characters > MOST_PATTERN_CHARACTERS)) {
            problems.add(tooMuch(
                    path,
                    found.formatted(now.size(), characters),
                    "at most %d patterns of %d characters in all: each key is compared with every one"
                            .formatted(MOST_PATTERNS, MOST_PATTERN_CHARACTERS)));
        }
    }

    private void log(Logging old, Logging now) {
        long most = (long) now.maxSizeMb() * (now.backupCount() + 1);
        boolean changed = now.maxSizeMb() != old.maxSizeMb() || now.backupCount() != old.backupCount();
        if (changed && most > MOST_LOG_MB) {
            problems.add(tooMuch(
                    "logging.max_size_mb",
                    "%d MB in %d files".formatted(most, now.backupCount() + 1),
                    "at most %d MB in all, max_size_mb times backup_count and one".formatted(MOST_LOG_MB)));
        }
    }

    private static Problem tooMuch(String path, String found, String allowed) {
        return new Problem(path, found, allowed + " (over the web and the bus)");
    }
}
