package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.WorkersMessage;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs whose shards are worked on by workers that other processes would be, and what becomes of them when such a worker is lost. */
final class SeveralWorkersTest extends EngineTest {
    private static final JsonObject NOW = BusJson.encode(new BackupMessage.Start(null, false, null));

    private final Map<String, HeldRequests> held = Map.of("one", new HeldRequests(), "two", new HeldRequests());
    private final List<OtherWorker> others = new ArrayList<>();

    private HeldRequests held(String bucket) {
        return Objects.requireNonNull(held.get(bucket));
    }

    private int arrived() {
        return held.values().stream().mapToInt(HeldRequests::arrived).sum();
    }

    @AfterEach
    void stopWorkers() {
        held.values().forEach(HeldRequests::open);
        others.forEach(OtherWorker::close);
    }

    /** With the data folder at a place of its own, as in another container. */
    private OtherWorker other(String id) throws IOException {
        return other(id, Map.of());
    }

    private OtherWorker other(String id, Map<String, String> variables) throws IOException {
        Path data = home.resolve("data-of-" + id);
        if (!Files.exists(data)) {
            Files.createDirectories(hub.data());
            Files.createSymbolicLink(data, hub.data());
        }
        Map<String, String> its = new HashMap<>(variables);
        its.put("HUBSTORAGE_DATA_PATH", data.toString());
        OtherWorker other = OtherWorker.start(id, hub, its);
        others.add(other);
        return other;
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofMinutes(1)).until(condition::getAsBoolean);
    }

    /**
     * A run over two buckets of 40 objects, one of which is with the other worker; of each the second half is held back, and the
     * first has been downloaded.
     */
    private CompletableFuture<RunRecord> halfDone() {
        for (String name : List.of("one", "two")) {
            s3.bucket(name, SyntheticBucket.uniform(40, 500, "##"));
            s3.faults()
                    .when(request -> request.kind() == RequestKind.GET
                            && request.bucket().equals(name)
                            && request.key().compareTo("20") >= 0)
                    .then(Fault.hold(held(name)));
        }
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, NOW);
        until(() -> downloadedSoFar() == 40 && held.values().stream().allMatch(requests -> requests.arrived() > 0));
        return finished;
    }

    /** Lets everything through from now on, and forgets what was asked for before. */
    private void heal() {
        held.values().forEach(HeldRequests::open);
        s3.faults().clear();
    }

    private void holdsBoth(RunRecord run) {
        assertThat(run.result()).as(String.valueOf(run.message())).isEqualTo(RunResult.SUCCESS);
        assertThat(run.attempts()).isEqualTo(1);
        Audit audit = audit(run);
        audit.holds("one", SyntheticBucket.uniform(40, 500, "##"));
        audit.holds("two", SyntheticBucket.uniform(40, 500, "##"));
    }

    @Test
    void theShardsOfABucketGoToAllWorkersAndAreOneSnapshotInTheEnd() throws IOException {
        List<String> keys = new ArrayList<>();
        for (int folder = 0; folder < 30; folder++) {
            for (int file = 0; file < 5; file++) {
                keys.add("d%02d/%d".formatted(folder, file));
            }
        }
        SyntheticBucket bucket = bucket("photos", keys.toArray(String[]::new));
        s3.latency(Duration.ofMillis(20));
        hub.configure("photos").start();
        OtherWorker first = other("first");
        OtherWorker second = other("second");

        RunRecord run = hub.backUp();

        audit(run).holds("photos", bucket);
        assertThat(run.totals().downloaded().objects()).isEqualTo(150);
        assertThat(first.given()).isNotEmpty();
        assertThat(second.given()).isNotEmpty();
        assertThat(first.given()).allSatisfy(shard -> {
            assertThat(shard.workspace().tree()).startsWith(".hubstorage/staging/");
            assertThat(shard.mode()).isEqualTo(TransferMessage.Mode.COPY);
        });
        assertThat(gets())
                .hasSize(150)
                .allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();

        bucket.add("d00/5", 300);
        RunRecord next = hub.backUp();

        audit(next).holds("photos", bucket);
        assertThat(next.totals().downloaded().objects()).isEqualTo(1);
    }

    @Test
    void whoIsDoneSoonerTakesMoreOfABucket() throws IOException {
        SyntheticBucket bucket = SyntheticBucket.uniform(480, 500, "##/#");
        s3.bucket("one", bucket);
        s3.faults()
                .when(request -> request.kind() == RequestKind.GET
                        && request.headers().getOrDefault("authorization", "").contains("Credential=slow/"))
                .then(Fault.hold(held("one")));
        hub.configure("one").start();
        OtherWorker slow = other("slow", Map.of("AWS_ACCESS_KEY_ID", "slow", "AWS_SECRET_ACCESS_KEY", "slow"));
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, NOW);

        // All but eight of 48 folders, which it has at once.
        until(() -> downloadedSoFar() == 400);
        assertThat(slow.given()).hasSize(8);
        heal();

        audit(Hub.await(Future.fromCompletionStage(finished))).holds("one", bucket);
    }

    @Test
    void theShardOfALostWorkerIsDoneByAnotherAtOnceAndWhatThatHadIsNotDownloadedAgain() throws IOException {
        hub.configure("one", "two").start();
        OtherWorker other = other("other");
        CompletableFuture<RunRecord> finished = halfDone();
        assertThat(other.given()).hasSize(1);
        int asked = arrived();

        other.lost();
        until(() -> arrived() > asked);
        heal();

        RunRecord run = Hub.await(Future.fromCompletionStage(finished));
        holdsBoth(run);
        assertThat(run.workersLost()).as("it has said that it goes").isEmpty();
        Map<String, Long> gets = gets();
        assertThat(gets).hasSize(40);
        gets.forEach((key, times) -> {
            if (key.compareTo("20") < 0) {
                assertThat(times).as(key).isEqualTo(2);
            }
        });
    }

    @Test
    void aWorkerThatNothingIsHeardOfChangesNothingWhenItGoesOnAfterItsRun() throws IOException {
        hub.configure("one", "two").start();
        OtherWorker other = other("other");
        CompletableFuture<RunRecord> finished = halfDone();
        s3.faults().clear();
        // Its own requests wait for longer than its run takes; so would those of the coordinator's own worker for the
        // other
        // bucket, which therefore begins anew.
        TransferMessage.Shard its = other.given().getFirst();
        long before = gets().values().stream().mapToLong(Long::longValue).sum();

        other.cutOff();
        until(() -> hub.engine().workers().list().getLast().state() == WorkersMessage.State.LOST);
        until(() -> gets().values().stream().mapToLong(Long::longValue).sum() >= before + 20);
        held(its.bucket().equals("one") ? "two" : "one").open();
        RunRecord run = Hub.await(Future.fromCompletionStage(finished));

        holdsBoth(run);
        assertThat(run.workersLost()).singleElement().satisfies(lost -> {
            assertThat(lost.name()).isEqualTo("other");
            assertThat(lost.at()).isBetween(run.startedAt(), Objects.requireNonNull(run.finishedAt()));
            assertThat(lost.shards()).isEqualTo(1);
            assertThat(lost.times()).isEqualTo(1);
        });
        assertThat(other.shards()).as("it has not noticed yet").isEqualTo(1);
        Map<String, String> committed = listing(hub.data());
        held(its.bucket()).open();
        until(() -> other.shards() == 0);
        assertThat(listing(hub.data())).isEqualTo(committed);
    }

    @Test
    void aWorkerThatIsRefusedByS3LeavesItToTheCoordinator() throws IOException {
        String key = String.valueOf(s3.settings().keys().accessKeyId());
        s3.requireAccessKey(key);
        for (String name : List.of("one", "two")) {
            s3.bucket(name, SyntheticBucket.uniform(40, 500, "##"));
        }
        hub.configure("one", "two").start();
        OtherWorker other = other("other", Map.of("AWS_ACCESS_KEY_ID", "nobody", "AWS_SECRET_ACCESS_KEY", "nothing"));

        RunRecord run = hub.backUp();

        assertThat(other.given()).isNotEmpty();
        holdsBoth(run);
    }

    @Test
    void aResultThatGotLostIsToldAgain() throws IOException {
        for (String name : List.of("one", "two")) {
            s3.bucket(name, SyntheticBucket.uniform(40, 500, "##"));
        }
        hub.configure("one", "two").start();
        OtherWorker other = other("other");
        AtomicInteger lost = new AtomicInteger();
        hub.vertx().eventBus().<JsonObject>addOutboundInterceptor(delivery -> {
            boolean its = delivery.message().address().equals(Addresses.TRANSFER_RESULT)
                    && delivery.message().body().getJsonObject("id").getInteger("dispatch") > 0;
            if (!its || lost.getAndIncrement() > 0) {
                delivery.next();
            }
        });

        holdsBoth(hub.backUp());
        assertThat(lost.get()).isGreaterThan(1);
        assertThat(other.given()).hasSize(1);
        until(() -> other.shards() == 0);
    }

    @Test
    void aRunThatIsCancelledStopsAllOfThemAndTheNextGoesOnWithWhatEachHad() throws IOException {
        hub.configure("one", "two").start();
        OtherWorker other = other("other");
        CompletableFuture<RunRecord> finished = halfDone();

        hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

        assertThat(Hub.await(Future.fromCompletionStage(finished)).result()).isEqualTo(RunResult.CANCELLED);
        until(() -> other.shards() == 0);
        heal();
        s3.log().clear();
        holdsBoth(hub.backUp());
        assertThat(gets()).hasSize(20).doesNotContainKey("19").doesNotContainKey("00");
    }
}
