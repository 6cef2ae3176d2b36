package io.hubstorage.replicate;

import static io.hubstorage.replicate.ReplicationKit.NOW;
import static io.hubstorage.replicate.ReplicationKit.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.Replicating;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.JobsVerticle;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.LogCapture;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replications over the bus, after backups, and after the end of a process. */
final class ReplicationVerticleTest {
    @TempDir
    Path folder;

    private ReplicationKit kit;
    private Bus bus;
    private HistoryStore history;
    private Jobs jobs;

    @BeforeEach
    void begin() throws IOException {
        open(new JsonObject(), "");
    }

    /** Again, with another configuration. */
    private void reopen(JsonObject replication, String dotenv) throws IOException {
        kit.close();
        Trees.delete(kit.data);
        Trees.delete(kit.folder.resolve("config"));
        open(replication, dotenv);
    }

    private void open(JsonObject replication, String dotenv) throws IOException {
        kit = new ReplicationKit(folder.toRealPath(), replication, dotenv);
        bus = new Bus(kit.vertx);
        history = HistoryStore.open(kit.config.settings().configFolder());
        jobs = new Jobs(kit.vertx, history, InstantSource.fixed(NOW));
        kit.put("a", "1").snapshot(0);
    }

    private void deploy(boolean alone) {
        kit.vertx.deployVerticle(new JobsVerticle(jobs, history)).await();
        kit.vertx
                .deployVerticle(new ReplicationVerticle(kit.around(), jobs, alone))
                .await();
    }

    @AfterEach
    void close() {
        // None may still write when the folder is deleted.
        jobs.stop().await();
        kit.close();
    }

    private JsonObject copy() {
        return new JsonObject().put("to", kit.copy.toString());
    }

    private ReplicationRecord started(JsonObject request) {
        String id = bus.ask(Addresses.REPLICATION_START, request, Bus.PATIENT)
                .await()
                .getString("run_id");
        ReplicationRecord ended = (ReplicationRecord) await().until(
                        () -> history.find(id).orElse(null),
                        job -> job != null && job.result().ended());
        // It is in the history a moment before another may begin.
        await().until(() -> !jobs.isUnderWay(JobKind.REPLICATION));
        return ended;
    }

    private int refused(JsonObject request) {
        try {
            bus.ask(Addresses.REPLICATION_START, request, Bus.PATIENT).await();
            return 0;
        } catch (ReplyException e) {
            return e.failureCode();
        }
    }

    @Test
    void theCommandMayCopyAnywhere() throws IOException {
        deploy(true);
        assertThat(started(copy()).result()).isEqualTo(RunResult.SUCCESS);
        assertThat(names(kit.copy)).hasSize(1);
    }

    @Test
    void overTheBusTheConfiguredFolderAndThoseBelowThatOfTheEnvironmentMayBeMeantAndNoOther() throws IOException {
        Path real = folder.toRealPath();
        Files.createDirectories(real.resolve("allowed"));
        Files.createSymbolicLink(real.resolve("allowed/link"), Files.createDirectories(real.resolve("outside")));
        reopen(
                new JsonObject().put("to", real.resolve("configured").toString()),
                "HUBSTORAGE_REPLICATION_PATH=" + real.resolve("allowed"));
        deploy(false);

        assertThat(started(new JsonObject()).what().to())
                .isEqualTo(real.resolve("configured").toString());
        assertThat(started(new JsonObject()
                                .put("to", real.resolve("allowed/copy").toString()))
                        .result())
                .isEqualTo(RunResult.SUCCESS);
        for (String other : List.of("outside", "allowed/link/copy", "allowed/../outside", "copy")) {
            assertThat(refused(new JsonObject().put("to", real + "/" + other)))
                    .as(other)
                    .isEqualTo(Bus.BAD_REQUEST);
        }
        assertThat(real.resolve("outside")).isEmptyDirectory();
    }

    /** As who may only save, over the web or the bus, may have configured it. */
    @Test
    void theConfiguredFolderIsNoWayOutOfThatOfTheEnvironment() throws IOException {
        Path real = folder.toRealPath();
        Files.createDirectories(real.resolve("allowed"));
        Files.createSymbolicLink(real.resolve("allowed/link"), Files.createDirectories(real.resolve("outside")));
        reopen(
                new JsonObject().put("to", real.resolve("allowed/link/copy").toString()),
                "HUBSTORAGE_REPLICATION_PATH=" + real.resolve("allowed"));
        deploy(false);

        assertThat(refused(new JsonObject())).isEqualTo(Bus.BAD_REQUEST);

        assertThat(real.resolve("outside")).isEmptyDirectory();
    }

    @Test
    void withoutAnyOfThemItIsRefusedAndSaysWhatToDo() throws IOException {
        deploy(false);
        assertThatThrownBy(() -> bus.ask(Addresses.REPLICATION_START, copy(), Bus.PATIENT)
                        .await())
                .hasMessageContaining("HUBSTORAGE_REPLICATION_PATH");
        assertThatThrownBy(() -> bus.ask(Addresses.REPLICATION_START).await()).hasMessageContaining("replication.to");
        assertThat(history.page(JobKind.REPLICATION, 10, null)).as("no job").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"to\": \"copy\"}",
                "{\"to\": \"x\\u0000\"}",
                "{\"snapshots\": [\"all\", \"latest\"]}",
                "{\"max_mb_per_second\": -1}",
                "{\"max_mb_per_second\": 0.001}",
                "{\"snapshot\": \"latest\"}"
            })
    void whatMakesNoSenseIsRefused(String request) throws IOException {
        deploy(true);
        assertThat(refused(copy().mergeIn(new JsonObject(request)))).isEqualTo(Bus.BAD_REQUEST);
    }

    @Test
    void aDataFolderThatIsNotThereIsNoEmptyOne() throws IOException {
        deploy(true);
        Files.move(kit.data, folder.resolve("away"));
        Files.createDirectory(kit.data);
        assertThat(refused(copy())).isEqualTo(Bus.UNUSABLE);
        assertThat(kit.copy).doesNotExist();
    }

    private void backUp() {
        bus.publish(
                Addresses.BACKUP_FINISHED,
                RunRecord.running(new RunStart("b", Trigger.SCHEDULE, false, true, NOW))
                        .with(new RunEnd(RunResult.SUCCESS, NOW, 1, "All is safe.")));
    }

    @Test
    void eachBackupIsFollowedByOneAlsoIfAnotherIsUnderWayThen() throws IOException {
        reopen(
                new JsonObject()
                        .put("to", folder.toRealPath().resolve("copy").toString())
                        .put("after_backup", true),
                "");
        deploy(false);
        backUp();
        await().until(() -> !history.page(JobKind.REPLICATION, 1, null).isEmpty());
        assertThat(history.page(JobKind.REPLICATION, 1, null))
                .allSatisfy(job -> assertThat(job.trigger()).isEqualTo(Trigger.SCHEDULE));

        kit.put("a", "2").snapshot(1);
        backUp();
        kit.put("a", "3").snapshot(2);
        backUp();

        await().until(() -> names(kit.copy).size() == 3);
    }

    @Test
    void withoutBeingAskedForABackupIsFollowedByNothing() throws IOException {
        reopen(new JsonObject().put("to", folder.toRealPath().resolve("copy").toString()), "");
        deploy(false);
        backUp();
        assertThat(started(new JsonObject()).trigger()).isEqualTo(Trigger.MANUAL);
        assertThat(history.page(JobKind.REPLICATION, 10, null)).hasSize(1);
    }

    private ReplicationRecord left(Path to) {
        ReplicationRecord any =
                Replicating.record("20261127-050000-left", NOW, new RunEnd(RunResult.RUNNING, null, 0, null));
        ReplicationRecord left = new ReplicationRecord(
                any.runId(),
                Trigger.SCHEDULE,
                NOW,
                any.end(),
                new ReplicationRecord.What(to.toString(), List.of("all"), false, null),
                ReplicationRecord.Outcome.NONE);
        history.append(left);
        return left;
    }

    @ParameterizedTest
    @ValueSource(strings = {"copy", "copy/", "./copy"})
    void oneThatTheEndOfTheProcessCutOffIsGoneOnWith(String configured) throws IOException {
        Path to = folder.toRealPath().resolve("copy");
        reopen(new JsonObject().put("to", folder.toRealPath() + "/" + configured), "");
        ReplicationRecord left = left(to);

        deploy(false);

        await().until(() -> history.find(left.runId()).orElseThrow().result() == RunResult.SUCCESS);
        assertThat(names(to)).hasSize(1);
    }

    @Test
    void oneThatIsGoneOnWithKeepsTheLimitThatWasAskedFor() throws IOException {
        Path to = folder.toRealPath().resolve("copy");
        reopen(new JsonObject().put("to", to.toString()).put("max_mb_per_second", 50), "");
        deploy(false);
        ReplicationRecord asked = started(new JsonObject().put("max_mb_per_second", 0.5));
        assertThat(asked.what().maxMbPerSecond()).isEqualTo(0.5);
        history.append(new ReplicationRecord(
                "20261127-050000-left",
                Trigger.MANUAL,
                NOW,
                new RunEnd(RunResult.RUNNING, null, 0, null),
                asked.what(),
                ReplicationRecord.Outcome.NONE));

        kit.vertx
                .deployVerticle(new ReplicationVerticle(kit.around(), jobs, false))
                .await();

        ReplicationRecord goneOnWith = (ReplicationRecord) await().until(
                        () -> history.find("20261127-050000-left").orElseThrow(),
                        job -> job.result() == RunResult.SUCCESS);
        assertThat(goneOnWith.what().maxMbPerSecond()).isEqualTo(0.5);
    }

    /** Which may be what stood in its way: nothing else would ever begin it. */
    @Test
    void somethingThatEndsWhileACopyIsAskedForIsNotMissed() throws IOException {
        reopen(
                new JsonObject()
                        .put("to", folder.toRealPath().resolve("copy").toString())
                        .put("after_backup", true),
                "");
        AtomicInteger asked = new AtomicInteger();
        kit.vertx.eventBus().addOutboundInterceptor(delivery -> {
            boolean isFirst =
                    delivery.message().address().equals(Addresses.REPLICATION_START) && asked.incrementAndGet() == 1;
            if (isFirst) {
                kit.vertx.eventBus().publish(JobKind.RESTORE.finished(), new JsonObject());
            }
            delivery.next();
        });
        deploy(false);
        CountDownLatch over = new CountDownLatch(1);
        kit.stops = () -> new Cancellation() {
            @Override
            public void check() {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        ReplicationStart start = new ReplicationStart(Trigger.MANUAL, null, List.of(), null, null);
        jobs.start(new ReplicationWork(new ReplicationWork.Asked("blocks", start, kit.copy, NOW), kit.around()))
                .await();
        kit.stops = Cancellation::new;

        backUp();

        await().until(() -> asked.get() == 2);
        over.countDown();
        await().until(() -> history.page(JobKind.REPLICATION, 10, null).size() == 2);
    }

    @Test
    void aCopyWhoseDiskHangsKeepsNothingFromBeingStarted() throws IOException {
        Path to = folder.toRealPath().resolve("copy");
        reopen(new JsonObject().put("to", to.toString()), "");
        ReplicationRecord left = left(to);
        CountDownLatch hangs = new CountDownLatch(1);
        kit.stops = () -> {
            try {
                hangs.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Cancellation();
        };
        try {
            kit.vertx.deployVerticle(new JobsVerticle(jobs, history)).await();
            Future<String> up = kit.vertx.deployVerticle(new ReplicationVerticle(kit.around(), jobs, false));
            await().until(up::succeeded);
        } finally {
            hangs.countDown();
        }
        await().until(() -> history.find(left.runId()).orElseThrow().result() == RunResult.SUCCESS);
    }

    @Test
    void oneThatMayNotGoThereAnyMoreIsNot() throws IOException {
        Path to = folder.toRealPath().resolve("copy");
        ReplicationRecord left = left(to);

        deploy(false);

        await().until(() -> history.find(left.runId()).orElseThrow().result() == RunResult.INTERRUPTED);
        assertThat(to).doesNotExist();
    }

    @Test
    void oneThatAnotherProcessIsAtIsLeftToThat() throws Exception {
        Path to = folder.toRealPath().resolve("copy");
        reopen(new JsonObject().put("to", to.toString()), "");
        ReplicationRecord left = left(to);
        try (DataLock _ = DataLock.take(new Layout(to), NOW);
                LogCapture log = LogCapture.of(Jobs.class.getName())) {
            deploy(false);
            await().until(() -> log.lines("WARN").stream().anyMatch(line -> line.contains("is left as it is")));
            assertThat(refused(new JsonObject().put("snapshots", new JsonArray().add("latest"))))
                    .isNotZero();
            assertThat(history.find(left.runId()).orElseThrow().result()).isEqualTo(RunResult.RUNNING);
        }
    }
}
