package io.hubstorage.verify.scrub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.bus.VerifyState;
import io.hubstorage.bus.Verifying;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.Errand;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job, from whoever asks for it, or what is due, to its record. */
final class VerifyVerticleTest {
    @TempDir
    Path home;

    @AutoClose
    private ScrubKit kit;

    private Path root;
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private HistoryStore history;
    private Jobs jobs;
    private ConfigStore config;
    private final List<JsonObject> damaged = new CopyOnWriteArrayList<>();
    private final AtomicInteger schedulerAsked = new AtomicInteger();
    private final JsonObject scheduler = new JsonObject().put("enabled", true).put("paused", false);

    @BeforeEach
    void open() throws Exception {
        root = home.toRealPath();
        kit = new ScrubKit(root);
        kit.s3.bucket("photos", SyntheticBucket.uniform(10, 100, "##.jpg"));
        kit.hub.configure(new JsonObject()
                .put("s3_buckets", new JsonArray().add("photos"))
                .put("automation", new JsonObject().put("time_zone", "UTC"))
                .put("verify", new JsonObject().put("cycle_days", 10).put("window", "22:00-06:00")));
        Environment environment = Environment.load(
                Map.of(
                        "DOCKER_MODE", "false",
                        "HUBSTORAGE_DATA_PATH", kit.hub.data().toString(),
                        "HUBSTORAGE_LOG_PATH", root.resolve("logs").toString(),
                        "HUBSTORAGE_CONFIG_PATH",
                                root.resolve("config/config.json").toString()),
                root.resolve(".env"));
        config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), kit.clock)
                .await();
        history = HistoryStore.open(root.resolve("config"));
        jobs = new Jobs(vertx, history, kit.clock);
    }

    /** The verticle on the folder of the snapshots, whose engine has been stopped. */
    private void deploy() throws Exception {
        kit.hub.stop();
        bus.answer(Addresses.SCHEDULER_STATUS, _ -> {
                    schedulerAsked.incrementAndGet();
                    return Future.succeededFuture(BusJson.decode(scheduler, SchedulerMessage.Status.class));
                })
                .await();
        vertx.eventBus().<JsonObject>consumer(Addresses.VERIFY_DAMAGED, message -> damaged.add(message.body()));
        vertx.deployVerticle(new VerifyVerticle(around(), history, Duration.ofMillis(20)))
                .await();
    }

    private ScrubWork.Surroundings around() {
        return new ScrubWork.Surroundings(config, jobs, kit.clock, System::nanoTime);
    }

    @AfterEach
    void close() {
        // None may still write when the folder is deleted.
        jobs.stop().await();
        vertx.close().await();
    }

    private VerifyMessage.Status status() {
        return BusJson.decode(bus.ask(Addresses.VERIFY_STATUS).await(), VerifyMessage.Status.class);
    }

    /** How it ended, once another may begin: the history has its record a moment earlier. */
    private VerifyRecord ended(String id) {
        VerifyRecord record = (VerifyRecord) await().until(
                        () -> history.find(id).orElse(null),
                        found -> found != null && found.result() != RunResult.RUNNING);
        await().until(() -> {
            VerifyState current = status().current();
            return current == null || !current.runId().equals(id);
        });
        return record;
    }

    private VerifyRecord started() {
        return ended(bus.ask(Addresses.VERIFY_START).await().getString("run_id"));
    }

    @Test
    void whoeverAsksForItGetsAWholeCycleAtAnyHour() throws Exception {
        kit.snapshot();
        kit.pass(Duration.ofMinutes(1));
        deploy();

        VerifyRecord record = started();

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.trigger()).isEqualTo(Trigger.MANUAL);
        assertThat(record.outcome().read().objects()).isEqualTo(10);
        assertThat(record.message()).isEqualTo("Every file proven since 1 November.");
        VerifyMessage.Status status = status();
        assertThat(status.sentence()).isEqualTo("Every file proven since 1 November.");
        assertThat(status.cycle().percent()).isEqualTo(100);
        assertThat(status.current()).isNull();
        assertThat(status.damaged()).isEmpty();
        assertThat(status.next()).isNull();
        assertThat(status.nextAt()).isEqualTo("2026-11-11T22:00:00Z");
        assertThat(damaged).isEmpty();
    }

    @Test
    void damageIsToldWithItsSnapshotsByPage() throws Exception {
        String first = kit.snapshot();
        kit.s3.bucket("photos").change("00.jpg");
        String second = kit.snapshot();
        ScrubKit.flip(kit.file(first, "photos/03.jpg"), 5);
        Files.delete(kit.file(second, "photos/05.jpg"));
        deploy();

        VerifyRecord record = started();

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.message())
                .isEqualTo("Every other file proven since 1 November. 2 files are damaged, in 2 snapshots.");
        assertThat(record.outcome().damagedFiles()).isEqualTo(2);
        assertThat(record.outcome().foundDamaged().objects()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(damaged).hasSize(1));
        assertThat(damaged.getFirst().getInteger("files")).isEqualTo(2);
        VerifyMessage.Status page = BusJson.decode(
                bus.ask(Addresses.VERIFY_STATUS, new VerifyMessage.Query(2, null))
                        .await(),
                VerifyMessage.Status.class);
        assertThat(page.damaged())
                .extracting(each -> each.snapshot() + "/" + each.key() + " " + each.kind())
                .containsExactly(second + "/03.jpg bytes", first + "/03.jpg bytes");
        assertThat(page.next()).isEqualTo(2);
        VerifyMessage.Status last = BusJson.decode(
                bus.ask(Addresses.VERIFY_STATUS, new VerifyMessage.Query(2, 2L)).await(), VerifyMessage.Status.class);
        assertThat(last.damaged())
                .extracting(each -> each.snapshot() + "/" + each.key() + " " + each.kind())
                .containsExactly(second + "/05.jpg missing");
        assertThat(last.next()).isNull();
    }

    @Test
    void itGoesOnByItselfInItsHoursUnlessTheScheduleIsPaused() throws Exception {
        kit.snapshot();
        scheduler.put("paused", true);
        deploy();
        assertThat(status().nextAt()).isEqualTo("2026-11-11T22:00:00Z");
        kit.pass(Duration.ofDays(20));
        // It is 11:00, so nobody even asks whether it may begin.
        await().pollDelay(Duration.ofMillis(100)).until(() -> schedulerAsked.get() == 0);
        kit.pass(Duration.ofHours(12));
        await("it is due, and asks again and again").until(() -> schedulerAsked.get() > 3);
        assertThat(history.lastEnded(JobKind.VERIFY)).as("but paused").isEmpty();
        scheduler.put("paused", false);

        JobRecord record = await().until(() -> history.lastEnded(JobKind.VERIFY).orElse(null), found -> found != null);

        assertThat(record.result()).as(record.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.trigger()).isEqualTo(Trigger.SCHEDULE);
        await().untilAsserted(() -> assertThat(status().nextAt()).isEqualTo("2026-12-01T23:00:00Z"));
    }

    @Test
    void aBackupCarriesTheListOnToItsSnapshot() throws Exception {
        String first = kit.snapshot();
        ScrubKit.flip(kit.file(first, "photos/03.jpg"), 5);
        kit.cycle();
        kit.s3.bucket("photos").change("00.jpg");
        kit.pass(Duration.ofHours(1));
        RunRecord run = kit.hub.backUp();
        deploy();

        bus.publish(JobKind.BACKUP.finished(), run);

        await().untilAsserted(() -> assertThat(status().damaged())
                .extracting(each -> each.snapshot() + "/" + each.key() + " " + each.kind())
                .containsExactly(run.snapshot() + "/03.jpg bytes", first + "/03.jpg bytes"));
    }

    @Test
    void itWaitsForABackupAndCanBePausedMeanwhileAndGoesOnAfterwards() throws Exception {
        kit.snapshot();
        deploy();
        Errand backup = new Errand(JobKind.BACKUP, "b");
        jobs.start(backup).await();
        String id = bus.ask(Addresses.VERIFY_START).await().getString("run_id");
        await().untilAsserted(() -> assertThat(status().current()).isNotNull());
        await().untilAsserted(() ->
                assertThat(requireNonNull(status().current()).phase()).isEqualTo(RunPhase.WAITING));
        assertThatThrownBy(() -> bus.ask(Addresses.VERIFY_START).await()).hasMessageContaining("is running already");

        assertThat(bus.ask(Addresses.VERIFY_PAUSE).await().getString("run_id")).isEqualTo(id);

        assertThat(ended(id).result()).isEqualTo(RunResult.CANCELLED);
        assertThatThrownBy(() -> bus.ask(Addresses.VERIFY_PAUSE).await()).hasMessageContaining("no verify is running");
        String again = bus.ask(Addresses.VERIFY_START).await().getString("run_id");
        backup.order(RunResult.SUCCESS);
        assertThat(ended(again).result()).isEqualTo(RunResult.SUCCESS);
    }

    /** The command, beside this service, is none of its jobs. */
    @Test
    void itWaitsForABackupOfAnotherProcessToo() throws Exception {
        kit.snapshot();
        deploy();
        String id;
        try (DataLock _ = DataLock.take(kit.layout, kit.clock.instant())) {
            id = bus.ask(Addresses.VERIFY_START).await().getString("run_id");
            await().untilAsserted(() -> assertThat(status().current()).isNotNull());
            await().untilAsserted(() ->
                    assertThat(requireNonNull(status().current()).phase()).isEqualTo(RunPhase.WAITING));
        }
        assertThat(ended(id).result()).isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void whatIsDueByItselfEndsWithItsHoursAndSaysWhenItGoesOn() throws Exception {
        kit.snapshot();
        // Else the verticle may begin one before the test does.
        scheduler.put("paused", true);
        deploy();
        kit.pass(Duration.ofHours(12));
        Errand backup = new Errand(JobKind.BACKUP, "b");
        jobs.start(backup).await();
        jobs.start(new ScrubWork("night", Trigger.SCHEDULE, around())).await();
        await().untilAsserted(() ->
                assertThat(requireNonNull(status().current()).phase()).isEqualTo(RunPhase.WAITING));
        // From 23:00 to 07:00.
        kit.pass(Duration.ofHours(8));
        backup.order(RunResult.SUCCESS);

        VerifyRecord record = ended("night");

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.message()).endsWith("It goes on 2 November, 22:00.");
        assertThat(record.outcome().read().objects()).isZero();
    }

    @Test
    void withoutASnapshotThereIsNothingToProve() throws Exception {
        Files.createDirectories(kit.hub.data());
        deploy();
        assertThatThrownBy(() -> bus.ask(Addresses.VERIFY_START).await()).hasMessageContaining("There is no snapshot");
        assertThat(status().nextAt()).isNull();
        assertThat(status().sentence()).isEqualTo("No file has been read again since it was downloaded.");
        assertThatThrownBy(() -> bus.ask(Addresses.VERIFY_STATUS, new VerifyMessage.Query(1_001, null))
                        .await())
                .hasMessageContaining("limit: found 1001");
    }

    @Test
    void whatAnEarlierProcessLeftIsToldAsCutOff() throws Exception {
        kit.snapshot();
        kit.hub.stop();
        HistoryStore before = HistoryStore.open(root.resolve("config"));
        before.append(Verifying.record("left", kit.clock.instant(), new RunEnd(RunResult.RUNNING, null, 0, null)));
        deploy();
        assertThat(ended("left").result()).isEqualTo(RunResult.INTERRUPTED);
    }
}
