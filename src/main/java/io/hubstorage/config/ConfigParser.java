package io.hubstorage.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.HubConfig.Automation;
import io.hubstorage.config.HubConfig.Guards;
import io.hubstorage.config.HubConfig.Logging;
import io.hubstorage.config.HubConfig.SyncOptions;
import io.hubstorage.config.HubConfig.Transfer;
import io.hubstorage.config.HubConfig.Verify;
import io.vertx.core.json.JsonObject;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The meaning of {@code config.json}: names, types, ranges and defaults. Pure and thread-safe. */
public final class ConfigParser {
    /** The log file's name where {@code logging.file} is absent. */
    static final String DEFAULT_LOG_FILE = "status.log";

    private static final String CRON = "null, or five fields: minute hour day month weekday";
    private static final List<String> CRON_FIELDS =
            List.of("minute (0-59)", "hour (0-23)", "day (1-31)", "month (1-12)", "weekday (0-7, 0 and 7 are Sunday)");
    private static final String NOT_USED_YET =
            "is not used yet: it is for what a restore will write to S3, not for backups";
    private static final double MOST_HOURS = 24 * 366;
    private static final double MOST_MINUTES = 24 * 60;

    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings;

    private ConfigParser(List<String> warnings) {
        this.warnings = warnings;
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
        ConfigParser parser = new ConfigParser(warnings);
        HubConfig config = parser.root(json);
        if (!parser.problems.isEmpty()) {
            throw new ConfigException(parser.problems);
        }
        return config;
    }

    /** The JSON that {@link #parse} reads back as the same configuration; absent members are left out. */
    public static JsonObject render(HubConfig config) {
        return ConfigRenderer.render(config);
    }

    private HubConfig root(JsonObject json) {
        CredentialScan.scan(json, problems);
        JsonSection root = new JsonSection("", json.getMap(), problems, warnings);
        BucketList buckets = BucketList.read(root);
        HubConfig config = new HubConfig(
                buckets.buckets(),
                root.bool("use_dynamic_buckets", false) || buckets.all(),
                syncOptions(root.section("sync_options")),
                logging(root.section("logging")),
                automation(root.section("automation")),
                guards(root.section("guards")),
                verify(root.section("verify")),
                transfer(root.section("transfer")),
                root.text("aws_profile", "the name of an AWS profile", ConfigParser::isOneLine),
                root.text("local_base_path", "a path of this system", ConfigParser::isPath));
        docker(root);
        root.take("$schema"); // for editors
        root.warnAboutTheRest();
        return config;
    }

    private static SyncOptions syncOptions(JsonSection section) {
        SyncOptions options = new SyncOptions(
                section.bool("delete", true),
                section.texts("exclude_patterns"),
                section.texts("include_patterns"),
                section.text(
                        "storage_class",
                        "null, or an S3 storage class such as STANDARD_IA",
                        text -> text.matches("[A-Z][A-Z0-9_]{1,40}")),
                section.bool("sse", false),
                section.bool("request_payer", false));
        if (options.storageClass() != null) {
            section.warn("storage_class", NOT_USED_YET);
        }
        if (options.sse()) {
            section.warn("sse", NOT_USED_YET);
        }
        section.warnAboutTheRest();
        return options;
    }

    private static Logging logging(JsonSection section) {
        String level = section.text("level", "TRACE, DEBUG, INFO, WARN or ERROR", text -> logLevel(text) != null);
        Logging logging = new Logging(
                level == null ? "INFO" : String.valueOf(logLevel(level)),
                section.text("file", "a path of this system", ConfigParser::isFile),
                section.whole("max_size_mb", 10, 1, 10_240),
                section.whole("backup_count", 5, 0, 1_000));
        section.warnAboutTheRest();
        return logging;
    }

    private static Automation automation(JsonSection section) {
        Automation automation = new Automation(
                section.bool("enabled", true),
                section.number(
                        "interval_hours",
                        6,
                        "hours above 0, up to %.0f; fractions count".formatted(MOST_HOURS),
                        hours -> hours > 0 && hours <= MOST_HOURS),
                section.checked("cron", CRON, ConfigParser::wrongInCron),
                section.text(
                        "time_zone", "null, or a time zone such as Europe/Berlin or UTC", ConfigParser::isTimeZone),
                section.whole("max_retries", 3, 0, 100),
                section.number(
                        "retry_delay_minutes",
                        5,
                        "minutes from 0 to %.0f; fractions count".formatted(MOST_MINUTES),
                        minutes -> minutes >= 0 && minutes <= MOST_MINUTES));
        section.warnAboutTheRest();
        return automation;
    }

    private static Guards guards(JsonSection section) {
        Guards guards = new Guards(section.number(
                "max_shrink_percent", 50, "a percentage from 0 to 100", percent -> percent >= 0 && percent <= 100));
        section.warnAboutTheRest();
        return guards;
    }

    private static Transfer transfer(JsonSection section) {
        Transfer transfer = new Transfer(section.whole("max_concurrent_requests", Transfer.MOST, 1, Transfer.MOST));
        section.warnAboutTheRest();
        return transfer;
    }

    private static Verify verify(JsonSection section) {
        Verify verify = new Verify(section.number(
                "presence_hours",
                Verify.USUAL.presenceHours(),
                "hours from 0 to %.0f; fractions count".formatted(MOST_HOURS),
                hours -> hours >= 0 && hours <= MOST_HOURS));
        section.warnAboutTheRest();
        return verify;
    }

    /** Types only: the old tool's section repeats what the environment decides. */
    private static void docker(JsonSection root) {
        if (root.take("docker") == null) {
            return;
        }
        JsonSection section = root.section("docker");
        section.bool("enabled", false);
        section.whole("web_port", SettingsReader.DEFAULT_PORT, 0, 65_535);
        section.text("data_volume", "a path of this system", ConfigParser::isPath);
        section.text("config_volume", "a path of this system", ConfigParser::isPath);
        section.warnAboutTheRest();
        root.warn("docker", "is kept for the record: port and folders come from HUBSTORAGE_* variables");
    }

    /** Our name for a log level, of ours or Python's; null when there is none. */
    static @Nullable String logLevel(String text) {
        String level = text.toUpperCase(Locale.ROOT);
        return switch (level) {
            case "TRACE", "DEBUG", "INFO", "WARN", "ERROR" -> level;
            case "WARNING" -> "WARN";
            case "CRITICAL", "FATAL" -> "ERROR";
            case "NOTSET" -> "TRACE";
            default -> null;
        };
    }

    /** What is allowed instead of a schedule that is none, beginning with the field that is wrong, if only one is. */
    private static Optional<String> wrongInCron(String text) {
        if (isCron(text)) {
            return Optional.empty();
        }
        String[] fields = text.split("\\s+", -1);
        if (fields.length != CRON_FIELDS.size()) {
            return Optional.of("%s (found %d)".formatted(CRON, fields.length));
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < fields.length; i++) {
            String[] alone = {"*", "*", "*", "*", "*"};
            alone[i] = fields[i];
            if (!isCron(String.join(" ", alone))) {
                wrong.add("%s is '%s'".formatted(CRON_FIELDS.get(i), fields[i]));
            }
        }
        return Optional.of(wrong.isEmpty() ? CRON : "%s; %s".formatted(CRON, String.join(", ", wrong)));
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

    private static boolean isFile(String text) {
        return isPath(text) && Path.of(text).getFileName() != null && !text.endsWith("/");
    }

    private static boolean isOneLine(String text) {
        return text.chars().noneMatch(Character::isISOControl);
    }

    /** Finds credentials anywhere in the document, under whatever name. */
    private static final class CredentialScan {
        private static final Map<String, String> VARIABLES = Map.of(
                "aws_access_key_id", "AWS_ACCESS_KEY_ID",
                "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY",
                "aws_session_token", "AWS_SESSION_TOKEN");

        static void scan(JsonObject json, List<Problem> problems) {
            scan("", "", json.getMap(), problems);
        }

        private static void scan(String path, String key, @Nullable Object value, List<Problem> problems) {
            Map<?, ?> members = JsonSection.asMap(value);
            if (members != null) {
                members.forEach((name, member) -> {
                    String inner = String.valueOf(name);
                    scan(path.isEmpty() ? inner : path + "." + inner, inner, member, problems);
                });
            } else if (value instanceof Iterable<?> items) {
                int i = 0;
                for (Object item : items) {
                    scan("%s[%d]".formatted(path, i++), key, item, problems);
                }
            } else if (value instanceof String text
                    && !text.isBlank()
                    && (Secrets.isMember(key) || Secrets.looksSecret(text))) {
                String variable = VARIABLES.get(key.toLowerCase(Locale.ROOT));
                problems.add(new Problem(
                        path,
                        "a credential " + Secrets.HIDDEN,
                        "no secrets in config.json: move it to .env"
                                + (variable == null ? "" : " as " + variable)
                                + " and delete it here"));
            }
        }
    }
}
