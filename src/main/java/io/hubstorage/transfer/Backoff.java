package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt at one object: exponential with full jitter, as in "Exponential Backoff And
 * Jitter" of the AWS Architecture Blog.
 */
record Backoff(Duration base, Duration cap, int attempts) {
    /** Six attempts within at most about 25 seconds. */
    static final Backoff OBJECT = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), 6);

    /** Whether trying again can help. */
    static boolean mayPass(S3Failure failure) {
        return failure instanceof S3Failure.Retriable || failure instanceof S3Failure.Throttled;
    }

    /** The wait after the given failed attempt, counted from 1; random between nothing and the current ceiling. */
    Duration after(int attempt) {
        long ceiling = Math.min(cap.toMillis(), base.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
    }
}
