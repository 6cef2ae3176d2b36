package io.hubstorage.verify.scrub;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * When and how fast a cycle may read: not while a backup runs, within its hours, and no more bytes a second than it is allowed. What
 * is allowed is asked again and again. Thread-safe; blocks.
 */
final class Pace {
    /** How often it is looked whether the backup has ended. */
    private static final Duration LOOK = Duration.ofMillis(200);
    /** Of the steps that cost next to nothing. */
    private static final int ASK_EVERY = 64;

    private final BooleanSupplier backup;
    private final BooleanSupplier open;
    private final DoubleSupplier bytesPerSecond;
    private final RateLimiter limiter;
    private final Cancellation cancellation;
    private volatile boolean waiting;
    private int steps;

    /** Its hours are over. */
    static final class OverException extends IOException {
        private static final long serialVersionUID = 1L;

        OverException() {
            super("its hours are over");
        }
    }

    /**
     * Of one job.
     *
     * @param backup whether one runs
     * @param open whether it may read at this hour
     * @param bytesPerSecond infinity for no limit
     */
    Pace(
            BooleanSupplier backup,
            BooleanSupplier open,
            DoubleSupplier bytesPerSecond,
            RateLimiter limiter,
            Cancellation cancellation) {
        this.backup = backup;
        this.open = open;
        this.bytesPerSecond = bytesPerSecond;
        this.limiter = limiter;
        this.cancellation = cancellation;
    }

    /** Whether it waits for a backup. */
    boolean isWaiting() {
        return waiting;
    }

    /** Throws a {@link java.util.concurrent.CancellationException} once it is to stop. */
    void check() {
        cancellation.check();
    }

    /** What is asked before each piece of work that reads no file. */
    @FunctionalInterface
    interface Step {
        /** May wait; throws when it is to stop. */
        void take() throws IOException;
    }

    /** Before something that reads no file: waits while a backup runs, whatever the hour. For one thread. */
    void step() throws InterruptedIOException {
        check();
        if (++steps % ASK_EVERY == 0) {
            try {
                awaitBackup();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (InterruptedIOException) new InterruptedIOException("waiting was broken off").initCause(e);
            }
        }
    }

    /**
     * Before the next file.
     *
     * @throws OverException when it is not to be begun any more
     */
    void begin() throws OverException, InterruptedException {
        awaitBackup();
        if (!open.getAsBoolean()) {
            throw new OverException();
        }
    }

    /**
     * Before so many bytes of a file are read.
     *
     * @param whole whether the file is read to its end although its hours are over
     * @throws OverException when its hours are over
     */
    void take(long bytes, boolean whole) throws OverException, InterruptedException {
        if (whole) {
            awaitBackup();
        } else {
            begin();
        }
        boolean _ = limiter.rate(bytesPerSecond.getAsDouble());
        boolean _ = limiter.take(bytes, cancellation);
    }

    private void awaitBackup() throws InterruptedException {
        check();
        if (!backup.getAsBoolean()) {
            return;
        }
        waiting = true;
        try {
            while (backup.getAsBoolean()) {
                cancellation.pause(LOOK);
            }
        } finally {
            waiting = false;
        }
    }
}
