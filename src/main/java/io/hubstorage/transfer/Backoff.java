package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often to try, and how long to wait before the next attempt: exponential with full jitter, as in "Exponential Backoff And
 * Jitter" of the AWS Architecture Blog.
 */
public record Backoff(Duration base, Duration cap, int attempts) {
    /** Six attempts within at most about 25 seconds. */
    public static final Backoff USUAL = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), 6);

    /** Whether trying again can help. */
    static boolean mayPass(S3Failure failure) {
        return failure instanceof S3Failure.Retriable || failure instanceof S3Failure.Throttled;
    }

    /** Something that S3 may refuse. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws S3Failure, IOException, InterruptedException;
    }

    /** Tries until it works, until the fault is one that stays, or until the last attempt has failed. */
    <T> T retrying(Cancellation cancellation, Attempt<T> work) throws S3Failure, IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            cancellation.check();
            try {
                return work.run();
            } catch (S3Failure failure) {
                if (!mayPass(failure) || attempt >= attempts) {
                    throw failure;
                }
                cancellation.pause(after(attempt));
            }
        }
    }

    /** The wait after the given failed attempt, counted from 1; random between nothing and the current ceiling. */
    Duration after(int attempt) {
        long ceiling = Math.min(cap.toMillis(), base.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
    }
}
