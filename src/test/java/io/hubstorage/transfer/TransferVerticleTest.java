package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.RequestKind;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the bus is told of the work on shards, and what it may ask. */
@ExtendWith(VertxExtension.class)
final class TransferVerticleTest {
    @TempDir
    Path home;

    private Vertx vertx;
    private TestShard shard;
    private final List<TransferMessage.Heartbeat> beats = new CopyOnWriteArrayList<>();
    private final List<TransferMessage.Result> results = new CopyOnWriteArrayList<>();
    private final List<TransferMessage.Discovering> searches = new CopyOnWriteArrayList<>();
    private final HeldRequests held = new HeldRequests();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-04T12:00:00Z"));
    private ConfigStore store;
    private String deployment;

    @BeforeEach
    void deploy(Vertx given) throws Exception {
        vertx = given;
        shard = new TestShard(home);
        shard.bucket().add("a/1", 300);
        shard.bucket().add("b/2", 300);
        listen(Addresses.TRANSFER_HEARTBEAT, TransferMessage.Heartbeat.class, beats);
        listen(Addresses.TRANSFER_RESULT, TransferMessage.Result.class, results);
        listen(Addresses.TRANSFER_DISCOVERING, TransferMessage.Discovering.class, searches);
        deploy("""
            {"max_concurrent_requests": 1}\
            """);
    }

    private void deploy(String transfer) throws Exception {
        Files.writeString(home.resolve("config.json"), """
            {"s3_buckets": ["photos"], "transfer": %s}\
            """.formatted(transfer));
        Files.writeString(home.resolve("variables"), "AWS_DEFAULT_REGION=us-east-1\n");
        Settings.Aws aws = shard.s3().settings();
        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_CONFIG_PATH", home.resolve("config.json").toString(),
                        "HUBSTORAGE_DATA_PATH", home.resolve("data").toString(),
                        "AWS_ENDPOINT_URL", String.valueOf(aws.endpoint()),
                        "AWS_ACCESS_KEY_ID", String.valueOf(aws.keys().accessKeyId()),
                        "AWS_SECRET_ACCESS_KEY", String.valueOf(aws.keys().secretAccessKey())),
                home.resolve("variables"));
        store = get(ConfigStore.open(vertx, environment, UnaryOperator.identity(), InstantSource.fixed(Instant.EPOCH)));
        deployment = get(vertx.deployVerticle(new TransferVerticle(
                Addresses.LOCAL_WORKER,
                store,
                new Workers(store::config, now::get)::local,
                "test",
                Duration.ofMinutes(1),
                new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3, Duration.ofMinutes(2)))));
    }

    @AfterEach
    void close() {
        held.open();
        shard.close();
    }

    /** Longer than a busy machine takes. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    private <T> void listen(String address, Class<T> type, List<T> heard) {
        vertx.eventBus().<JsonObject>consumer(address, message -> heard.add(BusJson.decode(message.body(), type)));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(1, TimeUnit.MINUTES);
    }

    private JsonObject ask(String address, JsonObject body) throws Exception {
        return get(vertx.eventBus().<JsonObject>request(address, body)).body();
    }

    private int refusal(String address, JsonObject body) {
        return catchThrowableOfType(ReplyException.class, () -> ask(address, body))
                .failureCode();
    }

    private TransferMessage.Shard begin() throws Exception {
        TransferMessage.Shard message = shard.message(Mode.COPY);
        assertThat(ask(Addresses.workerShard(Addresses.LOCAL_WORKER), BusJson.encode(message))
                        .getBoolean("accepted"))
                .isTrue();
        return message;
    }

    private void cancel(String runId, TransferMessage.ShardId id) {
        vertx.eventBus()
                .send(
                        Addresses.workerCancel(Addresses.LOCAL_WORKER),
                        BusJson.encode(new TransferMessage.Cancel(runId, id)));
    }

    private void hold(RequestKind kind) {
        shard.s3().faults().when(kind).then(Fault.hold(held));
    }

    private void awaitBeatsOf(TransferMessage.ShardId id) {
        int before = beats.size();
        await().until(() ->
                beats.stream().skip(before).filter(beat -> beat.id().equals(id)).count() > 2);
    }

    @Test
    void theResultOfAShardComesByItself() throws Exception {
        TransferMessage.Shard message = begin();

        await().until(() -> !results.isEmpty());

        assertThat(results).singleElement().satisfies(result -> {
            assertThat(result.id()).isEqualTo(message.id());
            assertThat(result.outcome()).as(result.error()).isEqualTo(Outcome.CHANGED);
        });
        assertThat(shard.tree().resolve("a/1"))
                .hasBinaryContent(shard.bucket().get("a/1").body());
    }

    @Test
    void eachShardTellsHowFarItIsUntilItsResult() throws Exception {
        hold(RequestKind.GET);
        TransferMessage.ShardId first = begin().id();
        await().until(() -> beats.stream().anyMatch(beat -> !beat.inFlight().isEmpty()));
        TransferMessage.ShardId second = begin().id();
        awaitBeatsOf(second);
        awaitBeatsOf(first);

        cancel("run", first);

        await().until(() -> !results.isEmpty());
        int before = beats.size();
        awaitBeatsOf(second);
        assertThat(beats.stream().skip(before))
                .extracting(TransferMessage.Heartbeat::id)
                .containsOnly(second);
    }

    @Test
    void asManyRequestsAreUnderWayAsTheConfigurationAllows() throws Exception {
        hold(RequestKind.GET);
        TransferMessage.ShardId id = begin().id();
        await().until(() -> beats.stream().anyMatch(beat -> beat.progress().listingComplete()));

        awaitBeatsOf(id);

        assertThat(held.arrived()).isEqualTo(1);
    }

    @Test
    void atALowRateFewerRequestsAreUnderWayThanTheConfigurationAllows() throws Exception {
        get(vertx.undeploy(deployment));
        deploy("""
            {"max_concurrent_requests": 64,
             "limits": [{"from": "00:00", "to": "00:00", "mbit_per_second": 1}]}\
            """);
        for (int i = 0; i < 20; i++) {
            shard.bucket().add("c/" + i, 300);
        }
        hold(RequestKind.GET);
        TransferMessage.ShardId id = begin().id();
        await().until(() -> beats.stream().anyMatch(beat -> beat.progress().listingComplete()));
        await().until(() -> held.arrived() >= 4);

        awaitBeatsOf(id);

        assertThat(held.arrived()).isEqualTo(4);
    }

    @Test
    void aShardIsStoppedByItsNameAndARunWithAllThatItHas() throws Exception {
        hold(RequestKind.LIST);
        TransferMessage.ShardId first = begin().id();
        TransferMessage.ShardId second = begin().id();
        TransferMessage.ShardId third = begin().id();

        cancel("run", first);
        cancel("another", second);
        await().until(() -> !results.isEmpty());
        awaitBeatsOf(second);
        assertThat(results).extracting(TransferMessage.Result::id).containsExactly(first);
        vertx.eventBus()
                .send(
                        Addresses.workerCancel(Addresses.LOCAL_WORKER),
                        BusJson.encode(new TransferMessage.Cancel("run", null)));

        await().until(() -> results.size() == 3);
        assertThat(results).extracting(TransferMessage.Result::id).contains(second, third);
        assertThat(results).extracting(TransferMessage.Result::outcome).containsOnly(Outcome.CANCELLED);
    }

    @Test
    void nobodyHearsOfAShardThatItsRunHasGivenUp() throws Exception {
        hold(RequestKind.GET);
        TransferMessage.Shard given = begin();
        await().until(() -> held.arrived() > 0);
        try (LogCapture log = LogCapture.of("io.hubstorage.transfer")) {
            Files.delete(Path.of(given.lease()));
            cancel("run", given.id());

            await().until(() -> !log.lines("WARN").isEmpty());
            assertThat(log.lines("WARN").getFirst()).contains("shard 0 of photos comes to nothing");
        }
        TransferMessage.ShardId next = begin().id();
        cancel("run", next);
        await().until(() -> !results.isEmpty());
        assertThat(results).extracting(TransferMessage.Result::id).containsExactly(next);
    }

    @Test
    void whatIsUnderWayEndsWhenTheProgramDoes() throws Exception {
        hold(RequestKind.GET);
        begin();
        await().until(() -> held.arrived() > 0);

        get(vertx.undeploy(deployment));

        await().until(() -> !results.isEmpty());
        assertThat(results).extracting(TransferMessage.Result::outcome).containsExactly(Outcome.CANCELLED);
        assertThat(shard.tree()).isEmptyDirectory();
    }

    @Test
    void whoeverAsksWhileTheProgramEndsIsAnswered() throws Exception {
        hold(RequestKind.GET);
        begin();
        await().until(() -> held.arrived() > 0);
        JsonObject another = BusJson.encode(shard.message(Mode.COPY));
        JsonObject folders = BusJson.encode(new TransferMessage.FindFolders("photos", "", false));
        List<Throwable> unhandled = new CopyOnWriteArrayList<>();
        vertx.exceptionHandler(unhandled::add);

        Future<?> end = vertx.undeploy(deployment);
        List<ReplyException> refusals = new ArrayList<>();
        for (int round = 0; round < 3 && !end.isComplete(); round++) {
            for (Future<?> asked : List.of(
                    vertx.eventBus().request(Addresses.workerShard(Addresses.LOCAL_WORKER), another),
                    vertx.eventBus().request(Addresses.TRANSFER_FOLDERS, folders))) {
                await().until(asked::isComplete);
                if (asked.cause() instanceof ReplyException refusal) {
                    refusals.add(refusal);
                }
            }
        }

        assertThat(refusals)
                .extracting(ReplyException::failureType)
                .contains(ReplyFailure.RECIPIENT_FAILURE)
                .doesNotContain(ReplyFailure.TIMEOUT);
        assertThat(refusals)
                .filteredOn(refusal -> refusal.failureType() == ReplyFailure.RECIPIENT_FAILURE)
                .extracting(ReplyException::failureCode)
                .containsOnly(503);
        get(end);
        assertThat(unhandled).isEmpty();
    }

    private static Set<Thread> threadsOfS3() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("hubstorage-s3"))
                .collect(Collectors.toSet());
    }

    @Test
    void noThreadOfTheClientIsLeftWhenTheProgramEnds() throws Exception {
        Set<Thread> before = threadsOfS3();
        assertThat(folders("", false)).containsExactly("a/", "b/");
        assertThat(threadsOfS3()).as("it has threads").isNotEqualTo(before);

        get(vertx.undeploy(deployment));

        await().until(() -> before.containsAll(threadsOfS3()));
    }

    @Test
    void theSearchOfARunEndsWhenTheProgramDoes() throws Exception {
        shard.s3().faults().when(_ -> true).then(Fault.slowDown());
        Future<?> search = vertx.eventBus()
                .<JsonObject>request(Addresses.S3_DISCOVER, BusJson.encode(new S3Message.Discover("run")));
        await().until(() -> !searches.isEmpty());

        // Much less than an outage is borne.
        get(vertx.undeploy(deployment));

        await().until(search::isComplete);
    }

    /** A worker as another process would have one, by the id {@code elsewhere}. */
    private TransferVerticle deployElsewhere() throws Exception {
        TransferVerticle worker = new TransferVerticle(
                "elsewhere",
                store,
                () -> new WorkerMessage.Share(4, null),
                "test",
                Duration.ofMinutes(1),
                new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3, Duration.ofMinutes(2)));
        get(vertx.deployVerticle(worker));
        return worker;
    }

    @Test
    void aWorkerOfAnotherProcessTellsItsResultUntilItIsAnswered() throws Exception {
        TransferVerticle elsewhere = deployElsewhere();
        TransferMessage.Shard message = shard.message(Mode.COPY);
        message = message.in(message.id().dispatched(5), message.workspace());

        ask(Addresses.workerShard("elsewhere"), BusJson.encode(message));

        await().until(() -> results.size() > 1);
        assertThat(results).containsOnly(results.getFirst());
        assertThat(results.getFirst().outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(results.getFirst().id()).isEqualTo(message.id());
        // Nobody wants it any more.
        Files.delete(Path.of(message.lease()));
        await().until(() -> elsewhere.shards() == 0);
    }

    @Test
    void aWorkerOfAnotherProcessAnswersNothingButForItsShards() throws Exception {
        get(vertx.undeploy(deployment));
        deployElsewhere();

        for (String address : List.of(
                Addresses.S3_DISCOVER,
                Addresses.S3_DIAGNOSE,
                Addresses.S3_FILTER_PREVIEW,
                Addresses.TRANSFER_FOLDERS,
                Addresses.workerShard(Addresses.LOCAL_WORKER))) {
            assertThat(catchThrowableOfType(ReplyException.class, () -> ask(address, new JsonObject()))
                            .failureType())
                    .as(address)
                    .isEqualTo(ReplyFailure.NO_HANDLERS);
        }
    }

    @Test
    void whatIsNoShardIsRefusedWithItsReason() {
        assertThat(catchThrowableOfType(
                        ReplyException.class,
                        () -> ask(Addresses.workerShard(Addresses.LOCAL_WORKER), new JsonObject().put("nonsense", 1))))
                .satisfies(refused -> {
                    assertThat(refused.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
                    assertThat(refused.failureCode()).isEqualTo(500);
                });
    }

    @Test
    void whenTheHourOfALimitIsOverMoreIsAskedForAlsoByWhatIsUnderWay() throws Exception {
        get(vertx.undeploy(deployment));
        deploy("""
            {"max_concurrent_requests": 64,
             "limits": [{"from": "00:00", "to": "00:01", "mbit_per_second": 1}]}\
            """);
        for (int i = 0; i < 20; i++) {
            shard.bucket().add("c/" + i, 300);
        }
        hold(RequestKind.GET);
        try (LogCapture log = LogCapture.of("io.hubstorage.transfer")) {
            now.set(LocalDate.of(2026, 3, 4)
                    .atStartOfDay(ZoneId.systemDefault())
                    .toInstant());
            TransferMessage.ShardId id = begin().id();
            await().until(() -> held.arrived() >= 4);
            awaitBeatsOf(id);
            assertThat(held.arrived()).isEqualTo(4);

            now.updateAndGet(midnight -> midnight.plus(Duration.ofMinutes(2)));

            await().until(() -> held.arrived() == 22);
            assertThat(log.lines("INFO"))
                    .containsSubsequence(
                            "INFO Downloads are limited to 1 Mbit/s", "INFO Downloads are not limited any more");
        }
    }

    @Test
    void whatIsUnderWayWithEarlierSettingsIsFinishedWithThem() throws Exception {
        get(vertx.undeploy(deployment));
        deploy("""
            {"max_concurrent_requests": 64}\
            """);
        shard.s3().faults().when(RequestKind.GET).times(2).then(Fault.hold(held));
        TransferMessage.ShardId first = begin().id();
        await().until(() -> held.arrived() == 2);
        Files.writeString(home.resolve("variables"), "AWS_DEFAULT_REGION=eu-central-1\n");
        get(store.reload());

        TransferMessage.ShardId second = begin().id();
        await().until(() -> !results.isEmpty());
        awaitBeatsOf(first);
        held.open();

        await().until(() -> results.size() == 2);
        assertThat(results).extracting(TransferMessage.Result::id).containsExactly(second, first);
        assertThat(results).extracting(TransferMessage.Result::outcome).containsOnly(Outcome.CHANGED);
        assertThat(results)
                .allSatisfy(result -> assertThat(result.failures().total()).isZero());
        assertThat(shard.gets()).as("none was broken off").isEqualTo(4);
    }

    @Test
    void foldersAreThoseBelowThePrefix() throws Exception {
        shard.bucket().add("a/c/3", 300);

        assertThat(folders("", false)).containsExactly("a/", "b/");
        assertThat(folders("a/", false)).containsExactly("a/c/");
    }

    @Test
    void whereTheReaderPaysThatIsSaid() throws Exception {
        shard.on(bucket -> bucket.demandingPayer());

        assertThat(folders("", true)).containsExactly("a/", "b/");
        assertThat(refusal(
                        Addresses.TRANSFER_FOLDERS,
                        BusJson.encode(new TransferMessage.FindFolders("photos", "", false))))
                .isEqualTo(502);
    }

    private List<String> folders(String prefix, boolean pays) throws Exception {
        JsonObject asked = BusJson.encode(new TransferMessage.FindFolders("photos", prefix, pays));
        return BusJson.decode(ask(Addresses.TRANSFER_FOLDERS, asked), TransferMessage.Folders.class)
                .prefixes();
    }

    @Test
    void whoeverLooksOnIsToldTheBucketsOrWhyThereAreNone() throws Exception {
        JsonObject asked = BusJson.encode(new S3Message.Discover(null));

        assertThat(BusJson.decode(ask(Addresses.S3_DISCOVER, asked), S3Message.Buckets.class)
                        .buckets())
                .extracting(S3Message.Bucket::name)
                .containsExactly("photos");
        assertThat(refusal(Addresses.S3_DISCOVER, new JsonObject().put("nonsense", 1)))
                .isEqualTo(400);
        shard.s3().faults().when(_ -> true).then(Fault.accessDenied());
        assertThat(refusal(Addresses.S3_DISCOVER, asked)).isEqualTo(502);
        shard.s3().faults().clear();
        shard.s3().faults().when(_ -> true).then(Fault.expiredToken());
        assertThat(refusal(Addresses.S3_DISCOVER, asked))
                .as("not 403, which would be about whoever asks")
                .isEqualTo(424);
    }

    @Test
    void aRunIsToldHowItsSearchGetsOnUntilItStopsIt() throws Exception {
        shard.s3().faults().when(_ -> true).then(Fault.slowDown());
        Future<?> search = vertx.eventBus()
                .<JsonObject>request(Addresses.S3_DISCOVER, BusJson.encode(new S3Message.Discover("run")));
        await().until(() -> searches.stream().anyMatch(each -> each.service().trouble() != null));
        assertThat(searches).extracting(TransferMessage.Discovering::runId).containsOnly("run");

        cancel("run", new TransferMessage.ShardId("photos", 1, 0));
        int before = searches.size();
        await().until(() -> searches.size() > before + 2);
        assertThat(search.isComplete()).as("a shard was stopped, not the run").isFalse();
        vertx.eventBus()
                .send(
                        Addresses.workerCancel(Addresses.LOCAL_WORKER),
                        BusJson.encode(new TransferMessage.Cancel("run", null)));

        assertThat(catchThrowableOfType(ReplyException.class, () -> get(search)).failureCode())
                .isEqualTo(500);
    }

    @Test
    void aDiagnosisTriesTheBucketsOfTheConfiguration() throws Exception {
        S3Message.Diagnosis diagnosis =
                BusJson.decode(ask(Addresses.S3_DIAGNOSE, new JsonObject()), S3Message.Diagnosis.class);

        assertThat(diagnosis.credentials().hasAccessKey()).isTrue();
        assertThat(diagnosis.steps())
                .anySatisfy(step -> assertThat(step.detail() + step.name()).contains("photos"));
    }
}
