package io.hubstorage.requests;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a request that failed is sent again: the only place where attempts at one are counted. What fails by itself is counted;
 * while S3 as a whole is not to be had only time counts, so that an outage costs no object. The wait is random up to a ceiling
 * that doubles each time ("full jitter", see "Exponential Backoff And Jitter" of the AWS Architecture Blog), and never shorter
 * than a throttling server asks for.
 *
 * @param attempts at what fails by itself
 * @param outage for how long to go on while S3 as a whole is not to be had, however many attempts that takes, though never for
 *     fewer than {@code attempts}, since one of them may wait that long for bandwidth; zero to count those like others
 */
public record RetryPolicy(Duration base, Duration cap, int attempts, Duration outage) {
    /** Six attempts at one thing; two minutes while nothing answers or the server throttles. */
    public static final RetryPolicy USUAL =
            new RetryPolicy(Duration.ofMillis(200), Duration.ofSeconds(10), 6, Duration.ofMinutes(2));

    private static final Logger LOG = LoggerFactory.getLogger(RetryPolicy.class);

    /** An attempt that brought so many bytes was none in vain. */
    private static final long PROGRESS = 1 << 20;

    /** Never longer, whatever a server asks for. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Without patience for outages. */
    public RetryPolicy(Duration base, Duration cap, int attempts) {
        this(base, cap, attempts, Duration.ZERO);
    }

    @FunctionalInterface
    public interface Attempt<T extends @Nullable Object> {
        T run() throws S3Failure, IOException, InterruptedException;
    }

    /** Tries until it works, until the fault is one that stays, or until the last attempt has failed. */
    public <T extends @Nullable Object> T retrying(Cancellation cancellation, Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        return retrying(cancellation, () -> 0, work);
    }

    /**
     * The same for what brings bytes that stay: after an attempt that brought many, those before it do not count any more.
     *
     * @param arrived the bytes that are there already
     */
    public <T extends @Nullable Object> T retrying(Cancellation cancellation, LongSupplier arrived, Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        Failures failures = new Failures();
        long settled = arrived.getAsLong();
        while (true) {
            cancellation.check();
            try {
                return work.run();
            } catch (S3Failure failure) {
                if (arrived.getAsLong() - settled >= PROGRESS) {
                    settled = arrived.getAsLong();
                    failures.forget();
                }
                Optional<Duration> pause = failures.pause(failure, System.nanoTime());
                if (pause.isEmpty()) {
                    throw failure;
                }
                LOG.debug(
                        "attempt {}: {} The next follows in {} ms",
                        failures.inAll,
                        failure.getMessage(),
                        pause.get().toMillis());
                cancellation.pause(pause.get());
            }
        }
    }

    /** The failed attempts at one thing. For one thread. */
    final class Failures {
        private int counted;
        private int inAll;
        private int inOutage;
        private long outageBeganNanos;

        void forget() {
            counted = 0;
            inOutage = 0;
        }

        /** How long to wait before the next attempt; empty when the fault is one that stays, or enough has been tried. */
        Optional<Duration> pause(S3Failure failure, long nowNanos) {
            if (!failure.mayPass() || isEnough(failure, nowNanos)) {
                return Optional.empty();
            }
            Duration pause = after(++inAll);
            Duration asked = failure instanceof S3Failure.Throttled throttled ? throttled.retryAfter() : Duration.ZERO;
            Duration bounded = asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
            return Optional.of(pause.compareTo(bounded) < 0 ? bounded : pause);
        }

        private boolean isEnough(S3Failure failure, long nowNanos) {
            if (!failure.concernsEverything() || outage().isZero()) {
                inOutage = 0;
                return ++counted >= attempts();
            }
            if (inOutage++ == 0) {
                outageBeganNanos = nowNanos;
            }
            return inOutage >= attempts() && nowNanos - outageBeganNanos >= outage().toNanos();
        }
    }

    /** The wait after the given failed attempt, counted from 1; random between nothing and the current ceiling. */
    Duration after(int attempt) {
        long ceiling = Math.min(cap.toMillis(), base.toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
    }
}
