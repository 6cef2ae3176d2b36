package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several schedules of one service. */
final class SeveralSchedulesTest extends SchedulerKit {
    /** Beside the one of six hours: {@code music} every hour, {@code films} by cron in Berlin. */
    private void configureSeveral() {
        backup.haveSeveralSchedules();
        update(json -> json.put("s3_buckets", JsonArray.of("photos", "music", "films"))
                .getJsonObject("automation")
                .put(
                        "schedules",
                        JsonArray.of(
                                JsonObject.of("name", "hourly", "interval_hours", 1, "buckets", JsonArray.of("music")),
                                JsonObject.of(
                                        "name", "nightly", "cron", "30 2 * * *", "buckets", JsonArray.of("films")))));
    }

    /** Ends each run as soon as it has begun, until these have. */
    private void awaitSchedules(String... names) {
        for (int i = 1; i <= names.length; i++) {
            int expected = i;
            await().until(() -> backup.schedules().size() >= expected);
            if (backup.isRunning()) {
                backup.finish(RunResult.SUCCESS);
            }
        }
        nothingMoreHappens();
        assertThat(backup.schedules()).containsExactly(names);
    }

    @Test
    void schedulesBeginTheirRunsByNameOneAfterTheOther() {
        configureSeveral();
        deploy();
        awaitSchedules("main", "hourly", "nightly");
        assertThat(backup.refusals()).isEmpty();
        clock.advance(HOUR);
        awaitSchedules("main", "hourly", "nightly", "hourly");
        clock.set(Instant.parse("2026-11-02T01:30:01Z"));
        awaitSchedules("main", "hourly", "nightly", "hourly", "hourly", "main", "nightly");
        assertThat(status().schedules())
                .extracting(
                        SchedulerMessage.Schedule::name, each -> each.times().next())
                .containsExactly(
                        tuple("main", clock.now().plus(HOUR.multipliedBy(6))),
                        tuple("hourly", clock.now().plus(HOUR)),
                        tuple("nightly", Instant.parse("2026-11-03T01:30:00Z")));
    }

    @Test
    void aRestartKnowsWhatEachScheduleHasDone() {
        configureSeveral();
        deploy();
        awaitSchedules("main", "hourly", "nightly");
        List<SchedulerMessage.Schedule> before = status().schedules();
        undeploy();
        clock.advance(Duration.ofMinutes(30));
        deploy();
        assertThat(status().schedules()).isEqualTo(before);
        undeploy();
        clock.advance(HOUR);
        deploy();
        awaitSchedules("main", "hourly", "nightly", "hourly");
        assertThat(backup.starts().getLast()).isEqualTo(Trigger.CATCH_UP);
    }

    @Test
    void aScheduleThatIsAddedOrTakenAwayCountsAtOnce() {
        history.append(BackupResponder.past("old", T0, RunResult.SUCCESS));
        deploy();
        configureSeveral();
        awaitStatus(status -> assertThat(status.schedules())
                .extracting(
                        SchedulerMessage.Schedule::name, each -> each.times().next())
                .containsExactly(
                        tuple("main", T0.plus(HOUR.multipliedBy(6))),
                        tuple("hourly", T0.plus(HOUR)),
                        tuple("nightly", Instant.parse("2026-11-02T01:30:00Z"))));
        update(json -> json.getJsonObject("automation").remove("schedules"));
        awaitStatus(status -> assertThat(status.schedules()).hasSize(1));
        assertThat(status().runs().nextBackup()).isEqualTo(T0.plus(HOUR.multipliedBy(6)));
        assertThat(backup.starts()).isEmpty();
    }
}
