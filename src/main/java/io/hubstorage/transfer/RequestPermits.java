package io.hubstorage.transfer;

import java.util.concurrent.Semaphore;

/**
 * How many requests for bodies may be under way at once, over all shards. It rises to what hides the server's latency
 * (Little's law on the fastest recent answer), halves when the server asks to slow down, and recovers by an eighth
 * for each window of answers, as TCP does (additive increase, multiplicative decrease, RFC 5681). Thread-safe.
 */
final class RequestPermits {
    private static final int FLOOR = 4;
    private static final int START = 64;
    private static final double ANSWERS_PER_MILLISECOND = 12;
    private static final int WINDOW = 256;

    /** A semaphore whose permits can be taken away while they are in use. */
    private static final class Adjustable extends Semaphore {
        private static final long serialVersionUID = 1L;

        Adjustable(int permits) {
            super(permits);
        }

        void reduce(int by) {
            reducePermits(by);
        }
    }

    private final int ceiling;
    private final Adjustable permits;
    private int limit;
    private int allowed;
    private int answers;
    private long fastestNanos = Long.MAX_VALUE;
    /** Answers still to come to requests that were sent before the limit was last halved. */
    private int stale;

    RequestPermits(int ceiling) {
        this.ceiling = ceiling;
        this.limit = Math.min(START, ceiling);
        this.allowed = ceiling;
        this.permits = new Adjustable(limit);
    }

    void acquire() throws InterruptedException {
        permits.acquire();
    }

    void release() {
        permits.release();
    }

    /** A request was answered after that time. */
    synchronized void answered(long nanos) {
        fastestNanos = Math.min(fastestNanos, nanos);
        stale = Math.max(0, stale - 1);
        if (++answers < WINDOW) {
            return;
        }
        answers = 0;
        allowed = Math.min(ceiling, allowed + Math.max(1, allowed / 8));
        double wanted = fastestNanos / 1e6 * ANSWERS_PER_MILLISECOND;
        fastestNanos = Long.MAX_VALUE;
        resize((int) Math.clamp(wanted, START / 2.0, ceiling));
    }

    /** The server asked to slow down; several answers of one burst count once. */
    synchronized void throttled() {
        if (stale > 0) {
            stale--;
            return;
        }
        stale = limit - 1;
        allowed = Math.max(FLOOR, limit / 2);
        resize(limit);
    }

    /** The present limit. */
    synchronized int limit() {
        return limit;
    }

    private void resize(int wanted) {
        int next = Math.max(FLOOR, Math.min(wanted, allowed));
        if (next > limit) {
            permits.release(next - limit);
        } else if (next < limit) {
            permits.reduce(limit - next);
        }
        limit = next;
    }
}
