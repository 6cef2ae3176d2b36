package io.hubstorage.requests;

import io.hubstorage.jobs.Cancellation;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How fast the bodies of objects may come from S3, or go there, over all pieces of work: a token bucket. Whoever wants some waits for their turn in the order
 * of coming, and then until there are enough; the rate may change meanwhile, which counts at once. Thread-safe; blocks
 * virtual threads only.
 *
 * <p>Not a library's, because in those that there are (Guava's {@code RateLimiter}, Bucket4j, Resilience4j) whoever waits already
 * goes on at the rate of that time: a limit of the day would hold up the night.
 */
public final class RateLimiter {
    /** What may come at once after a pause, at least. The largest body that is asked for as a whole is no larger. */
    public static final long LEAST_BURST = 1 << 20;

    /** So much time's worth may come at once if that is more, since nobody wakes up to the millisecond. */
    private static final double BURST_SECONDS = 0.1;

    /** How often whoever waits looks whether the rate has changed. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final double NANOS = 1e9;

    private final LongSupplier nanoClock;
    /** Fair: the only queue there is. Whoever holds it waits for tokens, all others for it. */
    private final Semaphore turn = new Semaphore(1, true);

    private volatile double bytesPerSecond = Double.POSITIVE_INFINITY;
    private double tokens;
    private long filledNanos;

    public RateLimiter(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** The rate from now on, of bodies under way too; infinity for no limit. Whether it was another one. */
    public synchronized boolean rate(double next) {
        if (next == bytesPerSecond) {
            return false;
        }
        if (isLimited()) {
            fill();
        } else {
            tokens = Double.MAX_VALUE;
            filledNanos = nanoClock.getAsLong();
        }
        bytesPerSecond = next;
        tokens = Math.min(tokens, burst());
        return true;
    }

    boolean isLimited() {
        return bytesPerSecond != Double.POSITIVE_INFINITY;
    }

    private double burst() {
        return Math.max(LEAST_BURST, bytesPerSecond * BURST_SECONDS);
    }

    private void fill() {
        long now = nanoClock.getAsLong();
        tokens = Math.min(burst(), tokens + (now - filledNanos) / NANOS * bytesPerSecond);
        filledNanos = now;
    }

    /**
     * Waits until so many bytes may come, and takes them.
     *
     * @return whether it had to wait
     * @throws java.util.concurrent.CancellationException as soon as the work is to end
     */
    public boolean take(long bytes, Cancellation cancellation) throws InterruptedException {
        if (!isLimited()) {
            return false;
        }
        // With a time, if none: without one it would not stand behind those who wait.
        boolean waited = !turn.tryAcquire(0, TimeUnit.SECONDS);
        if (waited) {
            turn.acquire();
        }
        try {
            cancellation.check();
            for (Duration wait = tryToTake(bytes); !wait.isZero(); wait = tryToTake(bytes)) {
                waited = true;
                cancellation.pause(wait.compareTo(LOOK) < 0 ? wait : LOOK);
            }
            return waited;
        } finally {
            turn.release();
        }
    }

    /**
     * Takes them if there are enough.
     *
     * @return zero if they are taken; else how long that will be, in whole milliseconds, unless the rate changes
     */
    synchronized Duration tryToTake(long bytes) {
        if (!isLimited()) {
            return Duration.ZERO;
        }
        fill();
        double missing = Math.min((double) bytes, burst()) - tokens;
        if (missing > 0) {
            return Duration.ofMillis(Math.max(1, (long) Math.ceil(missing / bytesPerSecond * 1_000)));
        }
        tokens -= bytes;
        return Duration.ZERO;
    }

    /** Puts back what was taken and did not come. */
    synchronized void giveBack(long bytes) {
        if (isLimited()) {
            fill();
            tokens = Math.min(burst(), tokens + bytes);
        }
    }
}
