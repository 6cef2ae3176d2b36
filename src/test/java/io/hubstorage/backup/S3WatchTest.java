package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hubstorage.bus.RunState.Waiting;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.testkit.LogCapture;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class S3WatchTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final String REFUSED = "connection refused";

    private long second;
    private final S3Watch watch = new S3Watch(() -> BEGIN.plusSeconds(second));

    private long now() {
        return second * 1_000_000_000;
    }

    /** A worker that has had nothing for so long. */
    private void fails(String bucket, int shard, long forSeconds, String cause) {
        watch.told(
                bucket,
                shard,
                new TransferMessage.Service(null, new TransferMessage.Trouble(forSeconds * 1_000, cause, "in full")),
                now());
    }

    private void works(String bucket, int shard) {
        watch.told(bucket, shard, new TransferMessage.Service(0L, null), now());
    }

    private @Nullable Waiting run() {
        return watch.ofRun(false, now());
    }

    @Test
    void aRunWaitsOnceNothingHasBeenAnsweredForAWhileAndTellsSinceWhenAndWhy() {
        second = 100;
        works("photos", 0);
        second = 101;
        fails("photos", 0, 1, REFUSED);
        assertThat(run()).as("one failed request is no outage").isNull();

        second = 104;
        fails("photos", 0, 4, REFUSED);

        Waiting waiting = Objects.requireNonNull(run());
        assertThat(waiting.what()).isEqualTo(Waiting.S3);
        assertThat(waiting.cause()).isEqualTo(REFUSED);
        assertThat(waiting.since().truncatedTo(ChronoUnit.SECONDS)).isEqualTo(BEGIN.plusSeconds(100));
        assertThat(waiting.buckets()).containsExactly("photos");
        assertThat(waiting.detail()).isEqualTo("in full");
        assertThat(watch.ofBucket("photos", now())).isEqualTo(waiting);
    }

    @Test
    void itIsOverAsSoonAsAnythingWorksAgain() {
        second = 10;
        fails("photos", 0, 5, REFUSED);
        fails("music", 0, 5, REFUSED);
        assertThat(Objects.requireNonNull(run()).buckets()).containsExactly("music", "photos");

        second = 11;
        works("music", 0);

        assertThat(run()).isNull();
        assertThat(watch.ofBucket("music", now())).isNull();
        assertThat(watch.ofBucket("photos", now()))
                .as("the other one still waits")
                .isNotNull();
    }

    @Test
    void whatCameJustBeforeEverythingStoppedAndIsToldLateIsNoAnswerAgain() {
        try (LogCapture log = LogCapture.of(S3Watch.class.getName())) {
            second = 10;
            fails("photos", 0, 5, REFUSED);
            assertThat(run()).isNotNull();

            second = 12;
            watch.told(
                    "photos",
                    1,
                    new TransferMessage.Service(6_000L, new TransferMessage.Trouble(6_000, REFUSED, "in full")),
                    now());

            assertThat(Objects.requireNonNull(run()).since()).isEqualTo(BEGIN.plusSeconds(6));
            assertThat(log.lines())
                    .containsExactly("WARN Waiting for S3: connection refused since 2026-01-01T00:00:05Z. in full");

            second = 20;
            works("photos", 1);
            assertThat(run()).isNull();
            assertThat(log.lines("INFO")).containsExactly("INFO S3 answers again, after 14 s");
        }
    }

    @Test
    void oneBucketsOutageIsTheBucketsWhileOthersWork() {
        for (second = 10; second < 20; second++) {
            fails("photos", 0, second, "503 SlowDown");
            works("music", 0);
            works("music", 1);
            assertThat(run()).isNull();
        }

        Waiting waiting = Objects.requireNonNull(watch.ofBucket("photos", now()));
        assertThat(waiting.cause()).isEqualTo("503 SlowDown");
        assertThat(watch.ofBucket("music", now())).isNull();
    }

    @Test
    void oneShardsTroubleIsNotItsBucketsWhileTheOthersOfTheBucketWork() {
        second = 60;
        fails("photos", 0, 30, REFUSED);
        works("photos", 1);

        assertThat(watch.ofBucket("photos", now())).isNull();
        assertThat(run()).isNull();
    }

    @Test
    void whenTheWorkingBucketStopsWorkingTooTheRunWaitsFromThenOn() {
        second = 60;
        works("music", 0);
        fails("photos", 0, 60, "503 SlowDown");
        assertThat(run()).isNull();
        second = 70;
        fails("music", 0, 10, REFUSED);
        fails("photos", 0, 70, REFUSED);

        assertThat(Objects.requireNonNull(run()).since()).isEqualTo(BEGIN.plusSeconds(60));
    }

    @Test
    void aBucketThatIsThroughAnsweredLastAndTheOthersStillWait() {
        second = 10;
        works("music", 0);
        watch.ended("music");
        second = 20;
        fails("photos", 0, 11, REFUSED);

        assertThat(Objects.requireNonNull(run()).since())
                .as("music was answered after photos' first failure")
                .isEqualTo(BEGIN.plusSeconds(10));
    }

    @Test
    void whoNeedsNothingOfS3DoesNotWaitForIt() {
        second = 10;
        fails("photos", 0, 5, REFUSED);
        assertThat(run()).isNotNull();
        watch.told("photos", 0, null, now());
        second = 16;

        assertThat(run()).isNull();
        assertThat(watch.ofBucket("photos", now())).isNull();
    }

    @Test
    void betweenTwoAttemptsTheRunGoesOnWaitingAndTheMomentItBeganStays() {
        second = 10;
        fails("photos", 0, 5, REFUSED);
        Instant since = Objects.requireNonNull(run()).since();
        watch.ended("photos");
        second = 200;
        assertThat(watch.ofRun(true, now())).isNotNull();

        watch.attemptBegan(now());
        assertThat(run()).as("not before the workers had a chance to ask").isNotNull();
        second = 202;
        fails("photos", 0, 1, "timed out");

        assertThat(Objects.requireNonNull(run()).since()).isEqualTo(since);
        assertThat(Objects.requireNonNull(run()).cause()).isEqualTo("timed out");
    }

    @Test
    void theSearchForBucketsWaitsTooAndHasNoBucketToName() {
        second = 10;
        watch.discovering(new TransferMessage.Service(null, new TransferMessage.Trouble(5_000, REFUSED, null)), now());
        assertThat(Objects.requireNonNull(run()).buckets()).isEmpty();
    }

    @Test
    void theLogTellsSinceWhenToTheSecond() {
        Logger logger = (Logger) LoggerFactory.getLogger(S3Watch.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            S3Watch fine = new S3Watch(() -> BEGIN.plusNanos(7_905_628_225L));
            fine.told(
                    "photos",
                    0,
                    new TransferMessage.Service(null, new TransferMessage.Trouble(7_000, REFUSED, null)),
                    7_905_628_225L);
            assertThat(fine.ofRun(false, 7_905_628_225L)).isNotNull();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("Waiting for S3: connection refused since 2026-01-01T00:00:00Z.");
    }
}
