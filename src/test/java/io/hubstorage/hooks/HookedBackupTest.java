package io.hubstorage.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups with scripts around them, as they are asked for over the bus. */
final class HookedBackupTest {
    @TempDir
    Path home;

    private SyntheticS3 s3;
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        s3 = SyntheticS3.start();
        s3.bucket("photos", SyntheticBucket.uniform(10, 700, "album-##/##.jpg"));
        hub = new Hub(home, s3.settings(), InstantSource.system());
        Path hooks = Files.createDirectory(home.resolve("hooks"));
        Files.setPosixFilePermissions(hooks, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve(".env"), "HUBSTORAGE_HOOKS_PATH=%s\n".formatted(hooks));
        hub.configure(new JsonObject()
                .put("s3_buckets", JsonArray.of("photos"))
                .put(
                        "hooks",
                        JsonArray.of(
                                JsonObject.of("name", "mount", "when", "before", "run", "mount.sh"),
                                JsonObject.of("name", "unmount", "when", "after", "run", "unmount.sh"))));
    }

    @AfterEach
    void stop() {
        hub.close();
        s3.close();
    }

    private void script(String name, String line) throws IOException {
        Path file = home.resolve("hooks").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void theDiskOfTheDataFolderIsThereFromTheFirstHookToTheLast() throws IOException {
        Files.createDirectory(hub.data());
        script("mount.sh", "mv \"$HUBSTORAGE_DATA_PATH.away\" \"$HUBSTORAGE_DATA_PATH\" 2>/dev/null; true");
        script(
                "unmount.sh",
                "echo \"$HUBSTORAGE_JOB_RESULT $HUBSTORAGE_SNAPSHOT\"; mv \"$HUBSTORAGE_DATA_PATH\""
                        + " \"$HUBSTORAGE_DATA_PATH.away\"");

        RunRecord first = hub.backUp();
        assertThat(hub.data()).doesNotExist();
        RunRecord second = hub.backUp();

        assertThat(List.of(first, second)).allSatisfy(run -> {
            assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(run.end().hooks()).extracting(HookOutcome::ok).containsExactly(true, true);
        });
        assertThat(first.end().hooks().getLast().said()).isEqualTo("success " + first.snapshot());
        assertThat(second.end().hooks().getLast().said()).isEqualTo("success");
    }

    @Test
    void aHookThatFailsLeavesEverythingAsItWas() throws IOException {
        Files.createDirectory(hub.data());
        script("mount.sh", "echo 'no such disk' >&2; exit 32");
        script("unmount.sh", "true");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message())
                .isEqualTo(
                        "The hook \"mount\" before this backup failed (exit code 32): no such disk. So the backup did"
                                + " not begin.");
        assertThat(hub.data()).isEmptyDirectory();
    }

    @Test
    void whatGoesWrongAfterwardsChangesNothingOfTheProof() throws IOException {
        Files.createDirectory(hub.data());
        script("mount.sh", "true");
        script("unmount.sh", "echo busy; exit 1");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.message()).endsWith("The hook \"unmount\" after this backup failed (exit code 1): busy");
        assertThat(Objects.requireNonNull(hub.snapshots().newest().orElseThrow().certificate())
                        .problems())
                .isEmpty();
        assertThat(hub.dryRun().end().hooks()).isEmpty();
    }
}
