package io.hubstorage.cli;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is backed up, from where and to where. The names are the old tool's. */
class RunOptions {
    @Option(
            names = "--bucket",
            paramLabel = "<name>",
            description =
                    "Back up this bucket instead of the configured ones, as bucket@account where its account has a"
                            + " name; may be given several times")
    List<String> buckets = new ArrayList<>();

    @Option(
            names = "--schedule",
            paramLabel = "<name>",
            description =
                    "Back up the buckets of this schedule (automation.schedules) alone; main is that of all others")
    @Nullable
    String schedule;

    @Option(
            names = "--local-path",
            paramLabel = "<folder>",
            description = "The data folder, which gets the hublink_* folders (else HUBSTORAGE_DATA_PATH, else ./data)")
    @Nullable
    Path localPath;

    @Option(names = "--dry-run", description = "Say what a run would do, and write no data")
    boolean dryRun;

    @Option(
            names = "--continuous",
            description = "Stay and run on schedule, as the service does, but without the web server")
    boolean continuous;

    @Option(
            names = "--use-dynamic-buckets",
            description = "Back up every bucket that these credentials see, besides the configured ones")
    boolean dynamicBuckets;

    @Option(
            names = "--aws-profile",
            paramLabel = "<name>",
            description = "Take the credentials from this profile of ~/.aws, even if keys are set elsewhere")
    @Nullable
    String awsProfile;

    /** What is contradictory about them; null when nothing is. */
    @Nullable
    String contradiction() {
        for (String name : buckets) {
            if (!HubConfig.BucketSpec.isName(name)) {
                return "--bucket \"%s\": a bucket's name alone, without s3:// and path: 3 to 255 letters, digits, dots, hyphens and underscores; of a named account as bucket@account"
                        .formatted(Table.printable(name));
            }
        }
        if (!buckets.isEmpty() && dynamicBuckets) {
            return "--bucket names the buckets, --use-dynamic-buckets takes all: give only one of the two";
        }
        if (schedule != null && (!buckets.isEmpty() || dynamicBuckets || continuous)) {
            return "--schedule names the buckets of one run: give it without --bucket, --use-dynamic-buckets and"
                    + " --continuous";
        }
        if (continuous && dryRun) {
            return "--dry-run plans one run, --continuous runs on schedule: give only one of the two";
        }
        return null;
    }

    /** What they say otherwise than the environment. */
    Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        ConfigOptions.add(variables, "HUBSTORAGE_DATA_PATH", localPath);
        if (awsProfile != null) {
            variables.put("AWS_PROFILE", awsProfile);
            // As in the AWS CLI: a profile named on the command line wins over keys in the environment.
            variables.put("AWS_ACCESS_KEY_ID", "");
            variables.put("AWS_SECRET_ACCESS_KEY", "");
            variables.put("AWS_SESSION_TOKEN", "");
        }
        return variables;
    }

    /** What they say otherwise than {@code config.json}. */
    UnaryOperator<HubConfig> configuration() {
        List<String> named = named();
        boolean all = dynamicBuckets;
        // Whoever asks for it on the command line wants it to go on, whatever the file says.
        boolean schedule = continuous;
        return config -> {
            JsonObject changes = new JsonObject();
            if (!named.isEmpty()) {
                changes = BusJson.encode(new HubConfig.Selection(
                        named.stream().map(name -> spec(config, name)).toList(), false));
            } else if (all) {
                changes.put("use_dynamic_buckets", true);
            }
            return config.with(schedule ? changes.put("automation", JsonObject.of("enabled", true)) : changes);
        };
    }

    List<String> named() {
        return buckets.stream().distinct().toList();
    }

    /** A configured bucket keeps its prefix. */
    private static BucketSpec spec(HubConfig config, String name) {
        BucketSpec spec = config.selection().named(name).orElseGet(() -> new BucketSpec(name, ""));
        Set<String> accounts = config.selection().accounts().keySet();
        if (spec.account() != null && !accounts.contains(spec.account())) {
            throw new ConfigException(List.of(new Problem(
                    "--bucket",
                    '"' + Table.printable(name) + '"',
                    accounts.isEmpty()
                            ? "a bucket of the account in .env: config.json has no accounts"
                            : "a bucket of an account in config.json: " + String.join(", ", accounts))));
        }
        return spec;
    }
}
