package io.hubstorage.transfer;

import java.util.concurrent.Semaphore;

/** Bounds the bytes of bodies held in memory at once, whatever the number of requests. Thread-safe, fair. */
final class ByteBudget {
    private static final int UNIT = 1024;
    private final int units;
    private final Semaphore free;

    ByteBudget(long bytes) {
        units = Math.toIntExact(Math.max(1, bytes / UNIT));
        free = new Semaphore(units, true);
    }

    /** A quarter of the heap, at most 128 MiB. */
    static ByteBudget ofHeap() {
        return new ByteBudget(Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 4));
    }

    /** Waits until that many bytes are free and takes them; close the result to give them back. */
    Lease take(long bytes) throws InterruptedException {
        int wanted = Math.clamp((bytes + UNIT - 1) / UNIT, 1, units);
        free.acquire(wanted);
        return () -> free.release(wanted);
    }

    /** Bytes taken from the budget. */
    interface Lease extends AutoCloseable {
        @Override
        void close();
    }
}
