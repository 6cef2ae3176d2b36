package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage.Current;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How things stand where buckets have schedules of their own, and where buckets are found. */
final class JudgedSchedulesTest extends JudgeKit {
    /** As the scheduler tells it, every six hours for all others, and weekly for some. */
    private static SchedulerMessage.Status withWeekly(Instant main, Instant weekly) {
        SchedulerMessage.Rule sixHours = new SchedulerMessage.Rule(6, null, null);
        return new SchedulerMessage.Status(
                true,
                true,
                false,
                new SchedulerMessage.Runs(
                        false, main.isBefore(weekly) ? main : weekly, BEGAN, BEGAN, RunResult.SUCCESS),
                sixHours,
                null,
                List.of(
                        new SchedulerMessage.Schedule(
                                "main",
                                "backup",
                                List.of("documents"),
                                sixHours,
                                new SchedulerMessage.Times(false, main, BEGAN, RunResult.SUCCESS, BEGAN)),
                        new SchedulerMessage.Schedule(
                                "weekly",
                                "backup",
                                List.of("photos"),
                                new SchedulerMessage.Rule(168, null, null),
                                new SchedulerMessage.Times(false, weekly, BEGAN, RunResult.SUCCESS, BEGAN))));
    }

    /** {@code documents} by the schedule of all others, {@code photos} weekly; both safe since {@link #BEGAN}. */
    private static Given weeklyPhotos() {
        return new Given()
                .configured("documents", "photos")
                .schedule("weekly", 168, "photos")
                .run(BEGAN, RunResult.SUCCESS, false, "weekly", Map.of("photos", RunResult.SUCCESS))
                .run(BEGAN, RunResult.SUCCESS, false, "main", Map.of("documents", RunResult.SUCCESS));
    }

    @Test
    void aBucketThatIsBackedUpWeeklyIsNotLateAfterADay() {
        Instant dayLater = BEGAN.plus(Duration.ofDays(1));
        Given later = weeklyPhotos()
                .run(dayLater, RunResult.SUCCESS, false, "main", Map.of("documents", RunResult.SUCCESS))
                .scheduled(withWeekly(dayLater.plus(Duration.ofHours(6)), BEGAN.plus(Duration.ofDays(7))))
                .at(dayLater.plus(Duration.ofHours(2)));
        assertThat(later.judge().sentence()).isEqualTo("All 2 buckets are safe. Last backup 2 h ago, next in 4 h.");
        assertThat(standing(later.judge(), "photos")).isEqualTo(Standing.SAFE);
    }

    @Test
    void eachBucketIsLateByItsOwnSchedule() {
        Given hours = weeklyPhotos().at(BEGAN.plus(Duration.ofHours(7)));
        assertThat(standing(hours.judge(), "documents")).isEqualTo(Standing.LATE);
        assertThat(standing(hours.judge(), "photos")).isEqualTo(Standing.SAFE);
        assertThat(hours.judge().title()).isEqualTo("The last good copy of documents is too old.");

        Instant weekLater = BEGAN.plus(Duration.ofDays(7)).plus(Duration.ofHours(1));
        Current week = weeklyPhotos()
                .run(
                        weekLater.minus(Duration.ofHours(2)),
                        RunResult.SUCCESS,
                        false,
                        "main",
                        Map.of("documents", RunResult.SUCCESS))
                .at(weekLater)
                .judge();
        assertThat(standing(week, "documents")).isEqualTo(Standing.SAFE);
        assertThat(standing(week, "photos")).isEqualTo(Standing.LATE);
        assertThat(week.detail()).as("of the late one").contains("{ago:%s}".formatted(BEGAN.plusSeconds(300)));
    }

    @Test
    void whatWaitedForARunIsNotLateRightAfterIt() {
        Instant weekLater = BEGAN.plus(Duration.ofDays(7)).plus(Duration.ofHours(1));
        Given justFree =
                weeklyPhotos().run(weekLater, RunResult.SUCCESS, false, "main", Map.of("documents", RunResult.SUCCESS));
        Instant end = weekLater.plusSeconds(300);
        assertThat(standing(justFree.at(end.plusSeconds(2)).judge(), "photos")).isEqualTo(Standing.SAFE);
        assertThat(standing(justFree.at(end.plusSeconds(61)).judge(), "photos")).isEqualTo(Standing.LATE);
    }

    @Test
    void aRunByOneScheduleHidesNoFailureByAnother() {
        Current judged = weeklyPhotos()
                .run(BEGAN.plusSeconds(1800), RunResult.FAILED, false, "weekly", Map.of())
                .run(BEGAN.plusSeconds(3600), RunResult.SUCCESS, false, "main", Map.of("documents", RunResult.SUCCESS))
                .judge();
        assertThat(judged.state()).isEqualTo(State.FAILING);
        assertThat(judged.title()).isEqualTo("The last backup by schedule weekly failed.");
        assertThat(judged.detail())
                .as("when its own buckets were backed up last")
                .endsWith("The last good backup was {ago:%s}.".formatted(BEGAN.plusSeconds(300)));
    }

    @Test
    void theNextRunIsToldWithItsSchedule() {
        Given soon = weeklyPhotos().scheduled(withWeekly(NOW.plusSeconds(7200), NOW.plusSeconds(3600)));
        assertThat(soon.judge().sentence()).endsWith("Last backup 2 h ago, next in 60 min by schedule weekly.");
    }

    @Test
    void withDiscoveryABucketOfAScheduleIsWantedWhoeverListsIt() {
        Current judged = new Given()
                .everyBucket()
                .schedule("weekly", 168, "hidden")
                .run(BEGAN, RunResult.SUCCESS, false, "main", Map.of("photos", RunResult.SUCCESS))
                .judge();
        assertThat(standing(judged, "hidden")).isEqualTo(Standing.NEVER);
        assertThat(standing(judged, "photos")).isEqualTo(Standing.SAFE);
    }

    /** Discovery; {@code hot} has a schedule of its own, {@code photos} was found and safe at {@link #BEGAN}, then all of main fails. */
    private static Given mainFailsAsAWhole() {
        Instant later = BEGAN.plusSeconds(3600);
        return new Given()
                .everyBucket()
                .schedule("hourly", 1, "hot")
                .run(BEGAN, RunResult.SUCCESS, false, "main", Map.of("photos", RunResult.SUCCESS))
                .run(later, RunResult.FAILED, false, "main", Map.of())
                .run(later.plusSeconds(600), RunResult.SUCCESS, false, "hourly", Map.of("hot", RunResult.SUCCESS));
    }

    @Test
    void withDiscoveryAGoodRunOfAnotherScheduleHidesNoFailureOfMain() {
        Current judged = mainFailsAsAWhole().judge();
        assertThat(judged.state()).isEqualTo(State.FAILING);
        assertThat(judged.sentence())
                .startsWith("The last backup failed. no route to host. Earlier snapshots are untouched.");
        assertThat(standing(judged, "photos")).isEqualTo(Standing.SAFE);
        assertThat(mainFailsAsAWhole()
                        .run(
                                NOW.minusSeconds(60),
                                RunResult.SUCCESS,
                                false,
                                "main",
                                Map.of("photos", RunResult.SUCCESS))
                        .state())
                .isEqualTo(State.SAFE);
    }

    @Test
    void withDiscoveryARunThatFailedAsAWholeIsToldThoughItKnowsNoBucket() {
        Given given = new Given()
                .everyBucket()
                .run(BEGAN, RunResult.SUCCESS, true, Map.of("photos", RunResult.SUCCESS))
                .run(BEGAN.plusSeconds(3600), RunResult.FAILED, true, Map.of());
        assertThat(given.state()).isEqualTo(State.FAILING);
        assertThat(standing(given.judge(), "photos")).isEqualTo(Standing.SAFE);
        Given first = new Given().everyBucket().run(BEGAN, RunResult.FAILED, true, Map.of());
        assertThat(first.judge().title()).as("of the very first one").isEqualTo("The last backup failed.");
        Given besideHot = new Given()
                .everyBucket()
                .schedule("hourly", 1, "hot")
                .run(BEGAN, RunResult.FAILED, false, "main", Map.of())
                .run(NOW.minusSeconds(60), RunResult.SUCCESS, false, "hourly", Map.of("hot", RunResult.SUCCESS));
        assertThat(besideHot.state()).as("nothing of main was ever found").isEqualTo(State.FAILING);
    }

    @Test
    void withDiscoveryARunThatFindsNothingMoreForMainSaysSo() {
        Current judged = new Given()
                .everyBucket()
                .schedule("hourly", 1, "hot")
                .run(BEGAN, RunResult.PARTIAL, false, "main", Map.of("photos", RunResult.FAILED))
                .run(BEGAN.plusSeconds(3600), RunResult.SUCCESS, false, "main", Map.of())
                .run(NOW.minusSeconds(60), RunResult.SUCCESS, false, "hourly", Map.of("hot", RunResult.SUCCESS))
                .judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
    }

    @Test
    void withDiscoveryAllThatIsKeptMattersWhereNoRunTellsWhatIsFound() {
        Current judged = new Given()
                .everyBucket()
                .schedule("hourly", 1, "hot")
                .run(NOW.minusSeconds(60), RunResult.SUCCESS, false, "hourly", Map.of("hot", RunResult.SUCCESS))
                .newestKeeps("photos")
                .judge();
        assertThat(standing(judged, "photos")).isEqualTo(Standing.LATE);
        assertThat(judged.state()).isEqualTo(State.LATE);
    }
}
