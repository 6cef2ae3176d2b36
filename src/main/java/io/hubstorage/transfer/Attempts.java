package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.time.Duration;
import java.util.Optional;

/**
 * The failed attempts at one thing, and whether there should be another. What fails by itself is counted; while S3 as a whole
 * is not to be had only time counts, so that an outage costs no object. For one thread.
 */
final class Attempts {
    private final Backoff backoff;
    private int counted;
    private int inAll;
    private boolean outage;
    private long outageBeganNanos;

    Attempts(Backoff backoff) {
        this.backoff = backoff;
    }

    /** The last attempt brought the work on: those before it do not count any more. */
    void progressed() {
        counted = 0;
    }

    /** Waits for the next attempt, or throws the failure when there should be none. */
    void pauseAfter(S3Failure failure, Cancellation cancellation) throws S3Failure, InterruptedException {
        Optional<Duration> pause = pause(failure, System.nanoTime());
        if (pause.isEmpty()) {
            throw failure;
        }
        cancellation.pause(pause.get());
    }

    /** How long to wait before the next attempt; empty when the fault is one that stays, or enough has been tried. */
    Optional<Duration> pause(S3Failure failure, long nowNanos) {
        return mayPass(failure) && !isEnough(failure, nowNanos)
                ? Optional.of(backoff.after(++inAll))
                : Optional.empty();
    }

    /** Whether trying again can help. */
    static boolean mayPass(S3Failure failure) {
        return failure instanceof S3Failure.Retriable || failure instanceof S3Failure.Throttled;
    }

    private boolean isEnough(S3Failure failure, long nowNanos) {
        if (!failure.concernsEverything() || backoff.outage().isZero()) {
            outage = false;
            return ++counted >= backoff.attempts();
        }
        if (!outage) {
            outage = true;
            outageBeganNanos = nowNanos;
        }
        return nowNanos - outageBeganNanos >= backoff.outage().toNanos();
    }
}
