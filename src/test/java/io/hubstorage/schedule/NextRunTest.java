package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.testkit.Examples;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class NextRunTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            ZoneId.of("Europe/Berlin"),
            ZoneId.of("America/New_York"),
            ZoneId.of("America/Santiago"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Asia/Kathmandu"));

    /** Ten years by the second. */
    private static Gen<Instant> instants() {
        return longs().between(0, 10L * 366 * 86_400).map(T0::plusSeconds);
    }

    /** Within two days of a change of the clocks, where there is one. */
    private static Gen<Instant> instantsNear(ZoneId zone) {
        return instants().zip(longs().between(-172_800, 172_800), (instant, shift) -> {
            ZoneOffsetTransition change = zone.getRules().nextTransition(instant);
            return change == null ? instant : change.getInstant().plusSeconds(shift);
        });
    }

    private static Gen<ZoneId> zones() {
        return integers().between(0, ZONES.size() - 1).map(ZONES::get);
    }

    @Test
    void neverRunMeansDueNow() {
        assertThat(NextRun.plan(interval(6), null, T0)).isEqualTo(new NextRun(T0, true));
        assertThat(NextRun.plan(cron("0 2 * * *", "UTC"), null, T0)).isEqualTo(new NextRun(T0, true));
    }

    @Test
    void anIntervalCountsFromTheLastStart() {
        Instant last = T0.minus(Duration.ofHours(5));
        assertThat(NextRun.plan(interval(6), last, T0)).isEqualTo(new NextRun(T0.plus(Duration.ofHours(1)), false));
        assertThat(NextRun.plan(interval(5), last, T0)).isEqualTo(new NextRun(T0, true));
        assertThat(NextRun.plan(interval(0.001), T0, T0).due()).isEqualTo(T0.plusMillis(3600));
    }

    @Test
    void anIntervalIsNeverShorterThanASecondNorLongerThanACentury() {
        assertThat(interval(1e-9).next(T0)).contains(T0.plusSeconds(1));
        assertThat(interval(0.999 / 3600).next(T0)).contains(T0.plusSeconds(1));
        assertThat(interval(1.001 / 3600).next(T0)).contains(T0.plusMillis(1001));
        assertThat(interval(1e300).next(T0)).contains(T0.plus(Duration.ofDays(366 * 100)));
    }

    @Test
    void itIsOverdueExactlyWhenAnIntervalHasPassed() {
        qt().forAll(instants(), instants(), doubles().between(0.001, 1000)).checkAssert((last, now, hours) -> {
            NextRun next = NextRun.plan(interval(hours), last, now);
            Duration length = Timetable.Interval.ofHours(hours).length();
            assertThat(next.overdue()).isEqualTo(!last.plus(length).isAfter(now));
            assertThat(next.due()).isBeforeOrEqualTo(now.plus(length));
            if (!last.isAfter(now)) {
                assertThat(next.due()).isEqualTo(last.plus(length));
            }
        });
    }

    @Test
    void aClockSetBackCausesNeitherASecondRunNorAStall() {
        qt().forAll(instants(), longs().between(1, 10_000_000), doubles().between(0.01, 100))
                .checkAssert((last, back, hours) -> {
                    Timetable timetable = interval(hours);
                    Instant due = timetable.next(last).orElseThrow();
                    Instant now = last.minusSeconds(back);
                    Instant bounded = timetable.bounded(due, last, now);
                    assertThat(bounded)
                            .isAfter(now)
                            .isBeforeOrEqualTo(
                                    now.plus(Timetable.Interval.ofHours(hours).length()));
                    assertThat(timetable.bounded(bounded, last, now.plusSeconds(1)))
                            .isEqualTo(bounded);
                });
    }

    @Test
    void aCronSlotServedBeforeASmallCorrectionOfTheClockIsNotServedAgain() {
        Timetable hourly = cron("0 * * * *", "UTC");
        Instant last = Instant.parse("2026-05-01T10:00:00.200Z");
        assertThat(NextRun.plan(hourly, last, last.minusSeconds(2)).due()).isEqualTo("2026-05-01T11:00:00Z");
        assertThat(NextRun.plan(hourly, last, Instant.parse("2026-05-01T08:30:00Z"))
                        .due())
                .isEqualTo("2026-05-01T09:00:00Z");
        Timetable daily = cron("0 2 * * *", "UTC");
        assertThat(NextRun.plan(daily, last, Instant.parse("2020-05-01T08:30:00Z"))
                        .due())
                .isEqualTo("2020-05-02T02:00:00Z");
    }

    @Test
    void aTimeOfDayThatDaylightSavingSkipsIsMadeUpForAndOneThatComesTwiceCountsOnce() {
        Timetable berlin = cron("30 2 * * *", "Europe/Berlin");
        assertThat(berlin.next(Instant.parse("2026-03-28T12:00:00Z"))).contains(Instant.parse("2026-03-29T01:00:00Z"));
        assertThat(berlin.next(Instant.parse("2026-03-29T01:00:00Z"))).contains(Instant.parse("2026-03-30T00:30:00Z"));
        assertThat(berlin.next(Instant.parse("2026-10-24T12:00:00Z"))).contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(berlin.next(Instant.parse("2026-10-25T00:30:00Z"))).contains(Instant.parse("2026-10-26T01:30:00Z"));
        Timetable midnight = cron("0 0 * * *", "America/Santiago");
        assertThat(midnight.next(Instant.parse("2026-09-05T12:00:00Z")))
                .contains(Instant.parse("2026-09-06T04:00:00Z"));
    }

    @Test
    void aDailyCronRunsOnceEveryLocalDay() {
        qt().withExamples(Examples.upTo(2000))
                .forAll(zones(), integers().between(0, 23), integers().between(0, 59), longs().between(0, 5000))
                .checkAssert((zone, hour, minute, seed) -> {
                    Instant near = zone.getRules().nextTransition(T0) == null
                            ? T0
                            : zone.getRules()
                                    .nextTransition(T0.plusSeconds(seed * 60_000))
                                    .getInstant();
                    Instant last = near.minus(Duration.ofHours(30)).plusSeconds(seed * 41);
                    Timetable timetable = cron(minute + " " + hour + " * * *", zone.getId());
                    assertThat(timetable.next(last)).contains(nextDaily(zone, LocalTime.of(hour, minute), last));
                });
    }

    @Test
    void anHourlyCronFollowsTheHoursAsTheyPass() {
        qt().withExamples(Examples.upTo(500))
                .forAll(
                        zones().flatMap(zone -> instantsNear(zone).map(instant -> instant.atZone(zone))),
                        integers().between(0, 59))
                .checkAssert((last, minute) -> {
                    Timetable timetable =
                            cron(minute + " * * * *", last.getZone().getId());
                    assertThat(timetable.next(last.toInstant())).contains(nextHourly(last, minute));
                });
    }

    @Test
    void anHourlyCronCountsAnHourThatComesTwiceTwice() {
        Timetable berlin = cron("30 * * * *", "Europe/Berlin");
        assertThat(berlin.next(Instant.parse("2026-10-25T00:30:00Z"))).contains(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(berlin.next(Instant.parse("2026-03-29T00:30:00Z"))).contains(Instant.parse("2026-03-29T01:30:00Z"));
    }

    @Test
    void anExpressionThatNeverComesTrueHasNoNextRun() {
        assertThat(cron("* * 31 4 *", "UTC").next(T0)).isEmpty();
        assertThat(cron("0 0 31 2,4,6,9,11 *", "Europe/Berlin").next(T0)).isEmpty();
        assertThat(cron("0 12 29 2 *", "UTC").next(Instant.parse("2096-03-01T00:00:00Z")))
                .as("eight years later")
                .contains(Instant.parse("2104-02-29T12:00:00Z"));
        assertThat(NextRun.plan(cron("0 0 30 2 *", "UTC"), T0, T0)).isEqualTo(new NextRun(null, false));
        assertThat(cron("0 12 29 2 *", "UTC").next(T0)).contains(Instant.parse("2028-02-29T12:00:00Z"));
    }

    @Test
    void nonsenseIsRefusedWithAReason() {
        assertThatThrownBy(() -> cron("every day", "UTC")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cron("61 * * * *", "UTC")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cron("0 2 * * *", "Mars/Olympus"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Mars/Olympus");
    }

    @Test
    void aProcessThatWasToldToStopIsNoCrashHoweverOften() {
        RunRecord stopped = run(T0.minusSeconds(20), RunResult.INTERRUPTED)
                .with(new RunEnd(RunResult.INTERRUPTED, T0.minusSeconds(20), 1, null, true));
        RunRecord crashed = run(T0.minusSeconds(30), RunResult.INTERRUPTED);
        Timetable timetable = interval(6);
        assertThat(NextRun.countFrom(timetable, List.of(stopped, stopped), null, T0))
                .as("told twice")
                .isNull();
        assertThat(NextRun.countFrom(timetable, List.of(stopped, crashed), null, T0))
                .isNull();
        assertThat(NextRun.countFrom(timetable, List.of(crashed, stopped), null, T0))
                .as("the first crash")
                .isNull();
        assertThat(NextRun.countFrom(timetable, List.of(crashed, crashed), null, T0))
                .as("a loop of crashes")
                .isEqualTo(crashed.startedAt());
    }

    @Test
    void aFreshProcessTakesUpAnInterruptedRunButOnlyOnce() {
        RunRecord ended = run(T0.minusSeconds(60), RunResult.FAILED);
        RunRecord interrupted = run(T0.minusSeconds(30), RunResult.INTERRUPTED);
        Timetable timetable = interval(6);
        assertThat(NextRun.countFrom(timetable, List.of(), null, T0)).isNull();
        assertThat(NextRun.countFrom(timetable, List.of(), T0, T0)).isEqualTo(T0);
        assertThat(NextRun.countFrom(timetable, List.of(ended), null, T0)).isEqualTo(ended.startedAt());
        assertThat(NextRun.countFrom(timetable, List.of(interrupted), null, T0)).isNull();
        assertThat(NextRun.countFrom(timetable, List.of(interrupted, ended), null, T0))
                .isNull();
        assertThat(NextRun.countFrom(timetable, List.of(interrupted, interrupted), null, T0))
                .isEqualTo(interrupted.startedAt());
    }

    @Test
    void aStartFarInTheFutureIsNoGuide() {
        Instant nextYear = T0.plus(Duration.ofDays(365));
        assertThat(NextRun.countFrom(interval(6), List.of(run(nextYear, RunResult.SUCCESS)), null, T0))
                .isNull();
        assertThat(NextRun.countFrom(cron("0 2 * * *", "UTC"), List.of(run(nextYear, RunResult.SUCCESS)), null, T0))
                .as("it cannot move points on the clock")
                .isEqualTo(nextYear);
        Instant soon = T0.plus(Duration.ofHours(6));
        assertThat(NextRun.countFrom(interval(6), List.of(run(soon, RunResult.SUCCESS)), null, T0))
                .isEqualTo(soon);
        assertThat(NextRun.countFrom(interval(6), List.of(run(soon.plusMillis(1), RunResult.SUCCESS)), null, T0))
                .isNull();
    }

    @Test
    void describesItselfForPeople() {
        assertThat(interval(6).describe()).isEqualTo("every 6 h");
        assertThat(interval(1.5).describe()).isEqualTo("every 1.5 h");
        assertThat(interval(0.01).describe()).isEqualTo("every 36 s");
        assertThat(interval(0.02).describe()).isEqualTo("every 72 s");
        assertThat(interval(0.5).describe()).isEqualTo("every 30 min");
        assertThat(interval(1).describe()).isEqualTo("every hour");
        assertThat(interval(59.0 / 60).describe()).isEqualTo("every 59 min");
        assertThat(interval(61.0 / 60).describe()).isEqualTo("every 1.02 h");
        assertThat(interval(24).describe()).isEqualTo("every day");
        assertThat(interval(4.0 / 3).describe()).isEqualTo("every 1.33 h");
        assertThat(cron("0 2 * * *", "UTC").describe()).isEqualTo("by cron \"0 2 * * *\" in UTC");
    }

    /** Day by day, the plain way. */
    private static Instant nextDaily(ZoneId zone, LocalTime time, Instant last) {
        LocalDate day = last.atZone(zone).toLocalDate().minusDays(1);
        while (true) {
            LocalDateTime local = day.atTime(time);
            ZoneOffsetTransition change = zone.getRules().getTransition(local);
            Instant instant = change != null && change.isGap()
                    ? change.getInstant()
                    : local.atZone(zone).toInstant();
            if (instant.isAfter(last)) {
                return instant;
            }
            day = day.plusDays(1);
        }
    }

    /** Minute by minute, the plain way. */
    private static Instant nextHourly(ZonedDateTime last, int minute) {
        Instant instant = last.toInstant().truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        while (instant.atZone(last.getZone()).getMinute() != minute) {
            instant = instant.plusSeconds(60);
        }
        return instant;
    }

    private static RunRecord run(Instant start, RunResult result) {
        return new RunRecord(
                new RunStart("r", Trigger.MANUAL, false, true, start),
                new RunEnd(result, start, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                new ArrayList<>(),
                List.of());
    }

    private static Timetable interval(double hours) {
        return Timetable.of(hours, null, null);
    }

    private static Timetable cron(String cron, String zone) {
        return Timetable.of(6, cron, zone);
    }
}
