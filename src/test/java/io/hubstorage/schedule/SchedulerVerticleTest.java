package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.UnfinishedRuns;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.LogCapture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
final class SchedulerVerticleTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    private Vertx vertx;
    private final MutableClock clock = new MutableClock(T0);
    private HistoryStore history;
    private BackupResponder backup;
    private ConfigStore config;
    private @Nullable Instant snapshot;
    private volatile @Nullable String destinationProblem;
    private final AtomicInteger looksAtDestination = new AtomicInteger();
    private String deployment = "";

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
        history = HistoryStore.open(folder);
        backup = new BackupResponder(vertx, history, clock);
        config = open();
        get(vertx.deployVerticle(new ConfigVerticle(config)));
        configure(6, null);
    }

    @Test
    void aNeverRunBackupBeginsAtOnceAndTheNextOneAnIntervalAfterItsStart() {
        deploy();
        awaitStarts(Trigger.FIRST);
        clock.advance(HOUR);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.SUCCESS));
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6)));
        nothingMoreHappens();
        clock.advance(HOUR.multipliedBy(5));
        awaitStarts(Trigger.FIRST, Trigger.SCHEDULE);
    }

    @Test
    void anOverdueBackupIsCaughtUpExactlyOnce() {
        history.append(BackupResponder.past("old", T0.minus(Duration.ofDays(9)), RunResult.SUCCESS));
        deploy();
        awaitStarts(Trigger.CATCH_UP);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(status -> assertThat(status.runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6))));
        nothingMoreHappens();
        assertThat(backup.starts()).hasSize(1);
    }

    @Test
    void withoutHistoryTheNewestSnapshotDecides() {
        snapshot = T0.minus(HOUR);
        deploy();
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        SchedulerMessage.Status status = status();
        assertThat(status.runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(5)));
        assertThat(status.runs().lastBackup()).isEqualTo(snapshot);
        assertThat(status.runs().lastRun()).isNull();
    }

    @Test
    void aRunThatTheEndOfTheProcessCutOffIsTakenUpAtOnce() {
        history.append(BackupResponder.past("cut", T0.minus(HOUR), RunResult.RUNNING));
        UnfinishedRuns.end(history, new Layout(folder.resolve("data")), T0, _ -> {});
        deploy();
        awaitStarts(Trigger.CATCH_UP);
    }

    @Test
    void aChangedIntervalCountsAtOnce() {
        history.append(BackupResponder.past("old", T0.minus(HOUR.multipliedBy(3)), RunResult.SUCCESS));
        deploy();
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(3)));
        configure(24, null);
        awaitStatus(status -> assertThat(status.runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(21))));
        assertThat(status().rule().intervalHours()).isEqualTo(24);
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        configure(0.5, null);
        awaitStarts(Trigger.SCHEDULE);
    }

    @Test
    void aClockSetBackCausesNeitherASecondRunNorAStall() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        clock.advance(Duration.ofDays(-3));
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        assertThat(status().runs().nextBackup()).isEqualTo(clock.now().plus(HOUR.multipliedBy(6)));
        clock.advance(HOUR.multipliedBy(5));
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        clock.advance(HOUR);
        awaitStarts(Trigger.SCHEDULE);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(status ->
                assertThat(status.runs().nextBackup()).isEqualTo(clock.now().plus(HOUR.multipliedBy(6))));
    }

    @Test
    void aPauseOutlivesARestartAndLetsManualRunsPass() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        assertThat(pause(true).paused()).isTrue();
        undeploy();
        deploy();
        clock.advance(Duration.ofDays(1));
        nothingMoreHappens();
        SchedulerMessage.Status status = status();
        assertThat(status.paused()).isTrue();
        assertThat(status.runs().nextBackup()).isNull();
        assertThat(status.runs().overdue()).isFalse();
        backup.begin(Trigger.MANUAL, false);
        awaitStatus(now -> assertThat(now.runs().lastRun()).isEqualTo(clock.now()));
        backup.finish(RunResult.SUCCESS);
        awaitStatus(now -> assertThat(now.runs().lastBackup()).isEqualTo(clock.now()));
        assertThat(pause(false).runs().nextBackup()).isEqualTo(clock.now().plus(HOUR.multipliedBy(6)));
        undeploy();
        deploy();
        assertThat(status().paused()).isFalse();
        assertThat(backup.starts()).isEmpty();
    }

    @Test
    void anUnreadablePauseFileMeansNotPaused() throws Exception {
        Files.writeString(folder.resolve("scheduler.json"), "{\"paused\": tr");
        deploy();
        awaitStarts(Trigger.FIRST);
    }

    @Test
    void switchedOffOrWithoutBucketsNothingRuns() {
        update(json -> json.getJsonObject("automation").put("enabled", false));
        deploy();
        nothingMoreHappens();
        assertThat(status().enabled()).isFalse();
        assertThat(status().runs().nextBackup()).isNull();
        update(json -> {
            json.getJsonObject("automation").put("enabled", true);
            json.put("s3_buckets", new JsonArray());
        });
        awaitStatus(status -> assertThat(status.enabled()).isTrue());
        nothingMoreHappens();
        assertThat(status().runs().nextBackup()).isNull();
        assertThat(backup.starts()).isEmpty();
        update(json -> json.put("use_dynamic_buckets", true));
        awaitStarts(Trigger.FIRST);
    }

    @Test
    void cronReplacesTheInterval() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        configure(6, "30 2 * * *");
        deploy();
        SchedulerMessage.Status status = status();
        assertThat(status.rule().cron()).isEqualTo("30 2 * * *");
        assertThat(status.rule().timeZone()).isEqualTo("Europe/Berlin");
        assertThat(status.runs().nextBackup()).isEqualTo("2026-11-02T01:30:00Z");
        clock.set(Instant.parse("2026-11-02T01:29:59Z"));
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        awaitStarts(Trigger.SCHEDULE);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(now -> assertThat(now.runs().nextBackup()).isEqualTo("2026-11-03T01:30:00Z"));
    }

    @Test
    void aRunInProgressIsWaitedForAndItsStartCounts() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        clock.advance(HOUR.multipliedBy(5));
        backup.begin(Trigger.MANUAL, false);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.RUNNING));
        clock.advance(HOUR.multipliedBy(2));
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        assertThat(backup.refusals()).isEmpty();
        backup.finish(RunResult.PARTIAL);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.PARTIAL));
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(11)));
        assertThat(status().runs().lastBackup()).isEqualTo(T0);
    }

    @Test
    void aRunOfSomeBucketsDoesNotMoveTheSchedule() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        for (int hour = 0; hour < 5; hour++) {
            clock.advance(HOUR);
            backup.begin(Trigger.MANUAL, false, false);
            backup.finish(RunResult.SUCCESS);
            nothingMoreHappens();
        }
        assertThat(status().runs().lastRun()).isEqualTo(T0);
        assertThat(status().runs().lastBackup()).isEqualTo(T0);
        undeploy();
        deploy();
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6)));
        clock.advance(HOUR);
        awaitStarts(Trigger.SCHEDULE);
    }

    @Test
    void aConflictIsNoErrorAndTheEndOfTheOtherRunPlansAnew() {
        backup.failWith(409);
        deploy();
        await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(1));
        nothingMoreHappens();
        assertThat(backup.refusals()).hasSize(1);
        backup.failWith(0);
        backup.begin(Trigger.MANUAL, false);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(status -> assertThat(status.runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6))));
        assertThat(backup.starts()).isEmpty();
    }

    @Test
    void afterARunThatWasAcceptedARefusalWaitsTheFirstDelayAgain() {
        backup.failWith(500);
        deploy();
        for (int attempt = 1; attempt <= 4; attempt++) {
            int expected = attempt;
            await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(expected));
            clock.advance(Duration.ofSeconds(5L << (attempt - 1)));
        }
        await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(5));
        backup.failWith(0);
        clock.advance(Duration.ofSeconds(80));
        awaitStarts(Trigger.FIRST);
        backup.finish(RunResult.SUCCESS);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.SUCCESS));

        backup.failWith(500);
        clock.advance(HOUR.multipliedBy(6));

        await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(6));
        awaitStatus(status ->
                assertThat(status.runs().nextBackup()).isEqualTo(clock.now().plusSeconds(5)));
    }

    @Test
    void aDataFolderThatCannotBeUsedIsTriedEveryMinuteAndSaysWhy() {
        backup.failWith(503);
        deploy();
        for (int attempt = 1; attempt <= 3; attempt++) {
            int expected = attempt;
            await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(expected));
            awaitStatus(status ->
                    assertThat(status.runs().nextBackup()).isEqualTo(clock.now().plusSeconds(60)));
            RunState.Waiting waiting = Objects.requireNonNull(status().waiting());
            assertThat(waiting.what()).isEqualTo(RunState.Waiting.DATA_FOLDER);
            assertThat(waiting.cause()).isNotBlank();
            assertThat(waiting.since()).as("the first time").isEqualTo(T0);
            clock.advance(Duration.ofSeconds(59));
            nothingMoreHappens();
            assertThat(backup.refusals()).hasSize(expected);
            clock.advance(Duration.ofSeconds(1));
        }
        backup.failWith(0);
        clock.advance(Duration.ofMinutes(1));
        awaitStarts(Trigger.FIRST);
        awaitStatus(status -> assertThat(status.waiting()).isNull());
        assertThat(history.newest(100, null)).as("not one run a minute").hasSize(1);
    }

    @Test
    void theLogIsToldOfItOnceAndWhenItIsOver() {
        backup.failWith(503);
        try (LogCapture log = LogCapture.of("io.hubstorage.schedule")) {
            deploy();
            for (int attempt = 1; attempt <= 3; attempt++) {
                int expected = attempt;
                await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(expected));
                awaitStatus(status -> assertThat(status.runs().nextBackup())
                        .isEqualTo(clock.now().plusSeconds(60)));
                clock.advance(Duration.ofMinutes(1));
            }
            backup.failWith(0);
            clock.advance(Duration.ofMinutes(2));
            awaitStarts(Trigger.FIRST);
            awaitStatus(status -> assertThat(status.waiting()).isNull());

            assertThat(log.lines("WARN"))
                    .containsExactly("WARN No backup can begin: not now This is tried again every minute.");
            assertThat(log.lines("INFO")).containsOnlyOnce("INFO The data folder can be used again");
        }
    }

    @Test
    void thatAnotherRunGoesOnIsNoWarning() {
        backup.failWith(409);
        try (LogCapture log = LogCapture.of("io.hubstorage.schedule")) {
            deploy();
            await().untilAsserted(() -> assertThat(log.lines("INFO"))
                    .contains("INFO A backup is running already; the schedule goes on when it has ended"));
            assertThat(log.lines("WARN")).isEmpty();
        }
    }

    @Test
    void aDataFolderThatCannotBeUsedIsToldLongBeforeARunIsDue() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        destinationProblem = "The disk is not mounted.";
        deploy();
        awaitStatus(status ->
                assertThat(Objects.requireNonNull(status.waiting()).cause()).isEqualTo("The disk is not mounted."));
        assertThat(backup.refusals()).isEmpty();

        destinationProblem = null;
        clock.advance(Duration.ofMinutes(1));

        awaitStatus(status -> assertThat(status.waiting()).isNull());
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6)));
    }

    @Test
    void aRunWhoseEndWasNotHeardDoesNotStopTheSchedule() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        backup.begin(Trigger.MANUAL, false);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.RUNNING));
        backup.vanish();
        clock.advance(HOUR.multipliedBy(7));
        awaitStarts(Trigger.SCHEDULE);
    }

    @Test
    void whetherARunStillGoesOnIsAskedEveryHalfMinuteWhileOneIsDue() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        int before = backup.asked();
        backup.begin(Trigger.MANUAL, false);
        awaitStatus(status -> assertThat(status.runs().lastResult()).isEqualTo(RunResult.RUNNING));
        nothingMoreHappens();
        assertThat(backup.asked()).as("none is due").isEqualTo(before);

        clock.advance(HOUR.multipliedBy(7));
        await().until(() -> backup.asked() == before + 1);
        clock.advance(Duration.ofSeconds(29));
        nothingMoreHappens();
        assertThat(backup.asked()).isEqualTo(before + 1);
        clock.advance(Duration.ofSeconds(1));
        await().until(() -> backup.asked() == before + 2);
        clock.advance(Duration.ofSeconds(-30));
        await().until(() -> backup.asked() == before + 3);
        assertThat(backup.starts()).isEmpty();
    }

    @Test
    void theDataFolderIsLookedAtOnceAMinuteWhateverTheClockDoes() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        await().until(() -> looksAtDestination.get() == 1);
        clock.advance(Duration.ofSeconds(59));
        nothingMoreHappens();
        assertThat(looksAtDestination).hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        await().until(() -> looksAtDestination.get() == 2);
        clock.advance(Duration.ofSeconds(-59));
        nothingMoreHappens();
        assertThat(looksAtDestination).hasValue(2);
        clock.advance(Duration.ofSeconds(-1));
        await().until(() -> looksAtDestination.get() == 3);
    }

    @Test
    void onceItHasEndedItHearsAndTellsNothingAnyMore() {
        List<SchedulerMessage.Status> told = told();
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        await().until(() -> told.size() == 1);
        undeploy();

        backup.begin(Trigger.MANUAL, false);
        backup.finish(RunResult.SUCCESS);
        get(vertx.eventBus().request(Addresses.BACKUP_STATUS, BackupResponder.BARRIER));

        assertThatThrownBy(this::status).isInstanceOf(ReplyException.class);
        assertThat(told).hasSize(1);
    }

    @Test
    void restartReadsTheHistoryAnew() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        clock.advance(HOUR);
        history.append(BackupResponder.past("from-the-command-line", T0.plus(HOUR), RunResult.SUCCESS));
        SchedulerMessage.Status status = ask(Addresses.SCHEDULER_RESTART, new JsonObject());
        assertThat(status.runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(7)));
        assertThat(status.running()).isTrue();
    }

    @Test
    void theStatusHasTheNamesOfTheSpecificationAndChangesAreTold() {
        List<JsonObject> told = new CopyOnWriteArrayList<>();
        get(vertx.eventBus()
                .<JsonObject>consumer(Addresses.SCHEDULER_CHANGED, message -> told.add(message.body()))
                .completion());
        history.append(BackupResponder.past("old", T0.minus(HOUR), RunResult.SUCCESS));
        deploy();
        JsonObject status = get(vertx.eventBus().<JsonObject>request(Addresses.SCHEDULER_STATUS, new JsonObject()))
                .body();
        assertThat(status.getMap())
                .containsEntry("running", true)
                .containsEntry("enabled", true)
                .containsEntry("paused", false)
                .containsEntry("overdue", false)
                .containsEntry("next_backup", "2026-11-01T15:00:00Z")
                .containsEntry("last_backup", "2026-11-01T09:00:00Z")
                .containsEntry("last_run", "2026-11-01T09:00:00Z")
                .containsEntry("last_result", "success")
                .containsEntry("interval_hours", 6.0)
                .containsEntry("cron", null)
                .containsEntry("time_zone", null);
        pause(true);
        await().untilAsserted(() ->
                assertThat(told).extracting(body -> body.getBoolean("paused")).containsExactly(false, true));
    }

    @Test
    void whateverChangesIsTold() {
        List<SchedulerMessage.Status> told = told();
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        await().until(() -> told.size() == 1);
        backup.begin(Trigger.MANUAL, false);
        await().until(() -> told.getLast().runs().lastResult() == RunResult.RUNNING);
        backup.finish(RunResult.PARTIAL);
        await().until(() -> told.getLast().runs().lastResult() == RunResult.PARTIAL);
        configure(24, null);
        await().until(() -> told.getLast().rule().intervalHours() == 24);
        destinationProblem = "The disk is not mounted.";
        clock.advance(Duration.ofMinutes(1));
        await().until(() -> told.getLast().waiting() != null);
        backup.failWith(500);
        clock.advance(HOUR.multipliedBy(24));
        await().until(() ->
                clock.now().plusSeconds(5).equals(told.getLast().runs().nextBackup()));
    }

    @Test
    void aRunThatIsUnderWayWhenItStartsIsWaitedFor() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        backup.begin(Trigger.CLI, false, false);
        clock.advance(HOUR.multipliedBy(7));
        deploy();
        nothingMoreHappens();
        assertThat(backup.starts()).isEmpty();
        assertThat(backup.refusals()).isEmpty();
        backup.finish(RunResult.SUCCESS);
        awaitStarts(Trigger.CATCH_UP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"paused\": \"yes\"}", "{\"paused\": null}"})
    void aPauseThatSaysNothingIsRefused(String body) {
        deploy();
        assertThatThrownBy(() -> ask(Addresses.SCHEDULER_PAUSE, new JsonObject(body)))
                .isInstanceOfSatisfying(ReplyException.class, e -> {
                    assertThat(e.failureCode()).isEqualTo(400);
                    assertThat(e).hasMessageContaining("paused: found").hasMessageContaining("true or false");
                });
    }

    @Test
    void aPauseThatCannotBeWrittenDownIsNone() throws Exception {
        deploy();
        Files.createDirectories(folder.resolve("scheduler.json/in-the-way"));
        assertThatThrownBy(() -> pause(true))
                .isInstanceOfSatisfying(
                        ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(500));
        assertThat(status().paused()).isFalse();
    }

    private List<SchedulerMessage.Status> told() {
        List<SchedulerMessage.Status> told = new CopyOnWriteArrayList<>();
        get(vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.SCHEDULER_CHANGED,
                        message -> told.add(BusJson.decode(message.body(), SchedulerMessage.Status.class)))
                .completion());
        return told;
    }

    private void deploy() {
        deployment = get(vertx.deployVerticle(new SchedulerVerticle(
                config,
                history,
                () -> Optional.ofNullable(snapshot),
                () -> {
                    looksAtDestination.incrementAndGet();
                    return Optional.ofNullable(destinationProblem);
                },
                clock,
                Duration.ofMillis(2))));
    }

    private void undeploy() {
        get(vertx.undeploy(deployment));
    }

    private ConfigStore open() {
        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_CONFIG_PATH", folder.toString(),
                        "HUBSTORAGE_DATA_PATH", folder.resolve("data").toString(),
                        "HUBSTORAGE_LOG_PATH", folder.resolve("logs").toString()),
                folder.resolve("no.env"));
        return get(ConfigStore.open(vertx, environment, UnaryOperator.identity(), clock));
    }

    private void configure(double hours, @Nullable String cron) {
        update(json -> json.put("s3_buckets", new JsonArray().add("photos"))
                .getJsonObject("automation")
                .put("enabled", true)
                .put("interval_hours", hours)
                .put("cron", cron)
                .put("time_zone", "Europe/Berlin"));
    }

    private void update(Consumer<JsonObject> change) {
        JsonObject json = config.current().config().copy();
        change.accept(json);
        get(config.update(json, null));
    }

    /** Until the scheduler has looked at the clock several times, and all it asked for then has arrived. */
    private void nothingMoreHappens() {
        long looks = clock.looks();
        await().until(() -> clock.looks() > looks + 10);
        get(vertx.eventBus().request(Addresses.BACKUP_STATUS, BackupResponder.BARRIER));
    }

    private void awaitStarts(Trigger... triggers) {
        await().untilAsserted(() -> assertThat(backup.starts()).containsExactly(triggers));
    }

    private void awaitStatus(Consumer<SchedulerMessage.Status> expectation) {
        await().untilAsserted(() -> expectation.accept(status()));
    }

    private SchedulerMessage.Status status() {
        return ask(Addresses.SCHEDULER_STATUS, new JsonObject());
    }

    private SchedulerMessage.Status pause(boolean paused) {
        return ask(Addresses.SCHEDULER_PAUSE, BusJson.encode(new SchedulerMessage.Pause(paused)));
    }

    private SchedulerMessage.Status ask(String address, JsonObject body) {
        return BusJson.decode(
                get(vertx.eventBus().<JsonObject>request(address, body)).body(), SchedulerMessage.Status.class);
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
