package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.Drilling;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.Retaining;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When drills, retentions and replications are asked for, beside backups. */
final class ScheduledJobsTest extends SchedulerKit {
    @Test
    void aDrillIsHeldEverySoManyDaysCountedFromTheLastOne() {
        RunEnd well = new RunEnd(RunResult.SUCCESS, T0, 1, "20 of 20 came back as they were.");
        history.append(BackupResponder.past("old", T0.minus(HOUR), RunResult.SUCCESS));
        history.append(Drilling.record("d0", T0.minus(HOUR.multipliedBy(24)), well));
        List<JsonObject> drills = new CopyOnWriteArrayList<>();
        vertx.eventBus().<JsonObject>consumer(JobKind.DRILL.start(), message -> {
            message.reply(new JsonObject().put("run_id", "d" + (drills.size() + 1)));
            drills.add(message.body());
        });
        update(json -> json.put("verify", new JsonObject().put("drill_days", 2)));
        deploy();
        assertThat(drill().next()).isEqualTo(T0.plus(HOUR.multipliedBy(24)));
        nothingMoreHappens();
        assertThat(drills).isEmpty();

        clock.advance(HOUR.multipliedBy(24));
        awaitStarts(Trigger.SCHEDULE);
        backup.finish(RunResult.SUCCESS);
        await().until(() -> drills.size() == 1);
        assertThat(BusJson.request(drills.getFirst(), DrillStart.class).trigger())
                .isEqualTo(Trigger.SCHEDULE);
        new Bus(vertx).publish(JobKind.DRILL.finished(), Drilling.record("d1", clock.instant(), well));
        awaitStatus(_ -> assertThat(drill().next()).isEqualTo(T0.plus(HOUR.multipliedBy(72))));
        assertThat(drill().lastResult()).isEqualTo(RunResult.SUCCESS);

        update(json -> json.put("verify", new JsonObject().put("drill_days", 0)));
        awaitStatus(status ->
                assertThat(status.schedules()).noneMatch(each -> each.kind().equals("drill")));
    }

    @Test
    void retentionIsAskedForBehindABackupAndOnlyWhileItIsOn() {
        List<JsonObject> asked = new CopyOnWriteArrayList<>();
        vertx.eventBus().<JsonObject>consumer(JobKind.RETENTION.start(), message -> {
            // Before anybody can see that it was asked for, and tell of its end.
            message.reply(new JsonObject().put("run_id", "r" + (asked.size() + 1)));
            asked.add(message.body());
        });
        update(json ->
                json.put("retention", new JsonObject().put("enabled", true).put("daily", 7)));
        deploy();
        awaitStarts(Trigger.FIRST);
        nothingMoreHappens();
        assertThat(asked).isEmpty();

        backup.finish(RunResult.SUCCESS);
        await().until(() -> asked.size() == 1);
        assertThat(BusJson.request(asked.getFirst(), RetentionStart.class))
                .isEqualTo(new RetentionStart(Trigger.FIRST, null, null));
        new Bus(vertx)
                .publish(
                        JobKind.RETENTION.finished(),
                        Retaining.record(
                                "r1", clock.instant(), new RunEnd(RunResult.SUCCESS, clock.instant(), 1, "Well.")));
        awaitStatus(status -> status.schedules().stream()
                .filter(each -> each.kind().equals("retention"))
                .forEach(each -> assertThat(each.times().lastResult()).isEqualTo(RunResult.SUCCESS)));
        nothingMoreHappens();
        assertThat(asked).hasSize(1);

        update(json ->
                json.put("retention", new JsonObject().put("enabled", false).put("daily", 7)));
        awaitStatus(status ->
                assertThat(status.schedules()).noneMatch(each -> each.kind().equals("retention")));
    }

    @Test
    void aReplicationThatIsRefusedBecauseAnotherGoesOnKeepsNoBackupWaiting() {
        history.append(BackupResponder.past("old", T0.minus(HOUR), RunResult.SUCCESS));
        List<JsonObject> asked = new CopyOnWriteArrayList<>();
        vertx.eventBus().<JsonObject>consumer(JobKind.REPLICATION.start(), message -> {
            asked.add(message.body());
            message.fail(Bus.CONFLICT, "a replication is running already (r0)");
        });
        update(json -> json.put(
                "replication", new JsonObject().put("to", "/mnt/usb/copy").put("interval_days", 1)));
        deploy();
        await().until(() -> asked.size() == 1);
        assertThat(BusJson.request(asked.getFirst(), ReplicationStart.class).trigger())
                .isEqualTo(Trigger.FIRST);

        clock.advance(HOUR.multipliedBy(5));
        awaitStarts(Trigger.SCHEDULE);
    }

    /** As by a replication or a repair, which may take a day. */
    @Test
    void aRetentionThatIsRefusedBecauseAnotherJobGoesOnKeepsNoBackupWaiting() {
        AtomicInteger asked = new AtomicInteger();
        vertx.eventBus().<JsonObject>consumer(JobKind.RETENTION.start(), message -> {
            asked.incrementAndGet();
            message.fail(Bus.CONFLICT, "a replication is running already (r0)");
        });
        update(json ->
                json.put("retention", new JsonObject().put("enabled", true).put("daily", 7)));
        deploy();
        awaitStarts(Trigger.FIRST);
        backup.finish(RunResult.SUCCESS);
        await().until(() -> asked.get() == 1);

        clock.advance(HOUR.multipliedBy(6));
        awaitStarts(Trigger.FIRST, Trigger.SCHEDULE);
    }

    private SchedulerMessage.Times drill() {
        return status().schedules().stream()
                .filter(each -> each.kind().equals("drill"))
                .findFirst()
                .orElseThrow()
                .times();
    }
}
