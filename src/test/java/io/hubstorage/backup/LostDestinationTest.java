package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The disk goes away in the middle of a run, and something else is in its place. */
final class LostDestinationTest extends EngineTest {
    private final HeldRequests held = new HeldRequests();
    private SyntheticBucket bucket;

    @BeforeEach
    void aRunThatCanBeHeld() {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(300, 1_000, "##/#"));
        hub.configure("photos");
        s3.faults().whenGetting("29/9").times(1).then(Fault.hold(held));
    }

    private CompletableFuture<RunRecord> beginAndHold() {
        hub.start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().atMost(Duration.ofMinutes(1)).until(() -> held.arrived() == 1);
        return finished;
    }

    @Test
    void aRunWhoseDiskIsGoneStopsAndMakesNoSnapshotInItsPlace() throws Exception {
        CompletableFuture<RunRecord> finished = beginAndHold();
        Path away = Files.move(hub.data(), home.resolve("away"));
        Files.createDirectory(hub.data());

        RunRecord run = finished.get(60, TimeUnit.SECONDS);

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("probably the disk is not mounted");
        assertThat(names(hub.data()))
                .as("snapshots in the place of the disk")
                .noneMatch(name -> name.startsWith("hub"));
        held.open();

        delete(hub.data());
        Files.move(away, hub.data());
        s3.log().clear();
        RunRecord next = hub.backUp();
        audit(next).holds("photos", bucket);
        assertThat(s3.counts().gets()).as("the disk still has what it had").isLessThan(300);
    }

    @Test
    void aRunWhoseDiskIsAnotherOneStopsToo() throws Exception {
        CompletableFuture<RunRecord> finished = beginAndHold();
        Path marker = hub.data().resolve(".hubstorage/marker.json");
        Files.writeString(marker, "{\"format\": 1, \"id\": \"11111111-2222-3333-4444-555555555555\"}");

        RunRecord run = finished.get(60, TimeUnit.SECONDS);

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("is another one than last time");
        assertThat(names(hub.data())).noneMatch(name -> name.startsWith("hublink_"));
        held.open();
    }

    private static java.util.List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        io.hubstorage.fs.Trees.delete(folder);
    }
}
