package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Trigger;
import io.hubstorage.testkit.LogCapture;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Runs that are refused: when they are asked for again, and what is told of it. */
final class RefusedRunsTest extends SchedulerKit {
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
            Duration delay = Duration.ofSeconds(5L << (attempt - 1));
            await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(expected));
            awaitStatus(status ->
                    assertThat(status.runs().nextBackup()).isEqualTo(clock.now().plus(delay)));
            clock.advance(delay);
        }
        await().untilAsserted(() -> assertThat(backup.refusals()).hasSize(5));
        awaitStatus(status ->
                assertThat(status.runs().nextBackup()).isEqualTo(clock.now().plusSeconds(80)));
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
}
