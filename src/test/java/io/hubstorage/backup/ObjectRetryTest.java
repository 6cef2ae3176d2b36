package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that fail alone are asked for again by themselves: their bucket is neither listed nor linked once more. */
final class ObjectRetryTest extends EngineTest {
    private static final String STUBBORN = "05/05";
    private static final int OBJECTS = 1_100;

    private SyntheticBucket bucket;
    private final List<TransferMessage.Mode> modes = new CopyOnWriteArrayList<>();

    @BeforeEach
    void aSnapshotAndTwoChanges() {
        hub.patience(Duration.ofSeconds(5), 1);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(OBJECTS, 50, "##/##"));
        hub.configure(retries(2, "photos"));
        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
        bucket.change(STUBBORN);
        bucket.change("07/07");
        s3.log().clear();
        hub.vertx().eventBus().addOutboundInterceptor(sent -> {
            if (sent.message().address().equals(Addresses.workerShard(Addresses.LOCAL_WORKER))) {
                modes.add(BusJson.decode((JsonObject) sent.message().body(), TransferMessage.Shard.class)
                        .mode());
            }
            sent.next();
        });
    }

    private long lists() {
        return s3.log().requests(request -> request.kind() == RequestKind.LIST).size();
    }

    @Test
    void oneListingAndOneLinkingServeAllAttempts() {
        s3.faults().whenGetting(STUBBORN).attempts(2).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(3);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(lists()).as("two pages").isEqualTo(2);
        assertThat(gets()).containsOnlyKeys(STUBBORN, "07/07").containsEntry(STUBBORN, 3L);
        assertThat(modes)
                .containsExactly(
                        TransferMessage.Mode.COPY,
                        TransferMessage.Mode.RETRY,
                        TransferMessage.Mode.RETRY,
                        TransferMessage.Mode.LINK);
        audit(run).holds("photos", bucket);
        assertThat(run.totals().listed()).isEqualTo(new Tally(OBJECTS, OBJECTS * 50L));
        assertThat(run.totals().downloaded()).isEqualTo(new Tally(2, 100));
        assertThat(run.totals().linked()).isEqualTo(new Tally(OBJECTS - 2, (OBJECTS - 2) * 50L));
        assertThat(run.totals().failed()).isEqualTo(Tally.ZERO);
        assertThat(run.totals().kept()).isEqualTo(Tally.ZERO);
        assertThat(audit(run).certificate("photos").listing().pages()).isEqualTo(2);
        assertThat(audit(run).certificate("photos").outcome().failures()).isEmpty();
    }

    @Test
    void whatFailsInEveryAttemptKeepsItsPreviousVersionAndIsNamedOnce() {
        s3.faults().whenGetting(STUBBORN).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(lists()).isEqualTo(2);
        assertThat(gets()).containsEntry(STUBBORN, 3L);
        assertThat(audit(run).keys("photos", EntryState.KEPT)).containsExactly(STUBBORN);
        assertThat(run.totals().failed()).isEqualTo(Tally.of(50));
        assertThat(run.totals().kept()).isEqualTo(Tally.of(50));
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly(STUBBORN);
    }

    @Test
    void whatCannotPassStaysNamedWhileTheRestIsTriedAgain() {
        bucket.change("01/01");
        s3.faults().whenGetting("01/01").then(Fault.accessDenied());
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(gets()).containsEntry("01/01", 1L).containsEntry(STUBBORN, 2L);
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::key)
                .containsExactly("01/01");
        assertThat(audit(run).keys("photos", EntryState.DOWNLOADED)).containsExactlyInAnyOrder(STUBBORN, "07/07");
    }

    @Test
    void aBucketOfWhichNothingElseChangedIsLinkedOnceTheObjectIsThere() {
        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
        bucket.change(STUBBORN);
        modes.clear();
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(modes)
                .containsExactly(TransferMessage.Mode.COPY, TransferMessage.Mode.RETRY, TransferMessage.Mode.LINK);
        audit(run).holds("photos", bucket);
        assertThat(run.totals().downloaded()).isEqualTo(Tally.of(50));
    }

    @Test
    void aBucketOfWhichNothingElseChangedStaysAsItIsWhenTheObjectNeverComes() throws IOException {
        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);
        bucket.change(STUBBORN);
        modes.clear();
        s3.faults().whenGetting(STUBBORN).then(Fault.internalError());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(hub.snapshots().list()).hasSize(2);
        assertThat(modes)
                .containsExactly(TransferMessage.Mode.COPY, TransferMessage.Mode.RETRY, TransferMessage.Mode.RETRY);
    }

    /** While it fails for the first time, it is deleted. */
    private void vanishesMeanwhile() {
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());
        s3.onRequest(
                request -> request.kind() == RequestKind.GET && request.key().equals(STUBBORN), _ -> deleteOnce());
    }

    private void deleteOnce() {
        if (bucket.find(STUBBORN) != null) {
            bucket.delete(STUBBORN);
        }
    }

    @Test
    void whatHasVanishedByTheNextAttemptIsCarriedOn() {
        hub.configure(retries(2, "photos").put("sync_options", delete(false)));
        hub.stop();
        vanishesMeanwhile();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().vanished()).isEqualTo(Tally.of(50));
        assertThat(run.totals().carried()).isEqualTo(Tally.of(50));
        assertThat(run.totals().failed()).isEqualTo(Tally.ZERO);
        assertThat(run.totals().kept()).isEqualTo(Tally.ZERO);
        assertThat(audit(run).keys("photos", EntryState.CARRIED)).containsExactly(STUBBORN);
    }

    @Test
    void whatHasVanishedByTheNextAttemptIsDroppedWhereDeletionsAreFollowed() {
        hub.configure(retries(2, "photos").put("sync_options", delete(true)));
        hub.stop();
        vanishesMeanwhile();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().deleted()).isEqualTo(Tally.of(50));
        assertThat(run.totals().kept()).isEqualTo(Tally.ZERO);
        audit(run).holds("photos", bucket);
    }

    @Test
    void credentialsThatAreRefusedByThenCostOnlyTheObject() {
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());
        s3.faults().when(_ -> gets().getOrDefault(STUBBORN, 0L) >= 2).then(Fault.expiredToken());

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).as("somebody may renew them meanwhile").isEqualTo(3);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.PARTIAL);
        assertThat(audit(run).keys("photos", EntryState.DOWNLOADED)).containsExactly("07/07");
        assertThat(audit(run).keys("photos", EntryState.KEPT)).containsExactly(STUBBORN);
        assertThat(audit(run).certificate("photos").outcome().failures())
                .extracting(RunRecord.Failure::kind)
                .containsExactly("auth");
    }

    @Test
    void credentialsThatAreGoodAgainInAFurtherAttemptBringTheObject() {
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());
        s3.faults().when(_ -> gets().getOrDefault(STUBBORN, 0L) == 2).then(Fault.expiredToken());

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(3);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aRunThatIsStoppedWhileItTriesAgainIsGoneOnWith() {
        HeldRequests held = new HeldRequests();
        s3.faults().whenGetting(STUBBORN).attempts(1).then(Fault.internalError());
        s3.faults().whenGetting(STUBBORN).then(Fault.hold(held));
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().until(() -> held.arrived() > 0);
        hub.stop();
        assertThat(finished).isCompletedWithValueMatching(run -> run.result() == RunResult.INTERRUPTED);
        held.open();
        s3.faults().clear();
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(gets()).containsOnlyKeys(STUBBORN);
        audit(run).holds("photos", bucket);
        assertThat(run.totals().downloaded().objects()).isEqualTo(2);
    }

    @Test
    void linksThatCannotBeMadeAreMadeInTheNextAttempt() {
        s3.onRequest(request -> request.kind() == RequestKind.GET, _ -> standInTheWayOf("10/10"));

        RunRecord run = hub.backUp();

        assertThat(run.attempts()).isEqualTo(2);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(gets()).as("nothing is downloaded twice").hasSize(2).containsValues(1L);
        audit(run).holds("photos", bucket);
    }

    /** A folder that nobody may put away. */
    private void standInTheWayOf(String path) {
        try (Stream<Path> stagings = Files.list(hub.data().resolve(".hubstorage/staging"))) {
            Path tree = stagings.toList().getFirst().resolve("pass-1/photos");
            Files.createDirectories(tree.resolve(path).resolve("full"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aNewObjectThatComesLaterIsPartOfAFirstSnapshot() {
        hub.configure(retries(1, "music"));
        SyntheticBucket music = bucket("music", "a", "b", "c");
        s3.faults().whenGetting("b").attempts(1).then(Fault.internalError());
        hub.stop();

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("music", music);
    }
}
