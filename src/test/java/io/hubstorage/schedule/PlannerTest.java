package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from what the scheduler knows, every six hours where nothing else is said. */
final class PlannerTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);

    private final Planner planner = new Planner(config("photos", 6, null));

    @Test
    void aNeverRunBackupIsDueAtOnceAndAskedForOnce() {
        begin();
        assertThat(planner.shouldStart(T0)).isTrue();
        assertThat(planner.ask()).isEqualTo(Trigger.FIRST);
        assertThat(planner.shouldStart(T0)).isFalse();
        planner.accepted("r1", T0);
        assertThat(planner.shouldStart(after(7))).as("it runs").isFalse();
        assertThat(runs().lastRun()).isEqualTo(T0);
        assertThat(runs().lastResult()).isEqualTo(RunResult.RUNNING);
        planner.finished(run("r1", T0, RunResult.SUCCESS), after(1));
        assertThat(runs().lastResult()).isEqualTo(RunResult.SUCCESS);
        assertThat(runs().lastBackup()).isEqualTo(T0);
        assertThat(runs().nextBackup()).isEqualTo(after(6));
        assertThat(planner.shouldStart(after(6).minusMillis(1))).isFalse();
        assertThat(planner.shouldStart(after(6))).isTrue();
        assertThat(planner.ask()).isEqualTo(Trigger.SCHEDULE);
    }

    @ParameterizedTest
    @CsvSource({"1, 5, SCHEDULE", "5, 1, SCHEDULE", "6, 0, CATCH_UP", "100, 0, CATCH_UP"})
    void whatIsOverdueWhenTheProgramStartsIsCaughtUpOn(int hoursAgo, int dueIn, Trigger trigger) {
        begin(run("old", after(-hoursAgo), RunResult.FAILED));
        assertThat(planner.shouldStart(after(dueIn).minusMillis(1))).isEqualTo(dueIn == 0 && hoursAgo > 6);
        assertThat(planner.shouldStart(after(dueIn))).isTrue();
        assertThat(planner.ask()).isEqualTo(trigger);
    }

    @Test
    void manyRunsThatWereMissedAreOne() {
        begin(run("old", T0, RunResult.SUCCESS));
        assertThat(planner.shouldStart(after(72))).isTrue();
        assertThat(planner.ask()).isEqualTo(Trigger.SCHEDULE);
        planner.accepted("r1", after(72));
        planner.finished(run("r1", after(72), RunResult.SUCCESS), after(73));
        assertThat(planner.shouldStart(after(73))).isFalse();
        assertThat(runs().nextBackup()).isEqualTo(after(78));
    }

    @Test
    void withoutRunsTheNewestSnapshotCounts() {
        planner.begin(new Planner.Past(List.of(), null, after(-1), false), T0);
        assertThat(runs().lastBackup()).isEqualTo(after(-1));
        assertThat(runs().lastRun()).isNull();
        assertThat(runs().nextBackup()).isEqualTo(after(5));
        assertThat(planner.shouldStart(after(5))).isTrue();
        assertThat(planner.ask()).isEqualTo(Trigger.SCHEDULE);
    }

    @Test
    void aRunThatFailedIsNoBackup() {
        planner.begin(new Planner.Past(List.of(run("old", after(-1), RunResult.FAILED)), null, after(-9), false), T0);
        assertThat(runs().lastBackup()).isNull();
        assertThat(runs().lastRun()).isEqualTo(after(-1));
        planner.finished(run("r1", T0, RunResult.PARTIAL), T0);
        assertThat(runs().lastBackup()).isNull();
        assertThat(runs().lastRun()).isEqualTo(T0);
    }

    @ParameterizedTest
    @CsvSource({"6, 5 10 20 40 80 160", "0.005, 5 10 18 18 18"})
    void whatIsRefusedIsAskedForAgainAfterGrowingDelays(double hours, String seconds) {
        planner.configure(config("photos", hours, null), T0);
        begin();
        Instant now = T0;
        for (String delay : seconds.split(" ", -1)) {
            assertThat(planner.shouldStart(now)).isTrue();
            planner.ask();
            assertThat(planner.refused(now)).isEqualTo(Duration.ofSeconds(Long.parseLong(delay)));
            assertThat(planner.shouldStart(now)).isFalse();
            now = now.plusSeconds(Long.parseLong(delay));
            assertThat(planner.status(T0).runs().nextBackup()).isEqualTo(now);
            assertThat(planner.shouldStart(now.minusMillis(1))).isFalse();
        }
        planner.accepted("r1", now);
        planner.finished(run("r1", now, RunResult.SUCCESS), now);
        assertThat(planner.refused(now)).as("anew").isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void byCronTheDelaysGrowToAnHour() {
        planner.configure(config("photos", 6, "0 2 * * *"), T0);
        begin();
        Duration delay = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            delay = planner.refused(T0);
        }
        assertThat(delay).isEqualTo(Duration.ofSeconds(5 << 9)).isLessThan(HOUR);
        assertThat(planner.refused(T0)).isEqualTo(HOUR);
    }

    @Test
    void aClockSetBackDelaysNeitherTheNextRunNorTheNextAttempt() {
        begin(run("old", after(-20), RunResult.SUCCESS));
        planner.refused(T0);
        assertThat(planner.shouldStart(after(-1))).isFalse();
        assertThat(planner.shouldStart(after(-1).plusSeconds(5))).isTrue();

        planner.finished(run("r1", T0, RunResult.SUCCESS), T0);
        assertThat(planner.shouldStart(after(-10))).isFalse();
        assertThat(planner.shouldStart(after(-4).minusMillis(1))).isFalse();
        assertThat(planner.shouldStart(after(-4))).isTrue();
    }

    @Test
    void theEndOfARunMayBeHeardBeforeThatItWasAccepted() {
        begin();
        planner.ask();
        planner.finished(run("r1", T0, RunResult.SUCCESS), T0);
        planner.accepted("r1", after(1));
        assertThat(runs().lastRun()).isEqualTo(T0);
        assertThat(planner.shouldStart(after(6))).isTrue();
    }

    @Test
    void theStartOfARunMayBeHeardBeforeThatItWasAccepted() {
        begin();
        planner.ask();
        planner.started(state("r1", T0, false, true), T0);
        planner.accepted("r1", after(1));
        assertThat(runs().lastRun()).isEqualTo(T0);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void aDryRunAndARunOfSomeBucketsMoveNothing(boolean dryRun, boolean allBuckets) {
        begin(run("old", after(-1), RunResult.SUCCESS));
        planner.started(state("r1", T0, dryRun, allBuckets), T0);
        assertThat(runs().lastRun()).isEqualTo(after(-1));
        assertThat(planner.shouldStart(after(9))).as("another one runs").isFalse();
        planner.finished(run("r1", T0, RunResult.SUCCESS, dryRun, allBuckets), T0);
        assertThat(runs())
                .isEqualTo(new SchedulerMessage.Runs(false, after(5), after(-1), after(-1), RunResult.SUCCESS));
        assertThat(planner.shouldStart(after(5))).isTrue();
    }

    @Test
    void aRunThatIsDueWaitsForOneInProgress() {
        begin();
        planner.ask();
        planner.busy();
        assertThat(planner.waitsForOther(T0)).isTrue();
        assertThat(planner.waitsForOther(T0.minusSeconds(1))).as("not due").isFalse();
        assertThat(planner.shouldStart(T0)).isFalse();
        planner.idle();
        assertThat(planner.waitsForOther(T0)).isFalse();
        assertThat(planner.shouldStart(T0)).isTrue();
    }

    @Test
    void whatIsPausedIsNotDueUntilItIsResumed() {
        begin();
        planner.pause(true, T0);
        assertThat(planner.status(T0).paused()).isTrue();
        assertThat(runs().nextBackup()).isNull();
        assertThat(planner.shouldStart(after(9))).isFalse();
        assertThat(planner.waitsForOther(after(9))).isFalse();
        planner.pause(false, T0);
        assertThat(planner.shouldStart(T0)).isTrue();
        planner.refused(T0);
        planner.pause(false, T0);
        assertThat(runs().nextBackup()).as("no change, no new plan").isEqualTo(T0.plusSeconds(5));
        planner.begin(new Planner.Past(List.of(), null, null, true), T0);
        assertThat(planner.status(T0).paused()).isTrue();
    }

    @Test
    void aChangedScheduleCountsAndAnythingElseChangesNothing() {
        begin(run("old", after(-1), RunResult.SUCCESS));
        assertThat(planner.configure(config("music", 6, null), T0)).isFalse();
        assertThat(planner.configure(config("photos", 2, null), T0)).isTrue();
        assertThat(runs().nextBackup()).isEqualTo(after(1));
        assertThat(planner.status(T0).rule()).isEqualTo(new SchedulerMessage.Rule(2, null, null));
        assertThat(planner.configure(config(null, 2, null), T0)).isTrue();
        assertThat(planner.shouldStart(after(9))).isFalse();
        assertThat(planner.configure(config("photos", 2, "0 12 * * *"), T0)).isTrue();
        assertThat(planner.status(T0).rule())
                .isEqualTo(new SchedulerMessage.Rule(
                        2, "0 12 * * *", ZoneId.systemDefault().getId()));
    }

    @Test
    void aRefusalOutlivesAConfigurationThatDoesNotConcernIt() {
        begin();
        planner.refused(T0);
        planner.configure(config("music", 6, null), T0);
        assertThat(runs().nextBackup()).isEqualTo(T0.plusSeconds(5));
        planner.configure(config("music", 7, null), T0);
        assertThat(runs().nextBackup()).isEqualTo(T0);
    }

    @Test
    void aDataFolderThatRefusedARunIsOnlyProvenByOneThatBegins() {
        begin();
        planner.ask();
        planner.unusable("It is full.", T0);
        assertThat(runs().nextBackup()).isEqualTo(T0.plusSeconds(60));
        assertThat(planner.shouldStart(T0.plusSeconds(59))).isFalse();
        assertThat(planner.shouldStart(T0.plusSeconds(60))).isTrue();
        assertThat(planner.destination(null, T0)).isFalse();
        assertThat(cause()).isEqualTo("It is full.");
        planner.accepted("r1", T0);
        assertThat(planner.destination(null, T0)).isTrue();
        assertThat(planner.waiting()).isNull();
        assertThat(planner.status(T0).waiting()).isNull();
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsToldOnceAndSinceWhen() {
        begin();
        assertThat(planner.destination(null, T0)).isFalse();
        assertThat(planner.destination("It is not mounted.", T0)).isTrue();
        assertThat(planner.destination("It is not mounted.", after(1))).isFalse();
        assertThat(planner.destination("It is full.", after(2))).isTrue();
        assertThat(Objects.requireNonNull(planner.waiting()).since()).isEqualTo(T0);
        assertThat(cause()).isEqualTo("It is full.");
        assertThat(planner.destination(null, after(3))).isTrue();
    }

    @Test
    void aRunIsOverdueOnceItsTimeHasPassedAndNoneGoesOn() {
        begin(run("old", after(-6), RunResult.SUCCESS));
        assertThat(planner.status(T0).runs().overdue()).isFalse();
        assertThat(planner.status(T0.plusMillis(1)).runs().overdue()).isTrue();
        planner.busy();
        assertThat(planner.status(T0.plusMillis(1)).runs().overdue()).isFalse();
    }

    @Test
    void itDescribesItselfForTheLog() {
        begin(run("old", T0.plusMillis(7), RunResult.SUCCESS));
        assertThat(planner.describe()).isEqualTo("every 6 h, next backup at 2026-11-01T16:00:00Z");
        planner.configure(config("photos", 6, "0 0 30 2 *"), T0);
        assertThat(planner.describe()).startsWith("by cron \"0 0 30 2 *\" in ").endsWith(", next backup never");
        planner.configure(config(null, 6, null), T0);
        assertThat(planner.describe()).isEqualTo("waiting: no bucket is configured yet");
        planner.pause(true, T0);
        assertThat(planner.describe()).isEqualTo("paused; backups run by hand only until it is resumed");
        planner.configure(config("photos", 6, null).with(automation(new JsonObject().put("enabled", false))), T0);
        assertThat(planner.describe()).isEqualTo("switched off (automation.enabled); backups run by hand only");
        assertThat(planner.status(T0).enabled()).isFalse();
        planner.pause(false, T0);
        assertThat(planner.shouldStart(after(9))).isFalse();
    }

    @Test
    void aScheduleThatCannotBeUnderstoodLeavesTheOldOne() {
        begin(run("old", after(-1), RunResult.SUCCESS));
        HubConfig nonsense = config("photos", 6, null).with(automation(new JsonObject().put("cron", "61 * * * *")));
        assertThatThrownBy(() -> planner.configure(nonsense, T0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(runs().nextBackup()).isEqualTo(after(5));
    }

    private void begin(RunRecord... newestFirst) {
        List<RunRecord> runs = List.of(newestFirst);
        Instant success = runs.stream()
                .filter(RunRecord::leavesAllSafe)
                .map(RunRecord::startedAt)
                .findFirst()
                .orElse(null);
        planner.begin(new Planner.Past(runs, success, null, false), T0);
    }

    private SchedulerMessage.Runs runs() {
        return planner.status(T0).runs();
    }

    private String cause() {
        return Objects.requireNonNull(planner.status(T0).waiting()).cause();
    }

    private static Instant after(int hours) {
        return T0.plus(HOUR.multipliedBy(hours));
    }

    private static HubConfig config(@Nullable String bucket, double hours, @Nullable String cron) {
        return ConfigParser.parse(
                automation(new JsonObject().put("interval_hours", hours).put("cron", cron))
                        .put("s3_buckets", bucket == null ? new JsonArray() : new JsonArray().add(bucket)));
    }

    private static JsonObject automation(JsonObject members) {
        return new JsonObject().put("automation", members);
    }

    private static RunRecord run(String id, Instant start, RunResult result) {
        return run(id, start, result, false, true);
    }

    private static RunRecord run(String id, Instant start, RunResult result, boolean dryRun, boolean allBuckets) {
        return new RunRecord(
                new RunStart(id, Trigger.MANUAL, dryRun, allBuckets, start),
                new RunEnd(result, start, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                List.of(),
                List.of());
    }

    private static RunState state(String id, Instant start, boolean dryRun, boolean allBuckets) {
        return new RunState(
                new RunStart(id, Trigger.MANUAL, dryRun, allBuckets, start),
                start,
                new RunState.Stage(RunPhase.LISTING, 1, 1, null, null, null, null),
                List.of(),
                new RunState.Progress(BucketCounts.ZERO, Tally.ZERO, 0, 0, 0, null),
                List.of());
    }
}
