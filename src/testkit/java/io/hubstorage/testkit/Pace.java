package io.hubstorage.testkit;

/** A limit of bytes a second that many answers share; 0 means none. Safe for threads. */
final class Pace {
    private static final long SECOND = 1_000_000_000L;

    private volatile long bytesPerSecond;
    private long freeAt = System.nanoTime();

    Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    synchronized void limit(long limit) {
        bytesPerSecond = limit;
        // Nobody waits for what was promised under another limit.
        freeAt = System.nanoTime();
    }

    boolean limited() {
        return bytesPerSecond > 0;
    }

    /** How many milliseconds to wait after sending so much. */
    long delayAfter(int bytes) {
        long limit = bytesPerSecond;
        if (limit <= 0) {
            return 0;
        }
        synchronized (this) {
            long now = System.nanoTime();
            freeAt = Math.max(freeAt, now) + bytes * SECOND / limit;
            return (freeAt - now) / 1_000_000;
        }
    }
}
