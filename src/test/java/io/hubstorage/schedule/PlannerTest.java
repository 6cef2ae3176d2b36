package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from what the scheduler knows, every six hours where nothing else is said. */
final class PlannerTest extends PlannerKit {
    @Test
    void aNeverRunBackupIsDueAtOnceAndAskedForOnce() {
        begin();
        assertThat(shouldStart(T0)).isTrue();
        assertThat(ask()).isEqualTo(Trigger.FIRST);
        assertThat(shouldStart(T0)).isFalse();
        planner.accepted("r1", T0);
        assertThat(shouldStart(after(7))).as("it runs").isFalse();
        assertThat(runs().lastRun()).isEqualTo(T0);
        assertThat(runs().lastResult()).isEqualTo(RunResult.RUNNING);
        planner.finished(run("r1", T0, RunResult.SUCCESS), after(1));
        assertThat(runs().lastResult()).isEqualTo(RunResult.SUCCESS);
        assertThat(runs().lastBackup()).isEqualTo(T0);
        assertThat(runs().nextBackup()).isEqualTo(after(6));
        assertThat(shouldStart(after(6).minusMillis(1))).isFalse();
        assertThat(shouldStart(after(6))).isTrue();
        assertThat(ask()).isEqualTo(Trigger.SCHEDULE);
    }

    @ParameterizedTest
    @CsvSource({"1, 5, SCHEDULE", "5, 1, SCHEDULE", "6, 0, CATCH_UP", "100, 0, CATCH_UP"})
    void whatIsOverdueWhenTheProgramStartsIsCaughtUpOn(int hoursAgo, int dueIn, Trigger trigger) {
        begin(run("old", after(-hoursAgo), RunResult.FAILED));
        assertThat(shouldStart(after(dueIn).minusMillis(1))).isEqualTo(dueIn == 0 && hoursAgo > 6);
        assertThat(shouldStart(after(dueIn))).isTrue();
        assertThat(ask()).isEqualTo(trigger);
    }

    @Test
    void manyRunsThatWereMissedAreOne() {
        begin(run("old", T0, RunResult.SUCCESS));
        assertThat(shouldStart(after(72))).isTrue();
        assertThat(ask()).isEqualTo(Trigger.SCHEDULE);
        planner.accepted("r1", after(72));
        planner.finished(run("r1", after(72), RunResult.SUCCESS), after(73));
        assertThat(shouldStart(after(73))).isFalse();
        assertThat(runs().nextBackup()).isEqualTo(after(78));
    }

    @Test
    void withoutRunsTheNewestSnapshotCounts() {
        begin(new Plan.Past(List.of(), null, after(-1)), false);
        assertThat(runs().lastBackup()).isEqualTo(after(-1));
        assertThat(runs().lastRun()).isNull();
        assertThat(runs().nextBackup()).isEqualTo(after(5));
        assertThat(shouldStart(after(5))).isTrue();
        assertThat(ask()).isEqualTo(Trigger.SCHEDULE);
    }

    @Test
    void aRunThatFailedIsNoBackup() {
        begin(new Plan.Past(List.of(run("old", after(-1), RunResult.FAILED)), null, after(-9)), false);
        assertThat(runs().lastBackup()).isNull();
        assertThat(runs().lastRun()).isEqualTo(after(-1));
        planner.finished(run("r1", T0, RunResult.PARTIAL), T0);
        assertThat(runs().lastBackup()).isNull();
        assertThat(runs().lastRun()).isEqualTo(T0);
    }

    @ParameterizedTest
    @CsvSource({"6, 5 10 20 40 80 160", "0.005, 5 10 18 18 18"})
    void whatIsRefusedIsAskedForAgainAfterGrowingDelays(double hours, String seconds) {
        configure(config("photos", hours, null), T0);
        begin();
        Instant now = T0;
        for (String delay : seconds.split(" ", -1)) {
            assertThat(shouldStart(now)).isTrue();
            assertThat(refused(now)).isEqualTo(Duration.ofSeconds(Long.parseLong(delay)));
            assertThat(shouldStart(now)).isFalse();
            now = now.plusSeconds(Long.parseLong(delay));
            assertThat(planner.status(T0).runs().nextBackup()).isEqualTo(now);
            assertThat(shouldStart(now.minusMillis(1))).isFalse();
        }
        ask();
        planner.accepted("r1", now);
        planner.finished(run("r1", now, RunResult.SUCCESS), now);
        assertThat(refused(now)).as("anew").isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void byCronTheDelaysGrowToAnHour() {
        configure(config("photos", 6, "0 2 * * *"), T0);
        begin();
        Duration delay = Duration.ZERO;
        for (int i = 0; i < 10; i++) {
            delay = refused(T0);
        }
        assertThat(delay).isEqualTo(Duration.ofSeconds(5 << 9)).isLessThan(HOUR);
        assertThat(refused(T0)).isEqualTo(HOUR);
    }

    @Test
    void aClockSetBackDelaysNeitherTheNextRunNorTheNextAttempt() {
        begin(run("old", after(-20), RunResult.SUCCESS));
        refused(T0);
        assertThat(shouldStart(after(-1))).isFalse();
        assertThat(shouldStart(after(-1).plusSeconds(5))).isTrue();

        planner.finished(run("r1", T0, RunResult.SUCCESS), T0);
        assertThat(shouldStart(after(-10))).isFalse();
        assertThat(shouldStart(after(-4).minusMillis(1))).isFalse();
        assertThat(shouldStart(after(-4))).isTrue();
    }

    @Test
    void theEndOfARunMayBeHeardBeforeThatItWasAccepted() {
        begin();
        ask();
        planner.finished(run("r1", T0, RunResult.SUCCESS), T0);
        planner.accepted("r1", after(1));
        assertThat(runs().lastRun()).isEqualTo(T0);
        assertThat(shouldStart(after(6))).isTrue();
    }

    @Test
    void theStartOfARunMayBeHeardBeforeThatItWasAccepted() {
        begin();
        ask();
        planner.started(state("r1", T0, false, true).start(), T0);
        planner.accepted("r1", after(1));
        assertThat(runs().lastRun()).isEqualTo(T0);
    }

    @Test
    void aStatusThatComesAfterTheEndOfItsRunIsOld() {
        begin();
        ask();
        planner.accepted("r1", T0);
        planner.finished(run("r1", T0, RunResult.SUCCESS), after(7));
        planner.started(state("r1", T0, false, true).start(), after(7));
        assertThat(runs().lastResult()).isEqualTo(RunResult.SUCCESS);
        assertThat(shouldStart(after(7))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void aDryRunAndARunOfSomeBucketsMoveNothing(boolean dryRun, boolean allBuckets) {
        begin(run("old", after(-1), RunResult.SUCCESS));
        planner.started(state("r1", T0, dryRun, allBuckets).start(), T0);
        assertThat(runs().lastRun()).isEqualTo(after(-1));
        assertThat(shouldStart(after(9))).as("another one runs").isFalse();
        planner.finished(run("r1", T0, RunResult.SUCCESS, dryRun, allBuckets), T0);
        assertThat(runs())
                .isEqualTo(new SchedulerMessage.Runs(false, after(5), after(-1), after(-1), RunResult.SUCCESS));
        assertThat(shouldStart(after(5))).isTrue();
    }

    @Test
    void aRunThatIsDueWaitsForOneInProgress() {
        begin();
        ask();
        planner.busy();
        assertThat(planner.waitsForOther(T0)).isTrue();
        assertThat(planner.waitsForOther(T0.minusSeconds(1))).as("not due").isFalse();
        assertThat(shouldStart(T0)).isFalse();
        planner.idle();
        assertThat(planner.waitsForOther(T0)).isFalse();
        assertThat(shouldStart(T0)).isTrue();
    }

    @Test
    void whatIsPausedIsNotDueUntilItIsResumed() {
        begin();
        planner.pause(true, T0);
        assertThat(planner.status(T0).paused()).isTrue();
        assertThat(runs().nextBackup()).isNull();
        assertThat(shouldStart(after(9))).isFalse();
        assertThat(planner.waitsForOther(after(9))).isFalse();
        planner.pause(false, T0);
        assertThat(shouldStart(T0)).isTrue();
        refused(T0);
        planner.pause(false, T0);
        assertThat(runs().nextBackup()).as("no change, no new plan").isEqualTo(T0.plusSeconds(5));
        begin(new Plan.Past(List.of(), null, null), true);
        assertThat(planner.status(T0).paused()).isTrue();
    }

    @Test
    void aChangedScheduleCountsAndAnythingElseChangesNothing() {
        begin(run("old", after(-1), RunResult.SUCCESS));
        assertThat(configure(config("music", 6, null), T0)).isFalse();
        assertThat(configure(config("photos", 2, null), T0)).isTrue();
        assertThat(runs().nextBackup()).isEqualTo(after(1));
        assertThat(planner.status(T0).rule()).isEqualTo(new SchedulerMessage.Rule(2, null, null));
        assertThat(configure(config(null, 2, null), T0)).isTrue();
        assertThat(shouldStart(after(9))).isFalse();
        assertThat(configure(config("photos", 2, "0 12 * * *"), T0)).isTrue();
        assertThat(planner.status(T0).rule())
                .isEqualTo(new SchedulerMessage.Rule(
                        2, "0 12 * * *", ZoneId.systemDefault().getId()));
    }

    @Test
    void aRefusalOutlivesAConfigurationThatDoesNotConcernIt() {
        begin();
        refused(T0);
        configure(config("music", 6, null), T0);
        assertThat(runs().nextBackup()).isEqualTo(T0.plusSeconds(5));
        configure(config("music", 7, null), T0);
        assertThat(runs().nextBackup()).isEqualTo(T0);
    }

    @Test
    void aDataFolderThatRefusedARunIsOnlyProvenByOneThatBegins() {
        begin();
        ask();
        planner.unusable("It is full.", T0);
        assertThat(runs().nextBackup()).isEqualTo(T0.plusSeconds(60));
        assertThat(shouldStart(T0.plusSeconds(59))).isFalse();
        assertThat(shouldStart(T0.plusSeconds(60))).isTrue();
        assertThat(planner.destination(null, T0)).isFalse();
        assertThat(cause()).isEqualTo("It is full.");
        ask();
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
        ask();
        planner.busy();
        assertThat(planner.status(T0.plusMillis(1)).runs().overdue()).isFalse();
    }

    @Test
    void itDescribesItselfForTheLog() {
        begin(run("old", T0.plusMillis(7), RunResult.SUCCESS));
        assertThat(planner.describe()).isEqualTo("every 6 h, next backup at 2026-11-01T16:00:00Z");
        configure(config("photos", 6, "0 0 30 2 *"), T0);
        assertThat(planner.describe()).startsWith("by cron \"0 0 30 2 *\" in ").endsWith(", next backup never");
        configure(config(null, 6, null), T0);
        assertThat(planner.describe()).isEqualTo("waiting: no bucket is configured yet");
        planner.pause(true, T0);
        assertThat(planner.describe()).isEqualTo("paused; backups run by hand only until it is resumed");
        configure(config("photos", 6, null).with(automation(new JsonObject().put("enabled", false))), T0);
        assertThat(planner.describe()).isEqualTo("switched off (automation.enabled); backups run by hand only");
        assertThat(planner.status(T0).enabled()).isFalse();
        planner.pause(false, T0);
        assertThat(shouldStart(after(9))).isFalse();
    }

    @Test
    void aScheduleThatCannotBeUnderstoodIsRefused() {
        HubConfig nonsense = config("photos", 6, null).with(automation(new JsonObject().put("cron", "61 * * * *")));
        assertThatThrownBy(() -> new Planner(nonsense)).isInstanceOf(IllegalArgumentException.class);
    }

    private boolean shouldStart(Instant now) {
        return planner.toStart(now).isPresent();
    }

    private String cause() {
        return Objects.requireNonNull(planner.status(T0).waiting()).cause();
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
