package io.hubstorage.cli;

import io.hubstorage.bus.BusJson;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is backed up, from where and to where. The names are the old tool's. */
class RunOptions {
    @Option(
            names = "--bucket",
            paramLabel = "<name>",
            description = "Back up this bucket instead of the configured ones; may be given several times")
    List<String> buckets = new ArrayList<>();

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
                return "--bucket \"%s\": a bucket's name alone, without s3:// and path: 3 to 255 letters, digits, dots, hyphens and underscores"
                        .formatted(Table.printable(name));
            }
        }
        if (!buckets.isEmpty() && dynamicBuckets) {
            return "--bucket names the buckets, --use-dynamic-buckets takes all: give only one of the two";
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
        return config.selection().named(name).orElseGet(() -> new BucketSpec(name, ""));
    }
}
