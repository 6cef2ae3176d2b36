package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The real jar with all its files (data, logs, history) on a disk that is full. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
final class FullDiskIT {
    @TempDir
    Path outside;

    private SyntheticS3 s3;
    private SyntheticBucket bucket;
    private SmallDisk disk;
    private Path home;
    private Map<String, String> environment;

    @BeforeEach
    void start() {
        home = outside.resolve("home");
        disk = SmallDisk.mount(home, 24, 4_000);
        s3 = SyntheticS3.start();
        bucket = s3.bucket("photos", SyntheticBucket.uniform(50, 3_000, "##.jpg"));
        environment = HubProcess.environment(home, s3.settings());
        HubProcess.configure(home, new JsonObject().put("s3_buckets", new JsonArray(List.of("photos"))));
    }

    @AfterEach
    void stop() {
        if (disk != null) {
            s3.close();
            disk.close();
        }
    }

    @Test
    void itSaysWhatToDoAndEndsWith1AndTheNextRunIsRightOnceThereIsRoom() {
        backsUp();
        bucket.change("07.jpg");
        // Which write it is that finds no room depends on how full the last pages of history and log are.
        disk.leave(1);

        try (HubProcess full = backup()) {
            assertThat(full.exitCode()).as(full.out() + full.err()).isEqualTo(1);
            assertThat(full.out())
                    .contains(" is full, or allows no further files (")
                    .contains("Make room or use a larger disk");
            assertThat(full.err()).isEmpty();
        }

        disk.free();
        backsUp();
        assertThat(home.resolve("data/.hubstorage/staging")).isEmptyDirectory();
        try (HubProcess verified = HubProcess.start(outside, environment, "verify", "--all")) {
            assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
        }
    }

    private void backsUp() {
        try (HubProcess run = backup()) {
            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        }
    }

    /** What it prints goes elsewhere. */
    private HubProcess backup() {
        return HubProcess.start(outside, environment, "backup");
    }
}
