package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Answers that come just when their requests are given up: a matter of luck, so it is tried often. */
final class LateAnswerTest {
    private static final int READS = 300;
    private static final Duration SILENCE = Duration.ofMillis(40);

    @Test
    void anAnswerToARequestThatWasGivenUpLeavesNothingInTheLog() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = java.util.Collections.synchronizedList(log.list);
        log.start();
        root.addAppender(log);
        AtomicInteger failed = new AtomicInteger();
        try (SyntheticS3 server = SyntheticS3.start();
                S3Access s3 = new S3Access(server.settings(), 32, "test", SILENCE)) {
            server.bucket("things", SyntheticBucket.uniform(READS, 1000, "k/####"));
            for (int millis : new int[] {-2, -1, 0, 1, 2, 40}) {
                server.latency(SILENCE.plusMillis(millis));
                readAll(s3, failed);
            }
        } finally {
            root.detachAppender(log);
        }
        List<String> lines = List.copyOf(log.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(event -> event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage() + " "
                        + (event.getThrowableProxy() == null
                                ? ""
                                : event.getThrowableProxy().getMessage()))
                .distinct()
                .toList();
        assertThat(lines).isEmpty();
        assertThat(failed.get()).as("some were given up, so it was tried").isPositive();
    }

    private static void readAll(S3Access s3, AtomicInteger failed) {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(32, Thread.ofVirtual().factory())) {
            IntStream.range(0, READS).forEach(index -> threads.execute(() -> read(s3, index, failed)));
        }
    }

    private static void read(S3Access s3, int index, AtomicInteger failed) {
        try {
            s3.object("things", "k/%04d".formatted(index)).readSmall(1000, count -> {});
        } catch (S3Failure silence) {
            failed.incrementAndGet();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
