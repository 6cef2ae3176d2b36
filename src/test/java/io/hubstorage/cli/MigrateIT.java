package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The move from the old tool with the real jar: its configuration and its snapshots in, one command, the first backup. */
final class MigrateIT {
    @TempDir
    Path home;

    @AutoClose
    private SyntheticS3 s3;

    private SyntheticBucket bucket;
    private Path oldData;
    private Path oldConfig;
    private Map<String, String> environment;

    @BeforeEach
    void anOldInstallation() throws IOException {
        s3 = SyntheticS3.start();
        bucket = s3.bucket("photos", SyntheticBucket.uniform(50, 1_000, "album-#/##.jpg"));
        oldData = home.resolve("old disk");
        for (SyntheticObject object : bucket.objects().toList()) {
            Path file = oldData.resolve("hublink_20250101120000/s3/photos").resolve(object.key());
            Files.createDirectories(file.getParent());
            Files.write(file, object.body());
            Files.setLastModifiedTime(file, FileTime.from(object.lastModified()));
        }
        oldConfig = home.resolve("HubStorage/config.json");
        Files.createDirectories(oldConfig.getParent());
        Files.writeString(
                oldConfig,
                new JsonObject()
                        .put("s3_buckets", new JsonArray(List.of("photos")))
                        .put("local_base_path", oldData.toString())
                        .put("aws_profile", "default")
                        .put("aws_access_key_id", s3.settings().keys().accessKeyId())
                        .put("aws_secret_access_key", s3.settings().keys().secretAccessKey())
                        .put(
                                "automation",
                                new JsonObject().put("enabled", false).put("interval_hours", 6))
                        .encodePrettily());
        environment = HubProcess.environment(home, s3.settings());
        // These are what the migration is to find.
        environment.keySet().removeAll(List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "HUBSTORAGE_DATA_PATH"));
        environment.put("HOME", home.toString());
    }

    private HubProcess hub(String... arguments) {
        return HubProcess.start(home, environment, arguments);
    }

    private HubProcess migrate(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "migrate";
        arguments[1] = "--from";
        arguments[2] = oldConfig.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return hub(arguments);
    }

    @Test
    void oneCommandLaterTheFirstBackupDownloadsNothingThatWasThere() throws IOException {
        String before = Files.readString(oldConfig);
        try (HubProcess migrate = migrate()) {
            assertThat(migrate.exitCode()).as(migrate.err()).isZero();
            assertThat(migrate.out())
                    .contains("Wrote  " + home.resolve("config/config.json"))
                    .contains("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, HUBSTORAGE_DATA_PATH")
                    .contains("1 snapshot of the old tool in " + oldData)
                    .contains("hublink_20250101120000  photos")
                    .contains("launchctl")
                    .doesNotContain(Objects.requireNonNull(s3.settings().keys().secretAccessKey()));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(".env"))))
                .isEqualTo("rw-------");
        assertThat(home.resolve("config/config.json"))
                .content()
                .doesNotContain(Objects.requireNonNull(s3.settings().keys().accessKeyId()));
        assertThat(oldConfig).hasContent(before);

        try (HubProcess backup = hub("backup")) {
            assertThat(backup.exitCode()).as(backup.err() + backup.out()).isZero();
        }

        assertThat(s3.counts().gets()).isZero();
        try (var snapshots = Files.list(oldData)) {
            Path made = snapshots
                    .filter(path -> Files.exists(path.resolve("run.json")))
                    .findFirst()
                    .orElseThrow();
            for (SyntheticObject object : bucket.objects().toList()) {
                Path old = oldData.resolve("hublink_20250101120000/s3/photos").resolve(object.key());
                assertThat(Files.isSameFile(made.resolve("s3/photos").resolve(object.key()), old))
                        .as(object.key())
                        .isTrue();
            }
        }
    }

    @Test
    void whatIsThereIsReplacedOnlyByForce() throws IOException {
        HubProcess.configure(home, new JsonObject().put("s3_buckets", new JsonArray(List.of("mine"))));
        Files.writeString(home.resolve(".env"), "# mine\nAWS_ACCESS_KEY_ID=other\n");
        try (HubProcess migrate = migrate()) {
            assertThat(migrate.exitCode()).isEqualTo(2);
            assertThat(migrate.err()).contains("Nothing was written").contains("config.json: it exists already");
        }
        Files.delete(home.resolve("config/config.json"));
        try (HubProcess migrate = migrate()) {
            assertThat(migrate.exitCode()).isEqualTo(2);
            assertThat(migrate.err()).contains(".env: it has other values of AWS_ACCESS_KEY_ID");
        }
        assertThat(home.resolve(".env")).hasContent("# mine\nAWS_ACCESS_KEY_ID=other\n");
        assertThat(home.resolve("config/config.json")).doesNotExist();
        try (HubProcess migrate = migrate("--force")) {
            assertThat(migrate.exitCode()).as(migrate.err()).isZero();
        }
        assertThat(Files.readString(home.resolve(".env")))
                .startsWith("# mine\nAWS_ACCESS_KEY_ID=" + s3.settings().keys().accessKeyId() + "\n");
    }

    @Test
    void theLaunchAgentIsFoundAndItsRemovalExplained() throws IOException {
        Path plist = home.resolve("Library/LaunchAgents/com.s3backup.sync.daemon.plist");
        Files.createDirectories(plist.getParent());
        Files.writeString(plist, "<plist><dict><key>StartInterval</key><integer>7200</integer></dict></plist>");
        try (HubProcess migrate = migrate()) {
            assertThat(migrate.exitCode()).as(migrate.err()).isZero();
            assertThat(migrate.out())
                    .contains("launchctl unload \"" + plist + "\"")
                    .contains("Read   " + plist);
        }
        assertThat(new JsonObject(Files.readString(home.resolve("config/config.json")))
                        .getJsonObject("automation")
                        .getInteger("interval_hours"))
                .isEqualTo(2);
        assertThat(plist).exists();
    }
}
