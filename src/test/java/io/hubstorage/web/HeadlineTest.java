package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HeadlineTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:05:00Z");
    private static final HubConfig PHOTOS = config("{\"s3_buckets\": [\"photos\"]}");
    private static final RunRecord GOOD = BusRooms.run("r1", RunResult.SUCCESS, false);
    private static final SchedulerMessage.Status PLANNED = BusRooms.schedule(false, false);

    private static HubConfig config(String json) {
        return ConfigParser.parse(new JsonObject(json));
    }

    private static Headline judge(
            HubConfig config,
            @Nullable RunRecord last,
            @Nullable RunRecord good,
            SchedulerMessage.@Nullable Status scheduler) {
        return Headline.of(
                config,
                new BackupMessage.Status(false, null, last, good),
                last == null ? List.of() : List.of(last),
                scheduler,
                NOW);
    }

    @Test
    void allIsSafeAfterAGoodRun() {
        Headline headline = judge(PHOTOS, GOOD, GOOD, PLANNED);
        assertThat(headline.state()).isEqualTo(Headline.State.SAFE);
        assertThat(headline.sentence()).isEqualTo("The bucket is safe. Last backup 2 h ago, next in 4 h.");
    }

    @Test
    void aRunThatWaitsForS3IsNotSimplyRunning() {
        RunState running = BusRooms.state(5);
        RunState waiting = new RunState(
                running.runId(),
                running.trigger(),
                false,
                running.startedAt(),
                running.at(),
                running.phase(),
                1,
                4,
                null,
                running.buckets(),
                running.totals(),
                running.toDownload(),
                0,
                0,
                0,
                null,
                List.of(),
                List.of(),
                null,
                new RunState.Waiting("s3", "connection refused", NOW, List.of("photos"), null));

        Headline headline =
                Headline.of(PHOTOS, new BackupMessage.Status(true, waiting, GOOD, GOOD), List.of(GOOD), PLANNED, NOW);

        assertThat(headline.state()).isEqualTo(Headline.State.WAITING);
        assertThat(headline.sentence())
                .matches("Waiting for S3: connection refused since [0-9]{2}:05\\. The backup goes on by itself as soon"
                        + " as it can\\. The last good backup was 2 h ago\\.");
    }

    @Test
    void aBucketThatWasAddedSinceIsNotSafe() {
        Headline headline = judge(config("{\"s3_buckets\": [\"photos\", \"videos\"]}"), GOOD, GOOD, PLANNED);
        assertThat(headline.state()).isEqualTo(Headline.State.NEVER_RUN);
        assertThat(headline.sentence()).contains("videos").doesNotContain("photos");
    }

    @Test
    void everyBucketOfTheAccountIsSafeWhenThoseFoundWere() {
        assertThat(judge(config("{\"s3_buckets\": [\"*\"]}"), GOOD, GOOD, PLANNED)
                        .state())
                .isEqualTo(Headline.State.SAFE);
    }

    @Test
    void aFailureIsToldEvenWhenAnEarlierRunWasGood() {
        for (RunResult bad : new RunResult[] {RunResult.FAILED, RunResult.PARTIAL}) {
            Headline headline = judge(PHOTOS, BusRooms.run("r2", bad, false), GOOD, PLANNED);
            assertThat(headline.state()).isEqualTo(Headline.State.FAILING);
        }
        assertThat(judge(PHOTOS, BusRooms.run("r2", RunResult.PARTIAL, false), GOOD, PLANNED)
                        .sentence())
                .contains("The last backup completed with failures", "photos");
    }

    @Test
    void aStoppedRunTakesNothingAwayFromTheLastGoodOne() {
        assertThat(judge(PHOTOS, BusRooms.run("r2", RunResult.CANCELLED, false), GOOD, PLANNED)
                        .state())
                .isEqualTo(Headline.State.SAFE);
    }

    @Test
    void aStoppedRunDoesNotHideThatTheOneBeforeFailed() {
        RunRecord stopped = BusRooms.run("r3", RunResult.CANCELLED, false);
        RunRecord failed = BusRooms.run("r2", RunResult.FAILED, false);
        Headline headline = Headline.of(
                PHOTOS,
                new BackupMessage.Status(false, null, stopped, GOOD),
                List.of(stopped, failed, GOOD),
                PLANNED,
                NOW);
        assertThat(headline.state()).isEqualTo(Headline.State.FAILING);
    }

    @Test
    void aBucketThatOnlyAnEarlierRunCoveredIsNotSaidToBeMissing() {
        HubConfig both = config("{\"s3_buckets\": [\"photos\", \"videos\"]}");
        RunRecord earlier = new RunRecord(
                "r0",
                GOOD.trigger(),
                false,
                GOOD.startedAt(),
                GOOD.finishedAt(),
                RunResult.SUCCESS,
                GOOD.snapshot(),
                true,
                1,
                List.of(new RunRecord.BucketRecord(
                        "videos", RunResult.SUCCESS, true, BusRooms.counts(1), List.of(), 0, null)),
                BusRooms.counts(1),
                null,
                List.of());
        assertThat(Headline.isClear(both, GOOD)).isFalse();
        Headline headline = Headline.of(
                both, new BackupMessage.Status(false, null, GOOD, GOOD), List.of(GOOD, earlier), PLANNED, NOW);
        assertThat(headline.state()).isEqualTo(Headline.State.SAFE);
    }

    @Test
    void withoutBucketsItNeedsSetUp() {
        assertThat(judge(config("{\"s3_buckets\": []}"), null, null, PLANNED).state())
                .isEqualTo(Headline.State.NEEDS_SETUP);
    }

    @Test
    void beforeTheFirstRunNothingIsSafe() {
        assertThat(judge(PHOTOS, null, null, PLANNED).state()).isEqualTo(Headline.State.NEVER_RUN);
    }

    @Test
    void aScheduleThatIsNotKeptIsTold() {
        assertThat(judge(PHOTOS, GOOD, GOOD, BusRooms.schedule(true, false)).state())
                .isEqualTo(Headline.State.PAUSED);
        assertThat(judge(PHOTOS, GOOD, GOOD, BusRooms.schedule(false, true)).state())
                .isEqualTo(Headline.State.LATE);
        assertThat(judge(PHOTOS, GOOD, GOOD, null).state()).isEqualTo(Headline.State.FAILING);
    }

    @Test
    void aRunningBackupIsTold() {
        Headline headline = Headline.of(
                PHOTOS, new BackupMessage.Status(true, BusRooms.state(3), GOOD, GOOD), List.of(GOOD), PLANNED, NOW);
        assertThat(headline.state()).isEqualTo(Headline.State.RUNNING);
        assertThat(headline.sentence()).contains("1 bucket", "The last good backup was 2 h ago");
    }

    @Test
    void spansAreAsCoarseAsPeopleSayThem() {
        assertThat(Spans.ago(NOW.minusSeconds(20), NOW)).isEqualTo("just now");
        assertThat(Spans.ago(NOW.plusSeconds(20), NOW)).isEqualTo("just now");
        assertThat(Spans.ago(NOW.minus(Duration.ofMinutes(89)), NOW)).isEqualTo("89 min ago");
        assertThat(Spans.ago(NOW.minus(Duration.ofMinutes(100)), NOW)).isEqualTo("2 h ago");
        assertThat(Spans.until(NOW.plus(Duration.ofDays(3)), NOW)).isEqualTo("in 3 days");
        assertThat(Spans.until(NOW.minusSeconds(5), NOW)).isEqualTo("now");
    }
}
