package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs that are stopped in the middle, and the runs after them. */
final class InterruptedRunTest extends EngineTest {
    private static final JsonObject NOW = BusJson.encode(new BackupMessage.Start(null, false, null));

    private SyntheticBucket bucket = SyntheticBucket.empty();
    private HeldRequests held = new HeldRequests();

    /** A run of which every object from "50" on is held back, while those before are finished. */
    private CompletableFuture<RunRecord> halfDone() {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(100, 500, "##"));
        held = new HeldRequests();
        s3.faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().compareTo("50") >= 0)
                .then(Fault.hold(held));
        hub.configure("photos").start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, NOW);
        await().until(() -> downloadedSoFar() == 50 && held.arrived() > 0);
        return finished;
    }

    private void heal() {
        held.open();
        s3.faults().clear();
        s3.log().clear();
    }

    @Test
    void aCancelledRunCommitsNothingAndTheNextGoesOnWithWhatItHad() throws IOException {
        CompletableFuture<RunRecord> finished = halfDone();

        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());
        RunRecord cancelled = Hub.await(Future.fromCompletionStage(finished));

        assertThat(cancelled.result()).isEqualTo(RunResult.CANCELLED);
        assertThat(cancelled.message()).contains("the next run goes on with what was downloaded");
        assertThat(hub.snapshots().list()).isEmpty();
        heal();
        RunRecord next = hub.backUp();
        audit(next).holds("photos", bucket);
        assertThat(gets()).hasSize(50).doesNotContainKey("00").doesNotContainKey("49");
        assertThat(next.totals().downloaded().objects()).isEqualTo(100);
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        assertThat(hub.data().resolve(".hubstorage/journal")).isEmptyDirectory();
    }

    /** Files as another machine would write them; that it takes them over is {@code DataLockTest}'s. */
    @Test
    void aRunThatLosesTheFolderToAnotherMachineEndsCommitsNothingAndTheOtherHasWhatItHad() throws IOException {
        CompletableFuture<RunRecord> finished = halfDone();
        Layout layout = new Layout(hub.data());
        Path claim = layout.epochs().resolve("2");
        String other = "{\"holder\": {\"pid\": 1, \"host\": \"other\"}, \"local\": false, \"locked\": false}\n";
        Files.writeString(claim, other + "00000000000000000001\n");
        Files.delete(layout.epochs().resolve("1"));
        Staging.open(layout, Instant.now(), 2);
        List<String> before = below(layout.stagings(), layout.journals());

        held.open();
        RunRecord lost = Hub.await(Future.fromCompletionStage(finished));

        assertThat(lost.result()).isEqualTo(RunResult.FAILED);
        assertThat(lost.message()).startsWith("another HubStorage has taken over " + hub.data());
        assertThat(hub.snapshots().list()).isEmpty();
        assertThat(below(layout.stagings(), layout.journals())).isEqualTo(before);
        assertThat(claim).as("the other's").exists();
        Files.writeString(claim, other + "free                \n");
        heal();
        audit(hub.backUp()).holds("photos", bucket);
        assertThat(gets()).hasSize(50);
        assertThat(layout.epochs()).isDirectoryContaining("glob:**/3");
    }

    private static List<String> below(Path... folders) throws IOException {
        List<String> all = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.map(file -> file + " " + file.toFile().length()).sorted().forEach(all::add);
            }
        }
        return all;
    }

    @Test
    void cancellingDoesNotWaitForAServerThatIsSilent() {
        CompletableFuture<RunRecord> finished = halfDone();
        long began = System.nanoTime();

        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());
        Hub.await(Future.fromCompletionStage(finished));

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        heal();
    }

    @Test
    void stoppingTheEngineInterruptsTheRunAndTheNextProcessGoesOn() {
        CompletableFuture<RunRecord> finished = halfDone();

        hub.stop();

        RunRecord interrupted = Hub.await(Future.fromCompletionStage(finished));
        assertThat(interrupted.result()).isEqualTo(RunResult.INTERRUPTED);
        heal();
        audit(hub.backUp()).holds("photos", bucket);
        assertThat(gets()).hasSize(50);
    }

    @Test
    void aCancelledRunLeavesTheOlderSnapshotsAsTheyWere() throws IOException {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(100, 500, "##"));
        hub.configure("photos");
        Path first = hub.data().resolve(Objects.requireNonNull(hub.backUp().snapshot()));
        Map<String, String> before = listing(first);
        bucket.objects().map(object -> object.key()).toList().forEach(bucket::change);
        held = new HeldRequests();
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, NOW);
        await().until(() -> held.arrived() > 10);

        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

        assertThat(Hub.await(Future.fromCompletionStage(finished)).result()).isEqualTo(RunResult.CANCELLED);
        assertThat(listing(first)).isEqualTo(before);
        assertThat(hub.snapshots().list()).hasSize(1);
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        heal();
    }

    @Test
    void cancellingWhileWaitingForTheNextAttemptEndsTheRunAtOnce() {
        hub.patience(Duration.ofSeconds(5), 1);
        bucket("photos", "a", "b");
        s3.faults().whenGetting("b").then(Fault.internalError());
        JsonObject config = retries(1, "photos");
        config.getJsonObject("automation").put("retry_delay_minutes", 30);
        hub.configure(config).start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, NOW);
        await().until(() -> "retrying"
                .equals(hub.request(Addresses.BACKUP_STATUS, new JsonObject())
                        .getJsonObject("current", new JsonObject())
                        .getString("phase")));

        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

        assertThat(Hub.await(Future.fromCompletionStage(finished)).result()).isEqualTo(RunResult.CANCELLED);
    }

    @Test
    void aSecondStartIsRefusedWhileARunGoesOn() {
        CompletableFuture<RunRecord> finished = halfDone();

        assertThatThrownBy(() -> hub.request(Addresses.BACKUP_START, NOW))
                .hasMessageContaining("a backup is running already");

        held.open();
        assertThat(Hub.await(Future.fromCompletionStage(finished)).result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void theRunStopsBeforeTheDiskIsFull() throws IOException {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(10, 500, "a#"));
        bucket.add("film", 1L << 50);
        s3.bandwidth(2_000_000, 0);
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).contains("not enough room on").contains("1.10 PiB needed");
        assertThat(run.causes()).singleElement().extracting(FailureCause::cause).isEqualTo("disk_full");
        assertThat(hub.snapshots().list()).isEmpty();
        bucket.delete("film");
        s3.bandwidth(0, 0);
        s3.log().clear();
        audit(hub.backUp()).holds("photos", bucket);
        assertThat(gets()).isEmpty();
    }

    @Test
    void aCancelWithoutARunIsRefused() {
        hub.configure("photos").start();

        assertThatThrownBy(() -> hub.request(Addresses.BACKUP_CANCEL, new JsonObject()))
                .hasMessageContaining("no backup is running");
    }
}
