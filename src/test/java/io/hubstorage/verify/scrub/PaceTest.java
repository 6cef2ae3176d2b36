package io.hubstorage.verify.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final int CHUNK = 1 << 18;

    private final AtomicBoolean backup = new AtomicBoolean();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicLong nanos = new AtomicLong();
    private final Cancellation cancellation = new Cancellation();
    private volatile double rate = Double.POSITIVE_INFINITY;

    /** Each look at the clock takes half a second of it. */
    private final Pace pace = new Pace(
            backup::get,
            open::get,
            () -> rate,
            new RateLimiter(() -> nanos.addAndGet(Duration.ofMillis(500).toNanos())),
            cancellation);

    @Test
    void noMoreIsReadInASecondThanIsAllowed() throws Exception {
        rate = 2 << 20;
        long bytes = 6 << 20;
        pace.take(1, true);
        long begin = nanos.get();
        for (long read = 0; read < bytes; read += CHUNK) {
            pace.take(CHUNK, true);
        }
        double seconds = (nanos.get() - begin) / 1e9;
        assertThat(bytes).isLessThanOrEqualTo((long) (rate * seconds) + RateLimiter.LEAST_BURST);
    }

    @Test
    void itWaitsForABackupAndThenGoesOn() throws Exception {
        backup.set(true);
        CompletableFuture<Void> read = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                pace.take(CHUNK, true);
                read.complete(null);
            } catch (Exception e) {
                read.completeExceptionally(e);
            }
        });
        await().until(pace::isWaiting);
        assertThat(read).isNotDone();
        backup.set(false);
        reader.join();
        assertThat(read).isCompleted();
        assertThat(pace.isWaiting()).isFalse();
    }

    @Test
    void afterItsHoursNothingIsBegunAndOnlyWhatMustIsReadToItsEnd() throws Exception {
        open.set(false);
        assertThatThrownBy(pace::begin).isInstanceOf(Pace.OverException.class);
        assertThatThrownBy(() -> pace.take(CHUNK, false)).isInstanceOf(Pace.OverException.class);
        pace.take(CHUNK, true);
        pace.step();
    }

    @Test
    void whoWaitsIsToldToStop() {
        backup.set(true);
        boolean _ = cancellation.request();
        assertThatThrownBy(() -> pace.take(CHUNK, true)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(pace::step).isInstanceOf(CancellationException.class);
    }
}
