package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Alarm;
import io.hubstorage.config.HubConfig.Keep;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.SnapshotSummary;
import io.hubstorage.space.SnapshotSummary.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stays and why, told as a person would ask for it. */
final class RetentionPlanTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Keep DAILY_WEEKLY_MONTHLY = new Keep(0, 0, 14, 8, 12, 0, null);
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");

    private final List<SnapshotSummary> snapshots = new ArrayList<>();

    private static Keep daily(int days) {
        return new Keep(0, 0, days, 0, 0, 0, null);
    }

    private static Keep last(int snapshots) {
        return new Keep(snapshots, 0, 0, 0, 0, 0, null);
    }

    private static Policy policy(Keep keep) {
        return new Policy(keep, Map.of(), ZoneOffset.UTC);
    }

    private static Bucket good(String bucket) {
        return new Bucket(bucket, true, true, true);
    }

    private static Bucket partial(String bucket) {
        return new Bucket(bucket, true, true, false);
    }

    private static String name(String time) {
        return Layout.name(Instant.parse(time));
    }

    private void snapshot(Instant begun, Bucket... buckets) {
        snapshots.add(new SnapshotSummary(Layout.name(begun), begun, false, List.of(buckets)));
    }

    private void snapshot(String begun, Bucket... buckets) {
        snapshot(Instant.parse(begun), buckets);
    }

    private void every(Duration interval, Instant from, Instant to) {
        for (Instant time = from; !time.isAfter(to); time = time.plus(interval)) {
            snapshot(time, good("photos"));
        }
    }

    private RetentionPlan plan(Policy policy, Holds holds, Instant now) {
        return RetentionPlan.of(policy, snapshots, holds, now);
    }

    private RetentionPlan plan(Keep keep, Instant now) {
        return plan(policy(keep), Holds.NONE, now);
    }

    private static List<String> staying(RetentionPlan plan) {
        return plan.verdicts().stream()
                .filter(Verdict::stays)
                .map(Verdict::snapshot)
                .toList();
    }

    private static List<String> reasons(RetentionPlan plan, String snapshot) {
        return plan.verdict(snapshot).orElseThrow().reasons().stream()
                .map(Verdict.Reason::text)
                .toList();
    }

    private static Instant begun(SnapshotSummary snapshot) {
        return Objects.requireNonNull(snapshot.begun());
    }

    /** Removes what goes, as retention would. */
    private void remove(RetentionPlan plan) {
        snapshots.removeIf(each -> plan.going().contains(each.name()));
    }

    @Test
    void ofAYearOfSixHourlySnapshotsTwoWeeksOfDaysTwoMonthsOfWeeksAndAYearOfMonthsStay() {
        every(Duration.ofHours(6), NOON.minus(Duration.ofDays(365)), NOON);
        RetentionPlan plan = plan(DAILY_WEEKLY_MONTHLY, NOON);

        List<String> expected = Stream.of(
                        // The last of each of the last fourteen days; today's is that of noon.
                        Stream.of("2026-11-27T12:00:00Z"),
                        days("2026-11-14", "2026-11-26"),
                        // The last of each of the last eight weeks, which end on Sundays; the newest three are among
                        // the days.
                        Stream.of("2026-11-08", "2026-11-01", "2026-10-25", "2026-10-18", "2026-10-11")
                                .map(RetentionPlanTest::evening),
                        // The last of each of the last twelve months.
                        Stream.of(
                                        "2026-10-31",
                                        "2026-09-30",
                                        "2026-08-31",
                                        "2026-07-31",
                                        "2026-06-30",
                                        "2026-05-31",
                                        "2026-04-30",
                                        "2026-03-31",
                                        "2026-02-28",
                                        "2026-01-31",
                                        "2025-12-31")
                                .map(RetentionPlanTest::evening))
                .flatMap(each -> each)
                .map(RetentionPlanTest::name)
                .sorted(Comparator.reverseOrder())
                .toList();
        assertThat(staying(plan)).containsExactlyElementsOf(expected);
        assertThat(snapshots).hasSize(1_461);
        assertThat(plan.suspended()).isNull();
        assertThat(reasons(plan, name("2026-11-27T12:00:00Z")))
                .containsExactly(
                        "last success of photos", "newest", "daily 1 of 14", "weekly 1 of 8", "monthly 1 of 12");
        assertThat(reasons(plan, name("2026-11-25T18:00:00Z"))).containsExactly("daily 3 of 14");
        assertThat(reasons(plan, name("2026-11-25T12:00:00Z"))).isEmpty();
    }

    private static Stream<String> days(String first, String last) {
        return LocalDate.parse(first)
                .datesUntil(LocalDate.parse(last).plusDays(1))
                .map(day -> evening(day.toString()));
    }

    private static String evening(String day) {
        return day + "T18:00:00Z";
    }

    @Test
    void removedEveryDayForAYearTheSameStaysAsWhenAllIsRemovedAtTheEnd() {
        Instant first = NOON.minus(Duration.ofDays(365));
        List<SnapshotSummary> all = new ArrayList<>();
        every(Duration.ofHours(6), first, NOON);
        all.addAll(snapshots);
        List<String> atOnce = staying(plan(DAILY_WEEKLY_MONTHLY, NOON));

        snapshots.clear();
        for (SnapshotSummary each : all) {
            snapshots.add(each);
            remove(plan(DAILY_WEEKLY_MONTHLY, begun(each)));
        }
        assertThat(snapshots.reversed()).extracting(SnapshotSummary::name).containsExactlyElementsOf(atOnce);
    }

    @Test
    void daysAreThoseOfTheSchedulesTimeZoneAlsoWhenTheClocksChange() {
        // Europe went back to winter time on 25 October 2026 at 03:00, a day of 25 hours.
        every(
                Duration.ofHours(6),
                ZonedDateTime.of(2026, 10, 23, 0, 0, 0, 0, BERLIN).toInstant(),
                ZonedDateTime.of(2026, 10, 27, 5, 0, 0, 0, BERLIN).toInstant());
        RetentionPlan plan = plan(new Policy(daily(4), Map.of(), BERLIN), Holds.NONE, NOON);

        assertThat(staying(plan))
                .containsExactly(
                        // 26 October 23:00 in Berlin is the last of that day, and 27 October 05:00 that of the next.
                        name("2026-10-27T04:00:00Z"),
                        name("2026-10-26T22:00:00Z"),
                        name("2026-10-25T22:00:00Z"),
                        name("2026-10-24T16:00:00Z"));
    }

    @Test
    void theHourThatTheClocksGoThroughTwiceIsTwo() {
        every(Duration.ofMinutes(30), Instant.parse("2026-10-25T00:00:00Z"), Instant.parse("2026-10-25T02:30:00Z"));
        Keep hourly = new Keep(0, 3, 0, 0, 0, 0, null);

        assertThat(staying(plan(new Policy(hourly, Map.of(), BERLIN), Holds.NONE, NOON)))
                .as("02:00 of summer time, 02:00 of winter time and 03:00")
                .containsExactly(
                        name("2026-10-25T02:30:00Z"), name("2026-10-25T01:30:00Z"), name("2026-10-25T00:30:00Z"));
    }

    @Test
    void theDayThatLacksAnHourIsOneDay() {
        every(
                Duration.ofHours(1),
                ZonedDateTime.of(2026, 3, 28, 20, 30, 0, 0, BERLIN).toInstant(),
                ZonedDateTime.of(2026, 3, 30, 1, 30, 0, 0, BERLIN).toInstant());
        assertThat(staying(plan(new Policy(daily(3), Map.of(), BERLIN), Holds.NONE, NOON)))
                .containsExactly(
                        name("2026-03-29T23:30:00Z"), name("2026-03-29T21:30:00Z"), name("2026-03-28T22:30:00Z"));
    }

    @Test
    void weeksAreThoseOfTheCalendarAlsoAtTheTurnOfTheYear() {
        // 31 December 2026 is a Thursday of week 53; the week ends on Sunday 3 January.
        every(Duration.ofDays(1), Instant.parse("2026-12-25T06:00:00Z"), Instant.parse("2027-01-05T06:00:00Z"));
        assertThat(staying(plan(new Keep(0, 0, 0, 3, 0, 0, null), Instant.parse("2027-01-05T07:00:00Z"))))
                .containsExactly(
                        name("2027-01-05T06:00:00Z"), name("2027-01-03T06:00:00Z"), name("2026-12-27T06:00:00Z"));
    }

    @Test
    void aClockThatJumpedAYearAheadForOneRunTakesNothingAwayOnceItIsRightAgain() {
        every(Duration.ofHours(6), NOON.minus(Duration.ofDays(60)), NOON);
        remove(plan(DAILY_WEEKLY_MONTHLY, NOON));
        Instant ahead = NOON.plus(Duration.ofDays(365));
        snapshot(ahead, good("photos"));
        // What follows is dated behind it, one second each, so that their order stays.
        snapshot(ahead.plusSeconds(1), good("photos"));
        Instant later = NOON.plus(Duration.ofHours(6));

        RetentionPlan plan = plan(DAILY_WEEKLY_MONTHLY, later);
        assertThat(plan.going()).isEmpty();
        assertThat(plan.suspended())
                .startsWith("The clock says 2026-11-27T18:00:00Z, but the newest snapshot, hublink_20271127120001,");
        assertThat(plan.verdict(Layout.name(ahead)).orElseThrow().reasons())
                .extracting(Verdict.Reason::kind)
                .contains(Verdict.Kind.FUTURE)
                .doesNotContain(Verdict.Kind.RULE, Verdict.Kind.LAST_SUCCESS);
        assertThat(reasons(plan, Layout.name(NOON)))
                .as("the last success before the clock was wrong still counts as the last one")
                .contains("last success of photos", "daily 1 of 14");

        snapshots.removeIf(each -> !begun(each).isBefore(ahead));
        snapshot(later, good("photos"));
        assertThat(plan(DAILY_WEEKLY_MONTHLY, later).suspended())
                .as("once those were deleted by hand")
                .isNull();
    }

    @Test
    void whileTheClockIsAYearAheadThatRunTakesOnePlaceOfEachRuleAndNoLengthOfTimeIsCountedFromIt() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(20)), NOON);
        List<String> before = staying(plan(new Keep(0, 0, 0, 0, 0, 0, "10d"), NOON));
        Instant ahead = NOON.plus(Duration.ofDays(365));
        snapshot(ahead, good("photos"));

        assertThat(staying(plan(new Keep(0, 0, 0, 0, 0, 0, "10d"), ahead.plusSeconds(60))))
                .as("but for the oldest, as after any other run")
                .containsAll(before.subList(0, before.size() - 1))
                .contains(Layout.name(ahead));
        assertThat(staying(plan(daily(5), ahead.plusSeconds(60)))).hasSize(5).contains(Layout.name(NOON));
    }

    @Test
    void aClockFarBehindTheLastJobTakesNothingAway() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(20)), NOON.minus(Duration.ofDays(10)));
        Holds holds = new Holds(Map.of(), List.of(), NOON);
        Instant behind = NOON.minus(Duration.ofDays(5));

        RetentionPlan plan = plan(policy(daily(2)), holds, behind);
        assertThat(plan.going()).isEmpty();
        assertThat(plan.suspended()).contains("the last job ended at 2026-11-27T12:00:00Z");
        assertThat(plan(policy(daily(2)), holds, NOON).going()).hasSize(9);
    }

    @Test
    void aClockAlarmTakesNothingAwayUntilItIsAcknowledged() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(5)), NOON);
        Alarm alarm = Alarm.of(Alarm.Kind.CLOCK_MOVED, "", NOON, "The clock moved.", "Set it.");
        assertThat(plan(policy(daily(2)), new Holds(Map.of(), List.of(alarm), null), NOON)
                        .going())
                .isEmpty();
    }

    @Test
    void aPartialRunFillsADayOnlyWhereThereIsNoSuccess() {
        snapshot("2026-11-25T06:00:00Z", partial("photos"));
        snapshot("2026-11-25T12:00:00Z", partial("photos"));
        snapshot("2026-11-26T06:00:00Z", good("photos"));
        snapshot("2026-11-26T12:00:00Z", partial("photos"));
        snapshot("2026-11-27T06:00:00Z", good("photos"));
        assertThat(staying(plan(daily(3), NOON)))
                .containsExactly(
                        name("2026-11-27T06:00:00Z"), name("2026-11-26T06:00:00Z"), name("2026-11-25T12:00:00Z"));
    }

    @Test
    void theLastSuccessOfEachBucketStaysHoweverOldItIs() {
        snapshot("2026-01-01T06:00:00Z", good("mail"), good("photos"));
        snapshot("2026-02-01T06:00:00Z", partial("mail"), good("photos"));
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(30)), NOON);
        RetentionPlan plan = plan(daily(7), NOON);
        assertThat(reasons(plan, name("2026-01-01T06:00:00Z"))).containsExactly("last success of mail");
        assertThat(reasons(plan, name("2026-02-01T06:00:00Z")))
                .as("what was copied of it since then is in no other")
                .containsExactly("last copy of mail");
    }

    @Test
    void ofABucketThatNeverSucceededTheLastCopyStays() {
        snapshot("2026-01-01T06:00:00Z", partial("mail"));
        snapshot("2026-01-02T06:00:00Z", partial("mail"));
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(30)), NOON);
        RetentionPlan plan = plan(daily(7), NOON);
        assertThat(reasons(plan, name("2026-01-02T06:00:00Z"))).containsExactly("last copy of mail");
        assertThat(plan.going()).contains(name("2026-01-01T06:00:00Z"));
    }

    @Test
    void whatAScheduleOfAnotherBucketLinkedOnIsNoSuccessOfThisOne() {
        snapshot("2026-11-20T06:00:00Z", good("mail"), good("photos"));
        snapshot("2026-11-26T06:00:00Z", new Bucket("mail", true, false, true), good("photos"));
        snapshot("2026-11-27T06:00:00Z", new Bucket("mail", true, false, true), good("photos"));
        assertThat(reasons(plan(last(1), NOON), name("2026-11-20T06:00:00Z"))).containsExactly("last success of mail");
    }

    @Test
    void theNewestStaysAlsoWhereItIsPartialAndItsDayHasASuccess() {
        snapshot("2026-11-27T06:00:00Z", good("photos"));
        snapshot("2026-11-27T11:00:00Z", partial("photos"));
        assertThat(reasons(plan(daily(1), NOON), name("2026-11-27T11:00:00Z")))
                .containsExactly("last copy of photos", "newest");
    }

    @Test
    void theOldestStandsInUntilARuleIsFull() {
        every(Duration.ofHours(6), Instant.parse("2026-11-20T00:00:00Z"), Instant.parse("2026-11-22T18:00:00Z"));
        RetentionPlan plan = plan(new Keep(0, 0, 3, 0, 2, 0, null), NOON);
        assertThat(staying(plan))
                .containsExactly(
                        name("2026-11-22T18:00:00Z"),
                        name("2026-11-21T18:00:00Z"),
                        name("2026-11-20T18:00:00Z"),
                        name("2026-11-20T00:00:00Z"));
        assertThat(reasons(plan, name("2026-11-20T00:00:00Z"))).containsExactly("oldest, while monthly has 1 of 2");
    }

    @Test
    void nothingAgesWhileThereAreNoBackups() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(40)), NOON);
        for (Keep keep : List.of(daily(10), new Keep(0, 0, 0, 0, 0, 0, "10d"), last(3))) {
            assertThat(staying(plan(keep, NOON.plus(Duration.ofDays(4_000))))).isEqualTo(staying(plan(keep, NOON)));
        }
    }

    @Test
    void allOfALengthOfTimeStayCountedByTheCalendar() {
        snapshot("2026-02-27T12:00:00Z", good("photos"));
        snapshot("2026-02-28T12:00:00Z", good("photos"));
        snapshot("2026-05-01T12:00:00Z", good("photos"));
        snapshot("2026-08-28T12:00:00Z", good("photos"));
        snapshot("2026-08-29T12:00:00Z", good("photos"));
        RetentionPlan plan = plan(new Keep(0, 0, 0, 0, 0, 0, "6m"), NOON);
        assertThat(plan.going()).containsExactly(name("2026-02-27T12:00:00Z"));
        assertThat(reasons(plan, name("2026-02-28T12:00:00Z"))).containsExactly("within 6m");
    }

    @Test
    void aSnapshotGoesOnlyWhenTheRulesOfNoneOfItsBucketsKeepIt() {
        Policy policy = new Policy(daily(2), Map.of("mail", daily(5), "logs", last(1)), ZoneOffset.UTC);
        for (int day = 20; day <= 27; day++) {
            snapshot("2026-11-%dT06:00:00Z".formatted(day), good("photos"), good("mail"), good("logs"));
        }
        snapshot("2026-11-19T06:00:00Z", good("logs"));
        RetentionPlan plan = plan(policy, Holds.NONE, NOON);
        assertThat(staying(plan)).hasSize(5).last().isEqualTo(name("2026-11-23T06:00:00Z"));
        assertThat(reasons(plan, name("2026-11-26T06:00:00Z"))).containsExactly("daily 2 of 2", "daily 2 of 5 (mail)");
        assertThat(reasons(plan, name("2026-11-24T06:00:00Z"))).containsExactly("daily 4 of 5 (mail)");
    }

    @Test
    void whatSomebodyPinnedUsesOrHasToLookAtStaysAndCannotBeDeletedByHand() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(9)), NOON);
        String pinned = Layout.name(NOON.minus(Duration.ofDays(7)));
        String used = Layout.name(NOON.minus(Duration.ofDays(5)));
        snapshots.replaceAll(each -> each.name().equals(pinned) ? each.withPin(true) : each);
        RetentionPlan plan =
                plan(policy(last(1)), new Holds(Map.of(used, "a restore reads it"), List.of(), null), NOON);
        assertThat(staying(plan)).containsExactly(Layout.name(NOON), used, pinned);
        assertThat(reasons(plan, used)).containsExactly("a restore reads it");
        assertThat(reasons(plan, pinned)).containsExactly("pinned");
        assertThat(plan.verdict(used).orElseThrow().removable()).isFalse();
        assertThat(plan.verdict(pinned).orElseThrow().removable()).isFalse();
        assertThat(plan(daily(9), NOON).verdict(used).orElseThrow().removable())
                .as("only a rule keeps it")
                .isTrue();
    }

    @Test
    void whatIsNoNewerThanABucketThatShrankStaysUntilSomebodyHasLooked() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(9)), NOON);
        String found = Layout.name(NOON.minus(Duration.ofDays(4)));
        Alarm shrunk = Alarm.of(Alarm.Kind.SHRUNK, "photos-9-1", NOON, "It shrank.", "Look.")
                .about("photos", found);
        RetentionPlan plan = plan(policy(last(1)), new Holds(Map.of(), List.of(shrunk), null), NOON);
        assertThat(plan.going())
                .containsExactly(
                        Layout.name(NOON.minus(Duration.ofDays(1))),
                        Layout.name(NOON.minus(Duration.ofDays(2))),
                        Layout.name(NOON.minus(Duration.ofDays(3))));
        assertThat(reasons(plan, found)).containsExactly("photos shrank, and the alarm is open");
    }

    @Test
    void whileDamageIsNotAcknowledgedAnySnapshotMayHaveTheWholeFile() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(9)), NOON);
        for (Alarm.Kind kind : List.of(Alarm.Kind.DAMAGE, Alarm.Kind.HISTORY_LOST, Alarm.Kind.OTHER)) {
            Alarm alarm = Alarm.of(kind, "x", NOON, "Something.", "Look.");
            assertThat(plan(policy(last(1)), new Holds(Map.of(), List.of(alarm), null), NOON)
                            .going())
                    .as(kind.name())
                    .isEmpty();
        }
    }

    @Test
    void thoseOfTheOldToolStayAndComeLast() {
        snapshots.add(new SnapshotSummary("hublink_20991231235959", null, false, List.of()));
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(3)), NOON);
        RetentionPlan plan = plan(last(1), NOON);
        assertThat(staying(plan)).containsExactly(Layout.name(NOON), "hublink_20991231235959");
        assertThat(reasons(plan, "hublink_20991231235959")).containsExactly("made by the old tool");
    }

    @Test
    void noRulesKeepAll() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(3)), NOON);
        assertThat(plan(last(0), NOON).going()).isEmpty();
    }

    @Test
    void theDigestChangesWithThePolicyAndWithWhatGoesAndWithNothingElse() {
        every(Duration.ofDays(1), NOON.minus(Duration.ofDays(9)), NOON);
        RetentionPlan plan = plan(daily(3), NOON);
        assertThat(plan(daily(3), NOON.plusSeconds(60)).digest()).isEqualTo(plan.digest());
        assertThat(plan(last(3), NOON).digest()).isNotEqualTo(plan.digest());
        snapshot(NOON.plusSeconds(60), good("photos"));
        assertThat(plan(daily(3), NOON.plusSeconds(60)).digest())
                .as("one more of the same day: the earlier one of today goes too")
                .isNotEqualTo(plan.digest());
        assertThat(policy(daily(3)).digest()).isNotEqualTo(policy(daily(4)).digest());
    }
}
