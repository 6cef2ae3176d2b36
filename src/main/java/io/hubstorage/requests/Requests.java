package io.hubstorage.requests;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How one piece of work sends its requests to S3, each until it works or is not worth another attempt, within limits that it shares
 * with all others. Thread-safe.
 *
 * <p>{@link RequestPermits} is the limit of all requests, {@link RateLimiter} another, for bodies alone, of whichever direction: the
 * beginning of a body is taken from it before the request has its permit, so that what waits for it keeps no other request from
 * being sent. A body that waits on its way keeps its permit, since it keeps its connection.
 */
public class Requests {
    /** What a body takes from the bandwidth at a time, once its beginning has come; as much as is under way anyhow. */
    private static final long STEP = 256 * 1024;
    /** At least so often is each body read that is under way. */
    private static final int READ_SECONDS = 10;
    /** So many are, however low the rate. */
    private static final int FEWEST = 4;

    private final RequestPermits permits;
    private final RateLimiter bandwidth;
    /**
     * Held, while the bandwidth is limited, by whoever is about to begin a body, until they have both bandwidth and a permit. One
     * at a time: what all of them took beforehand would be missing to those who read, and come all at once later.
     */
    private final Semaphore beginning;

    private final RetryPolicy retries;
    private final Cancellation cancellation;

    /** Limits of its own, and nobody to stop it; {@link #stoppedBy} shares them. */
    public Requests(RequestPermits permits, RateLimiter bandwidth, RetryPolicy retries) {
        this.permits = permits;
        this.bandwidth = bandwidth;
        this.beginning = new Semaphore(1, true);
        this.retries = retries;
        this.cancellation = new Cancellation();
    }

    /**
     * The bandwidth and rules of others, and permits of its own: what waits for a server that is down keeps no permit from those of
     * another.
     */
    protected Requests(Requests shared, RequestPermits permits) {
        this(permits, shared.bandwidth, shared.retries);
    }

    /** The limits of others, for a piece of work that ends with this cancellation. */
    protected Requests(Requests shared, Cancellation cancellation) {
        this.permits = shared.permits;
        this.bandwidth = shared.bandwidth;
        this.beginning = shared.beginning;
        this.retries = shared.retries;
        this.cancellation = cancellation;
    }

    /** The same for a piece of work that ends with this cancellation. */
    public Requests stoppedBy(Cancellation other) {
        return new Requests(this, other);
    }

    public boolean isStopped() {
        return cancellation.isRequested();
    }

    /**
     * How many requests at once leave none of their bodies unread for much longer than ten seconds at that rate: who sends to
     * somebody who does not read breaks off after a minute or so.
     */
    public static int mostAt(double bytesPerSecond, int ceiling) {
        return Math.clamp((long) (bytesPerSecond * READ_SECONDS / STEP), Math.min(FEWEST, ceiling), ceiling);
    }

    /** Sends a request that brings no body, when there is a permit. */
    public <T extends @Nullable Object> T send(RetryPolicy.Attempt<T> request)
            throws S3Failure, IOException, InterruptedException {
        return retrying(() -> limited(request));
    }

    /** Whatever it takes to get something; listings, which do not queue behind downloads, and what sends {@link #limited}. */
    public <T extends @Nullable Object> T retrying(RetryPolicy.Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        return retries.retrying(cancellation, work);
    }

    /** The same for bytes that stay when an attempt breaks off. */
    public <T extends @Nullable Object> T retrying(LongSupplier arrived, RetryPolicy.Attempt<T> work)
            throws S3Failure, IOException, InterruptedException {
        return retries.retrying(cancellation, arrived, work);
    }

    /** One attempt at a request that brings no body, when there is a permit; the limit learns from the answer. */
    public <T extends @Nullable Object> T limited(RetryPolicy.Attempt<T> request)
            throws S3Failure, IOException, InterruptedException {
        return reading(0, _ -> request.run());
    }

    @FunctionalInterface
    public interface Reading<T extends @Nullable Object> {
        /**
         * Sends it, and returns when the body has come.
         *
         * @param allowance is to be told of its bytes
         */
        T run(Allowance allowance) throws S3Failure, IOException, InterruptedException;
    }

    /**
     * One attempt at a request for so many bytes, to come or to go, when there is bandwidth for the first of them, up to those of a small object, and a
     * permit; the limit learns from the answer, unless that has waited for bandwidth.
     */
    public <T extends @Nullable Object> T reading(long bytes, Reading<T> request)
            throws S3Failure, IOException, InterruptedException {
        try (Allowance allowance = new Allowance(bytes)) {
            begin(allowance);
            return permitted(bytes, allowance, request);
        }
    }

    /** Takes bandwidth and a permit. Those who have permits need nothing but bandwidth, so one comes free in the end. */
    private void begin(Allowance allowance) throws InterruptedException {
        boolean queues = allowance.ahead > 0 && bandwidth.isLimited();
        if (queues) {
            beginning.acquire();
        }
        try {
            allowance.take(RateLimiter.LEAST_BURST);
            permits.acquire();
        } finally {
            if (queues) {
                beginning.release();
            }
        }
    }

    private <T extends @Nullable Object> T permitted(long bytes, Allowance allowance, Reading<T> request)
            throws S3Failure, IOException, InterruptedException {
        long began = System.nanoTime();
        try {
            T answer = request.run(allowance);
            if (allowance.paused) {
                permits.answeredWithPauses();
            } else {
                permits.answered(System.nanoTime() - began, bytes);
            }
            return answer;
        } catch (S3Failure failure) {
            if (failure instanceof S3Failure.Throttled) {
                permits.throttled();
            } else if (failure.isBroken() && !allowance.paused) {
                // Otherwise it may have been given up because we did not read.
                permits.broken();
            }
            throw failure;
        } finally {
            permits.release();
        }
    }

    /** The bandwidth of one body. */
    public final class Allowance implements AutoCloseable {
        /** Not taken yet. */
        private long ahead;
        /** Taken and not come yet; less than nothing where more was under way. */
        private final AtomicLong left = new AtomicLong();
        /** Whether the body had to wait on its way. */
        private boolean paused;

        private Allowance(long bytes) {
            ahead = bytes;
        }

        private boolean take(long most) throws InterruptedException {
            long bytes = Math.min(ahead, most);
            boolean waited = bytes > 0 && bandwidth.take(bytes, cancellation);
            ahead -= bytes;
            left.addAndGet(bytes);
            return waited;
        }

        /** What is told of bytes as they come, on any thread; never blocks. */
        public LongConsumer counting(LongConsumer received) {
            return bytes -> {
                left.addAndGet(-bytes);
                received.accept(bytes);
            };
        }

        /**
         * Waits until more may come. For whoever reads a body that is larger than a small object, before asking for more.
         *
         * @throws InterruptedIOException in the place of {@link InterruptedException}; the thread stays interrupted
         */
        public void more() throws InterruptedIOException {
            if (left.get() > 0 || ahead == 0) {
                return;
            }
            permits.pause();
            try {
                while (left.get() <= 0 && ahead > 0) {
                    paused |= take(STEP);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for bandwidth");
            } finally {
                permits.resume();
            }
        }

        /** What has not come did not. */
        @Override
        public void close() {
            if (left.get() > 0) {
                bandwidth.giveBack(left.get());
            }
        }
    }
}
