package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Current;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JudgeTest extends JudgeKit {
    @Test
    void allIsSafeAfterAGoodRun() {
        Current one = safe("photos").judge();
        assertThat(one.state()).isEqualTo(State.SAFE);
        assertThat(one.sentence()).isEqualTo("Bucket photos is safe. Last backup 2 h ago, next in 4 h.");
        assertThat(safe("photos", "music").judge().title()).isEqualTo("All 2 buckets are safe.");
    }

    @Test
    void aBucketThatOnlyAnOlderSnapshotHasIsNotSafe() {
        Current judged = new Given()
                .configured("documents", "shrinky")
                .run(BEGAN.minusSeconds(7200), RunResult.SUCCESS, true, Map.of("documents", RunResult.SUCCESS))
                .run(BEGAN, RunResult.SUCCESS, true, Map.of("shrinky", RunResult.SUCCESS))
                .newestHolds("shrinky")
                .judge();
        assertThat(judged.state()).isEqualTo(State.NEVER_RUN);
        assertThat(judged.title()).isEqualTo("1 of 2 buckets is safe.");
        assertThat(judged.detail()).contains("documents: not in the newest snapshot");
        assertThat(standing(judged, "documents")).isEqualTo(Standing.NEVER);
    }

    @Test
    void aCopyThatIsOlderThanTheScheduleAllowsIsNotSafe() {
        Instant due = BEGAN.plus(Duration.ofHours(6));
        assertThat(safe("photos").at(due.plus(Duration.ofMinutes(9))).state()).isEqualTo(State.SAFE);
        Current judged = safe("photos").at(due.plus(Duration.ofMinutes(11))).judge();
        assertThat(judged.state()).isEqualTo(State.LATE);
        assertThat(standing(judged, "photos")).isEqualTo(Standing.LATE);
        assertThat(judged.sentence()).startsWith("The last good backup is too old. The last good backup was 6 h ago.");
    }

    @Test
    void aRunOfOneBucketHidesNeitherTheFailureNorTheAgeOfAnother() {
        Given given = new Given()
                .configured("photos", "music")
                .newestHolds("music")
                .run(BEGAN, RunResult.PARTIAL, true, Map.of("photos", RunResult.SUCCESS, "music", RunResult.FAILED))
                .run(BEGAN.plusSeconds(3600), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS));
        Current judged = given.judge();
        assertThat(judged.state()).isEqualTo(State.FAILING);
        assertThat(judged.title()).isEqualTo("Bucket music needs attention.");
        assertThat(judged.detail()).startsWith("music: access denied.");
        assertThat(standing(judged, "photos")).isEqualTo(Standing.SAFE);

        Current old = safe("photos", "music")
                .run(BEGAN.plus(Duration.ofHours(6)), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS))
                .at(BEGAN.plus(Duration.ofHours(7)))
                .judge();
        assertThat(standing(old, "photos")).isEqualTo(Standing.SAFE);
        assertThat(standing(old, "music")).isEqualTo(Standing.LATE);
        assertThat(old.title()).isEqualTo("The last good copy of music is too old.");
    }

    @Test
    void whereAllThatIsWrongIsThatObjectsAreMissingItNeedsAttentionAndDoesNotFail() {
        Given given = new Given()
                .configured("photos", "music")
                .run(BEGAN, RunResult.PARTIAL, true, Map.of("photos", RunResult.SUCCESS, "music", RunResult.PARTIAL));
        assertThat(given.judge().title()).isEqualTo("Bucket music needs attention.");
        assertThat(given.state()).isEqualTo(State.ATTENTION);
        assertThat(given.run(BEGAN.plusSeconds(3600), RunResult.PARTIAL, false, Map.of("photos", RunResult.FAILED))
                        .state())
                .isEqualTo(State.FAILING);
    }

    @Test
    void manyBucketsInTroubleAreToldByTheirCause() {
        Map<String, RunResult> bad = new HashMap<>();
        List.of("a1x", "b1x", "c1x", "d1x").forEach(bucket -> bad.put(bucket, RunResult.FAILED));
        Current judged = new Given()
                .configured("a1x", "b1x", "c1x", "d1x")
                .run(BEGAN, RunResult.PARTIAL, true, bad)
                .judge();
        assertThat(judged.title()).isEqualTo("4 buckets need attention.");
        assertThat(judged.detail()).startsWith("a1x, b1x and 2 more: access denied. The next run starts");
    }

    @Test
    void aRunThatFailedAsAWholeIsToldUntilTheBucketsAreBackedUp() {
        Given given = safe("photos").run(BEGAN.plusSeconds(3600), RunResult.FAILED, true, Map.of());
        assertThat(given.judge().sentence())
                .startsWith("The last backup failed. no route to host. Earlier snapshots are untouched.");
        assertThat(given.run(BEGAN.plusSeconds(7200), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS))
                        .state())
                .isEqualTo(State.SAFE);
    }

    @Test
    void aBucketThatDoesNotExistIsNotHeld() {
        Current judged = new Given()
                .configured("photos", "nowhere")
                .run(BEGAN, RunResult.PARTIAL, true, Map.of("photos", RunResult.SUCCESS, "nowhere", RunResult.FAILED))
                .judge();
        assertThat(judged.buckets().get(1).held()).isNull();
        assertThat(judged.buckets().get(0).held()).isEqualTo(new Tally(3, 30));
        assertThat(judged.state()).isEqualTo(State.FAILING);
    }

    @Test
    void anAlarmIsNotSafeHoweverWellTheBackupsGo() {
        Current judged = safe("photos").alarm("The bucket photos shrank.").judge();
        assertThat(judged.state()).isEqualTo(State.ATTENTION);
        assertThat(judged.sentence()).startsWith("Something needs a look. The bucket photos shrank.");
        assertThat(judged.alarms()).hasSize(1);
    }

    @Test
    void aConditionThatStopsBackupsFailsAndAnotherAsksForAttention() {
        assertThat(safe("photos").condition(Condition.Kind.HISTORY).state()).isEqualTo(State.FAILING);
        assertThat(safe("photos").condition(Condition.Kind.DATA_FOLDER).judge().sentence())
                .startsWith("Something is wrong. Mend it. The last good backup was 2 h ago.");
        assertThat(safe("photos").condition(Condition.Kind.CONFIG).state()).isEqualTo(State.ATTENTION);
    }

    @Test
    void aConditionThatIsTooLongForAHeadlineFollowsWhatItComesTo() {
        String message = "The disk of /a/folder/far/away is not mounted: the folder is there, but it is another one.";
        Current stopped =
                safe("photos").condition(Condition.Kind.DATA_FOLDER, message).judge();
        assertThat(stopped.title()).isEqualTo("Nothing can be backed up now.");
        assertThat(stopped.detail()).startsWith(message + " Mend it.");
        Current other = safe("photos").condition(Condition.Kind.CONFIG, message).judge();
        assertThat(other.title()).isEqualTo("Something needs a look.");
        assertThat(other.detail()).startsWith(message);
    }

    @Test
    void backupsAreAsSafeAsEverWhileSomebodyTriesPasswords() {
        Current judged = safe("photos").condition(Condition.Kind.LOGIN).judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.conditions()).hasSize(1);
    }

    @Test
    void backupsAreAsSafeAsEverWithoutAWorker() {
        Current judged = safe("photos").condition(Condition.Kind.WORKER).judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.title()).isEqualTo("Bucket photos is safe.");
        assertThat(judged.conditions()).hasSize(1);
        assertThat(safe("photos")
                        .condition(Condition.Kind.WORKER)
                        .condition(Condition.Kind.CONFIG, "The file is broken.")
                        .judge()
                        .title())
                .as("what hides nothing")
                .isEqualTo("The file is broken.");
    }

    @Test
    void aScheduleThatIsNotKeptIsTold() {
        assertThat(safe("photos").scheduled(scheduler(true, true, false)).state())
                .isEqualTo(State.PAUSED);
        assertThat(safe("photos").scheduled(scheduler(false, false, false)).state())
                .isEqualTo(State.PAUSED);
        assertThat(safe("photos").scheduled(scheduler(true, false, true)).state())
                .isEqualTo(State.LATE);
        assertThat(safe("photos").scheduled(null).state()).isEqualTo(State.FAILING);
    }

    @Test
    void aCommandThatRunsOnceHasNoSchedulerAndIsNotToldSo() {
        Current judged = safe("photos").withoutScheduler().judge();
        assertThat(judged.sentence()).isEqualTo("Bucket photos is safe. Last backup 2 h ago.");
        assertThat(judged.conditions()).isEmpty();
    }

    @Test
    void aRunThatWaitsForS3IsNotSimplyRunning() {
        Current judged = safe("photos")
                .running(new RunState.Waiting("s3", "connection refused", NOW, List.of("photos"), null))
                .judge();
        assertThat(judged.state()).isEqualTo(State.WAITING);
        assertThat(judged.title()).isEqualTo("Waiting for S3: connection refused since {at:%s}.".formatted(NOW));
        assertThat(judged.sentence())
                .matches("Waiting for S3: connection refused since [0-9]{2}:05\\. The backup goes on by itself as soon"
                        + " as it can\\. The last good backup was 2 h ago\\.");
        Current running = safe("photos").running(null).judge();
        assertThat(running.sentence())
                .isEqualTo("Backing up bucket photos. Started 36 s ago. The last good backup was 2 h ago.");
    }

    @Test
    void withoutBucketsItNeedsSetUpAndBeforeTheFirstRunNothingIsSafe() {
        assertThat(new Given().state()).isEqualTo(State.NEEDS_SETUP);
        Current fresh = new Given().configured("photos").judge();
        assertThat(fresh.state()).isEqualTo(State.NEVER_RUN);
        assertThat(fresh.title()).isEqualTo("No backup has run yet.");
    }

    @Test
    void withoutAHistoryTheNewestSnapshotStillTells() {
        Current judged = new Given().configured("photos").newestHolds("photos").judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.buckets().getFirst().lastSuccess()).isEqualTo(BEGAN);
    }

    @Test
    void aFoundBucketThatIsGoneIsKeptAndSaidToBeSo() {
        Current judged = new Given()
                .everyBucket()
                .run(BEGAN, RunResult.SUCCESS, true, Map.of("photos", RunResult.SUCCESS))
                .newestHolds("photos", "gone")
                .judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.title()).isEqualTo("Bucket photos is safe.");
        assertThat(standing(judged, "gone")).isEqualTo(Standing.LEFT_OUT);
    }

    @Test
    void spansAreAsCoarseAsPeopleSayThem() {
        assertThat(Phrases.ago(NOW.minusSeconds(4), NOW)).isEqualTo("just now");
        assertThat(Phrases.ago(NOW.plusSeconds(20), NOW)).isEqualTo("just now");
        assertThat(Phrases.ago(NOW.minusSeconds(36), NOW)).isEqualTo("36 s ago");
        assertThat(Phrases.ago(NOW.minus(Duration.ofMinutes(89)), NOW)).isEqualTo("89 min ago");
        assertThat(Phrases.ago(NOW.minus(Duration.ofMinutes(100)), NOW)).isEqualTo("2 h ago");
        assertThat(Phrases.until(NOW.plusSeconds(34), NOW)).isEqualTo("in 34 s");
        assertThat(Phrases.until(NOW.plus(Duration.ofDays(3)), NOW)).isEqualTo("in 3 days");
        assertThat(Phrases.until(NOW.minusSeconds(5), NOW)).isEqualTo("now");
    }

    @Test
    void onlyOurOwnMarksAreFilled() {
        assertThat(Phrases.filled("{ago:2026-11-20T08:04:00Z}, {ago:soon}, {until:$1}", NOW))
                .isEqualTo("60 s ago, {ago:soon}, {until:$1}");
    }
}
