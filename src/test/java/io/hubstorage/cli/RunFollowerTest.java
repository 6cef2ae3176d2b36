package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFollowerTest {
    private static final RunRecord ANOTHER = new RunRecord(
            new RunStart("20261126T070000Z-c0de", Trigger.SCHEDULE, false, true, Instant.parse("2026-11-26T07:00:00Z")),
            new RunEnd(
                    RunResult.INTERRUPTED,
                    Instant.parse("2026-11-26T07:01:00Z"),
                    1,
                    "The program ended in the middle of this run."),
            RunRecord.CurrentSnapshot.NONE,
            List.of(),
            List.of());

    @Test
    void theEndOfAnotherRunIsNotTakenForThatOfTheOneThatIsFollowed(@TempDir Path home) throws Exception {
        try (SyntheticS3 s3 = SyntheticS3.start();
                Hub hub = new Hub(home, s3.settings(), InstantSource.system())) {
            s3.bucket("photos", SyntheticBucket.ofKeys(300, List.of("a")));
            hub.configure("photos").start();
            hub.vertx()
                    .eventBus()
                    .<JsonObject>consumer(
                            Addresses.BACKUP_STARTED,
                            _ -> hub.vertx().eventBus().publish(Addresses.BACKUP_FINISHED, BusJson.encode(ANOTHER)));
            Progress progress = new Progress.Lines(new PrintWriter(new StringWriter(), true), Duration.ZERO);

            RunRecord run = new RunFollower(hub.vertx(), progress)
                    .run(RunFollower.BACKUP, new BackupMessage.Start(null, false, null), new CompletableFuture<>());

            assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(run.runId()).isNotEqualTo(ANOTHER.runId());
        }
    }
}
