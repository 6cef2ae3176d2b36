package io.hubstorage.transfer;

import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often to try, and how long to wait before the next attempt: exponential with full jitter, as in "Exponential Backoff And
 * Jitter" of the AWS Architecture Blog.
 *
 * @param attempts at what fails by itself
 * @param outage for how long to go on while S3 as a whole is not to be had, however many attempts that takes; zero to count
 *     those like others
 */
public record Backoff(Duration base, Duration cap, int attempts, Duration outage) {
    /** Six attempts at one thing; two minutes while nothing answers or the server throttles. */
    public static final Backoff USUAL =
            new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), 6, Duration.ofMinutes(2));

    /** Without patience for outages. */
    public Backoff(Duration base, Duration cap, int attempts) {
        this(base, cap, attempts, Duration.ZERO);
    }

    /** Something that S3 may refuse. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws S3Failure, IOException, InterruptedException;
    }

    /** Tries until it works, until the fault is one that stays, or until the last attempt has failed. */
    <T> T retrying(Cancellation cancellation, Attempt<T> work) throws S3Failure, IOException, InterruptedException {
        Attempts made = new Attempts(this);
        while (true) {
            cancellation.check();
            try {
                return work.run();
            } catch (S3Failure failure) {
                made.pauseAfter(failure, cancellation);
            }
        }
    }

    /** The wait after the given failed attempt, counted from 1; random between nothing and the current ceiling. */
    Duration after(int attempt) {
        long ceiling = Math.min(cap.toMillis(), base.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
    }
}
