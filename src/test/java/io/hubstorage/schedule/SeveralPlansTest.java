package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is due when there are several schedules, and jobs of other kinds than backups. */
final class SeveralPlansTest extends PlannerKit {
    /** Every six hours for all others, {@code photos} once a week. */
    private static HubConfig weekly() {
        return ConfigParser.parse(automation(new JsonObject()
                        .put("interval_hours", 6)
                        .put(
                                "schedules",
                                new JsonArray()
                                        .add(JsonObject.of(
                                                "name",
                                                "weekly",
                                                "interval_hours",
                                                168,
                                                "buckets",
                                                JsonArray.of("photos")))))
                .put("s3_buckets", JsonArray.of("photos", "documents", "music")));
    }

    private SchedulerMessage.Times times(String schedule, Instant now) {
        return planner.status(now).schedules().stream()
                .filter(each -> each.name().equals(schedule))
                .findFirst()
                .orElseThrow()
                .times();
    }

    @Test
    void whatIsDueTogetherRunsOneAfterTheOther() {
        configure(weekly(), T0);
        begin();
        assertThat(toStart(T0)).isEqualTo("main");
        planner.ask(named(weekly(), "main"));
        assertThat(toStart(T0)).as("one is asked for").isNull();
        planner.accepted("r1", T0);
        assertThat(toStart(T0)).as("it runs").isNull();
        assertThat(planner.waitsForOther(T0)).as("the other is due").isTrue();
        planner.finished(scheduled(named(weekly(), "main"), T0, RunResult.SUCCESS), after(1));
        assertThat(toStart(after(1))).isEqualTo("weekly");
        runs(after(1), RunResult.SUCCESS);
        assertThat(toStart(after(2))).isNull();
        assertThat(times("main", after(2)).next()).isEqualTo(after(6));
        assertThat(times("weekly", after(2)).next()).isEqualTo(after(1 + 168));
        assertThat(planner.status(after(2)).runs())
                .as("of all: the next of any, the last of any, the oldest good one")
                .isEqualTo(new SchedulerMessage.Runs(false, after(6), T0, after(1), RunResult.SUCCESS));
    }

    @Test
    void whatWaitsLongestComesFirst() {
        configure(weekly(), T0);
        begin();
        runs(T0, RunResult.SUCCESS);
        runs(after(1), RunResult.SUCCESS);
        Instant late = after(200);
        assertThat(toStart(late)).as("due since hour 6, not 169").isEqualTo("main");
        planner.ask(named(weekly(), "main"));
        planner.busy();
        planner.finished(scheduled(named(weekly(), "main"), after(165), RunResult.SUCCESS), late);
        assertThat(toStart(late)).as("due since hour 169, not 171").isEqualTo("weekly");
    }

    @Test
    void aRunThatWasCutOffComesBeforeAllElse() {
        configure(weekly(), T0);
        Map<Schedule, Plan.Past> past = new LinkedHashMap<>();
        Schedule main = named(configured, "main");
        Schedule weekly = named(configured, "weekly");
        past.put(main, new Plan.Past(List.of(scheduled(main, after(-30), RunResult.SUCCESS)), after(-30), null));
        past.put(weekly, new Plan.Past(List.of(scheduled(weekly, after(-1), RunResult.INTERRUPTED)), null, null));
        planner.begin(configured, past, false, T0);
        assertThat(toStart(T0)).isEqualTo("weekly");
        assertThat(planner.ask(weekly)).isEqualTo(Trigger.CATCH_UP);
    }

    @Test
    void aRunOfAllBucketsCountsForEverySchedule() {
        configure(weekly(), T0);
        begin();
        planner.started(new RunStart("all", Trigger.MANUAL, false, true, T0), T0);
        assertThat(times("weekly", T0).lastResult()).isEqualTo(RunResult.RUNNING);
        planner.finished(
                record(
                        new RunStart("all", Trigger.MANUAL, false, true, T0),
                        RunResult.SUCCESS,
                        List.of("photos", "documents", "music")),
                after(1));
        assertThat(toStart(after(1))).isNull();
        assertThat(times("main", after(1)).next()).isEqualTo(after(6));
        assertThat(times("weekly", after(1)).next()).isEqualTo(after(168));
    }

    @Test
    void aRunByHandOfTheBucketsOfAScheduleCountsForItAlone() {
        configure(weekly(), T0);
        begin();
        RunStart byHand = new RunStart("r", Trigger.MANUAL, false, false, T0);
        planner.started(byHand, T0);
        planner.finished(record(byHand, RunResult.PARTIAL, List.of("photos")), after(1));
        assertThat(toStart(after(1))).isEqualTo("main");
        assertThat(times("weekly", after(1)))
                .isEqualTo(new SchedulerMessage.Times(false, after(168), T0, RunResult.PARTIAL, null));
        planner.finished(record(byHand, RunResult.SUCCESS, List.of("documents")), after(1));
        assertThat(toStart(after(1))).as("one of two").isEqualTo("main");
        planner.finished(record(byHand, RunResult.SUCCESS, List.of("documents", "music")), after(1));
        assertThat(toStart(after(1))).isNull();
    }

    @Test
    void oneThatIsRefusedHoldsUpNoOther() {
        configure(weekly(), T0);
        begin();
        planner.ask(named(configured, "main"));
        planner.refused(T0);
        assertThat(toStart(T0)).isEqualTo("weekly");
        planner.ask(named(configured, "weekly"));
        planner.unusable("It is full.", T0.plusSeconds(5));
        assertThat(toStart(T0.plusSeconds(64)))
                .as("the folder concerns both, so one asks in a minute")
                .isNull();
        assertThat(toStart(T0.plusSeconds(65))).isNotNull();
    }

    @Test
    void aPauseHoldsAllOfThem() {
        configure(weekly(), T0);
        begin();
        planner.pause(true, T0);
        assertThat(toStart(after(500))).isNull();
        assertThat(times("weekly", after(500)).next()).isNull();
        planner.pause(false, after(500));
        assertThat(toStart(after(500))).isEqualTo("main");
    }

    @Test
    void aScheduleThatIsNewCountsFromWhatItsBucketsHaveSeen() {
        begin(run("old", after(-1), RunResult.SUCCESS));
        HubConfig config = weekly();
        Map<Schedule, Plan.Past> past = Plan.Past.of(
                Schedule.of(config),
                List.of(record(
                                new RunStart("r", Trigger.MANUAL, false, true, after(-48)),
                                RunResult.SUCCESS,
                                List.of("photos", "documents", "music")))
                        .iterator(),
                null);
        assertThat(planner.configure(config, past, T0)).isTrue();
        assertThat(times("main", T0).next()).as("it goes on").isEqualTo(after(5));
        assertThat(times("weekly", T0).next()).isEqualTo(after(168 - 48));
        assertThat(planner.configure(config, past, T0)).as("the same once more").isFalse();
        assertThat(configure(config("photos", 6, null), T0)).isTrue();
        assertThat(planner.status(T0).schedules()).hasSize(1);
        assertThat(runs().nextBackup()).isEqualTo(after(5));
    }

    @Test
    void aBucketThatJoinsAScheduleIsBackedUpAtOnce() {
        configure(weekly(), T0);
        begin();
        runs(T0, RunResult.SUCCESS);
        runs(after(1), RunResult.SUCCESS);
        RunRecord last = scheduled(named(configured, "weekly"), after(1), RunResult.SUCCESS);
        HubConfig joined = joined();
        planner.configure(
                joined, Plan.Past.of(Schedule.of(joined), List.of(last).iterator(), null), after(2));
        assertThat(toStart(after(2))).isEqualTo("weekly");
    }

    /** With one more bucket in {@code weekly}. */
    private static HubConfig joined() {
        return ConfigParser.parse(automation(new JsonObject()
                        .put(
                                "schedules",
                                JsonArray.of(JsonObject.of(
                                        "name",
                                        "weekly",
                                        "interval_hours",
                                        168,
                                        "buckets",
                                        JsonArray.of("photos", "music")))))
                .put("s3_buckets", JsonArray.of("photos", "documents", "music")));
    }

    @Test
    void aBucketThatJoinsAScheduleWhileItRunsIsBackedUpRightAfterThat() {
        configure(weekly(), T0);
        begin();
        runs(T0, RunResult.SUCCESS);
        Schedule weekly = named(configured, "weekly");
        RunRecord run = scheduled(weekly, after(1), RunResult.SUCCESS);
        planner.ask(weekly);
        planner.accepted(run.runId(), after(1));
        planner.started(run.start(), after(1));
        RunRecord earlier = scheduled(weekly, after(-200), RunResult.PARTIAL);
        planner.configure(
                joined(),
                Plan.Past.of(
                        Schedule.of(joined()),
                        List.of(RunRecord.running(run.start()), earlier).iterator(),
                        null),
                after(2));
        assertThat(times("weekly", after(2)).lastResult())
                .as("a run that goes on has done nothing yet")
                .isNull();
        planner.started(run.start(), after(2));
        assertThat(times("weekly", after(2)).lastResult()).isEqualTo(RunResult.RUNNING);
        planner.finished(run, after(3));
        assertThat(times("weekly", after(3)).last())
                .as("a run without the new bucket is none of its")
                .isNull();
        assertThat(toStart(after(3))).isEqualTo("weekly");
        RunRecord whole = scheduled(named(joined(), "weekly"), after(3), RunResult.SUCCESS);
        planner.started(whole.start(), after(3));
        planner.finished(whole, after(4));
        assertThat(times("weekly", after(4)).lastSuccess()).isEqualTo(after(3));
        assertThat(times("weekly", after(4)).next()).isEqualTo(after(171));
    }

    @Test
    void whatWaitedForARunIsOverdueOnlyWhenItDoesNotBeginSoon() {
        configure(weekly(), T0);
        begin();
        runs(T0, RunResult.SUCCESS);
        assertThat(times("weekly", after(1).plusSeconds(1)).overdue()).isFalse();
        assertThat(times("weekly", after(1).plusSeconds(11)).overdue()).isTrue();
    }

    @Test
    void aJobOfAnotherKindIsPlannedAsBackupsAreAndOneAtATimeWithThem() {
        Schedule drill = new Schedule(
                "drill", "drill", List.of(), new SchedulerMessage.Rule(24, null, null), Timetable.Interval.ofHours(24));
        Schedule main = named(configured, "main");
        Map<Schedule, Plan.Past> past = new LinkedHashMap<>();
        past.put(main, new Plan.Past(List.of(run("old", after(-1), RunResult.SUCCESS)), after(-1), null));
        past.put(drill, new Plan.Past(List.of(), null, null));
        planner.begin(configured, past, false, T0);
        assertThat(planner.toStart(T0)).contains(drill);
        assertThat(runs().nextBackup()).as("of backups").isEqualTo(after(5));
        planner.ask(drill);
        planner.accepted("d1", T0);
        assertThat(toStart(after(5))).as("it goes on").isNull();
        planner.started("drill", "d1", T0, T0);
        planner.finished("drill", "d1", T0, RunResult.SUCCESS, after(5));
        assertThat(toStart(after(5))).isEqualTo("main");
        assertThat(times("drill", after(5)))
                .isEqualTo(new SchedulerMessage.Times(false, after(24), T0, RunResult.SUCCESS, T0));
        runs(after(5), RunResult.SUCCESS);
        assertThat(times("drill", after(6)).last()).as("a backup is no drill").isEqualTo(T0);
        assertThat(planner.status(T0).schedules())
                .extracting(SchedulerMessage.Schedule::kind)
                .containsExactly("backup", "drill");
    }

    @Test
    void retentionBeginsOnceADayBehindTheFirstBackupThatWentWell() {
        configured = ConfigParser.parse(
                automation(new JsonObject().put("interval_hours", 6).put("time_zone", "UTC"))
                        .put("s3_buckets", new JsonArray().add("photos"))
                        .put("retention", new JsonObject().put("enabled", true).put("daily", 7)));
        Map<Schedule, Plan.Past> past = new LinkedHashMap<>();
        Schedule.ofAllKinds(configured)
                .forEach(each -> past.put(
                        each, new Plan.Past(List.of(run("old", after(-1), RunResult.SUCCESS)), after(-1), null)));
        planner.begin(configured, past, false, T0);
        planner.finished(run("b1", after(11), RunResult.SUCCESS), after(11));
        assertThat(times("retention", after(11)).next()).as("the next midnight").isEqualTo(after(14));

        assertThat(planner.toStart(after(15))).as("no backup yet today").isEmpty();
        assertThat(times("retention", after(15)).overdue()).isFalse();
        planner.finished(run("b2", after(17), RunResult.FAILED), after(17));
        assertThat(planner.toStart(after(18))).as("no good one").isEmpty();
        planner.finished(run("b3", after(18), RunResult.SUCCESS), after(18));
        Schedule retention = planner.toStart(after(18)).orElseThrow();
        assertThat(retention.kind()).isEqualTo("retention");

        planner.ask(retention);
        planner.accepted("r1", after(18));
        planner.finished("retention", "r1", after(18), RunResult.SUCCESS, after(18));
        assertThat(times("retention", after(18)).next()).isEqualTo(after(38));
        planner.finished(run("b4", after(24), RunResult.SUCCESS), after(24));
        assertThat(planner.toStart(after(25))).isEmpty();
    }

    /** It takes hours, and a backup is never late because of it. */
    @Test
    void aReplicationThatGoesOnKeepsNoBackupWaiting() {
        Schedule copy = new Schedule(
                "replication",
                "replication",
                List.of(),
                new SchedulerMessage.Rule(24, null, null),
                Timetable.Interval.ofHours(24));
        Schedule main = named(configured, "main");
        Map<Schedule, Plan.Past> past = new LinkedHashMap<>();
        past.put(main, new Plan.Past(List.of(run("old", after(-1), RunResult.SUCCESS)), after(-1), null));
        past.put(copy, new Plan.Past(List.of(), null, null));
        planner.begin(configured, past, false, T0);
        assertThat(planner.toStart(T0)).contains(copy);
        planner.ask(copy);
        planner.accepted("r1", T0);
        planner.started("replication", "r1", T0, T0);
        assertThat(planner.toStart(after(1))).as("it is not due again").isEmpty();
        assertThat(toStart(after(5))).isEqualTo("main");
        planner.ask(main);
        planner.accepted("b1", after(5));
        planner.finished("replication", "r1", T0, RunResult.SUCCESS, after(6));
        assertThat(planner.toStart(after(12))).as("the backup goes on").isEmpty();
        assertThat(times("replication", after(6)))
                .isEqualTo(new SchedulerMessage.Times(false, after(24), T0, RunResult.SUCCESS, T0));
    }
}
