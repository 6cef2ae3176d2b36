package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.UnfinishedRuns;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class SchedulerVerticleTest extends SchedulerKit {
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

    private List<SchedulerMessage.Status> told() {
        List<SchedulerMessage.Status> told = new CopyOnWriteArrayList<>();
        get(vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.SCHEDULER_CHANGED,
                        message -> told.add(BusJson.decode(message.body(), SchedulerMessage.Status.class)))
                .completion());
        return told;
    }
}
