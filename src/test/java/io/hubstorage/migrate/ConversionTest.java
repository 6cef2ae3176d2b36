package io.hubstorage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Old configurations, as the old tool wrote them and as people edited them. */
final class ConversionTest {
    private static final Path BASE = Path.of("/home/me/HubStorage");

    /** As {@code --create-config} of the old tool left it, with its buckets named. */
    private static JsonObject old() {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("lab-1", "lab-2")))
                .put("local_base_path", "/Volumes/Backup/HubLink")
                .put("aws_profile", "default")
                .put(
                        "sync_options",
                        new JsonObject()
                                .put("delete", true)
                                .put("exclude_patterns", new JsonArray(List.of("*.tmp", "*/temp/*")))
                                .put("include_patterns", new JsonArray())
                                .put("storage_class", null)
                                .put("sse", false))
                .put(
                        "logging",
                        new JsonObject()
                                .put("level", "INFO")
                                .put("file", "data/logs/status.log")
                                .put("max_size_mb", 10)
                                .put("backup_count", 5))
                .put(
                        "automation",
                        new JsonObject()
                                .put("enabled", false)
                                .put("interval_hours", 1)
                                .put("max_retries", 3)
                                .put("retry_delay_minutes", 5))
                .put("notifications", new JsonObject().put("enabled", false).putNull("email"));
    }

    private static LaunchAgent agent(@Nullable Double hours, @Nullable String cron, Map<String, String> variables) {
        return new LaunchAgent(Path.of("agent.plist"), hours, cron, Path.of("/Users/me/HubStorage"), variables);
    }

    private static HubConfig valid(Conversion conversion) {
        List<String> warnings = new ArrayList<>();
        HubConfig config = ConfigParser.parse(conversion.config(), warnings);
        assertThat(warnings).as("options that mean nothing any more").isEmpty();
        return config;
    }

    @Test
    void whatTheOldToolWroteBecomesAConfigurationWithoutAWarning() {
        Conversion conversion = new Conversion(old(), BASE, null);

        HubConfig config = valid(conversion);
        assertThat(config.selection().buckets())
                .extracting(HubConfig.BucketSpec::name)
                .containsExactly("lab-1", "lab-2");
        assertThat(config.syncOptions().excludePatterns()).containsExactly("*.tmp", "*/temp/*");
        assertThat(config.automation().enabled())
                .as("nothing else would start a backup")
                .isTrue();
        assertThat(config.automation().intervalHours()).isEqualTo(1);
        assertThat(config.overruled().localBasePath()).isNull();
        assertThat(conversion.dataFolder()).contains(Path.of("/Volumes/Backup/HubLink"));
        assertThat(conversion.variables()).isEmpty();
        assertThat(conversion.movedSecrets()).isFalse();
        assertThat(conversion.notes()).anyMatch(note -> note.contains("profile \"default\""));
    }

    @Test
    void theTimetableOfTheLaunchAgentIsTheOneThatWasInForce() {
        assertThat(valid(new Conversion(old(), BASE, agent(6.0, null, Map.of())))
                        .automation()
                        .intervalHours())
                .isEqualTo(6);
        assertThat(valid(new Conversion(old(), BASE, agent(0.25, null, Map.of())))
                        .automation()
                        .intervalHours())
                .isEqualTo(0.25);
        assertThat(valid(new Conversion(old(), BASE, agent(null, "30 2 * * *", Map.of())))
                        .automation()
                        .cron())
                .isEqualTo("30 2 * * *");
        assertThat(valid(new Conversion(old(), BASE, agent(null, null, Map.of())))
                        .automation()
                        .intervalHours())
                .isEqualTo(1);
    }

    @Test
    void credentialsLeaveTheDocumentWhereverTheyStand() {
        JsonObject old = old().put("aws_access_key_id", "AKIAEXAMPLE0000001")
                .put("aws", new JsonObject().put("secretAccessKey", "s3cr3t").put("region", "eu-west-1"))
                .put("aws_profile", "backup");
        Conversion conversion =
                new Conversion(old, BASE, agent(null, null, Map.of("AWS_SESSION_TOKEN", "t", "PATH", "/bin")));

        assertThat(conversion.variables())
                .isEqualTo(Map.of(
                        "AWS_ACCESS_KEY_ID", "AKIAEXAMPLE0000001",
                        "AWS_SECRET_ACCESS_KEY", "s3cr3t",
                        "AWS_SESSION_TOKEN", "t",
                        "AWS_DEFAULT_REGION", "eu-west-1",
                        "AWS_PROFILE", "backup"));
        assertThat(conversion.movedSecrets()).isTrue();
        assertThat(conversion.config().encode()).doesNotContain("AKIA").doesNotContain("s3cr3t");
        assertThat(String.join("\n", conversion.notes())).doesNotContain("AKIA").doesNotContain("s3cr3t");
        valid(conversion);
    }

    @Test
    void aRelativeFolderIsRelativeToWhereTheOldToolRan() {
        JsonObject old = old().put("local_base_path", "./hublink_backup");

        assertThat(new Conversion(old, BASE, null).dataFolder()).contains(BASE.resolve("hublink_backup"));
        assertThat(new Conversion(old, BASE, agent(1.0, null, Map.of())).dataFolder())
                .contains(Path.of("/Users/me/HubStorage/hublink_backup"));
        assertThat(new Conversion(old().put("local_base_path", "~/b"), BASE, null).dataFolder())
                .contains(Path.of(System.getProperty("user.home"), "b"));
    }

    @Test
    void theOldObjectIsLeftAsItWas() {
        JsonObject old = old().put("aws_access_key_id", "AKIAEXAMPLE0000001");
        String before = old.encode();

        new Conversion(old, BASE, null);

        assertThat(old.encode()).isEqualTo(before);
    }
}
