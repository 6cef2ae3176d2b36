package io.hubstorage.transfer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells every thread of a shard to stop, at the latest at its next step: on request, or because the run has given the shard up,
 * which it says by taking the shard's lease away. Thread-safe.
 */
final class Cancellation {
    /** How long a look at the lease holds: much less than a run waits before it gives a silent worker up. */
    private static final long LOOK_NANOS = 100_000_000L;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final @Nullable Path lease;
    private volatile long lookedNanos;
    private volatile boolean lost;

    /** On request alone. */
    Cancellation() {
        this(null);
    }

    /** @param lease the file that is there as long as the run counts on the shard; null where nothing is written */
    Cancellation(@Nullable Path lease) {
        this.lease = lease;
        this.lookedNanos = System.nanoTime() - LOOK_NANOS - 1;
    }

    /** Whether this was the first to ask. */
    synchronized boolean request() {
        boolean first = !isRequested();
        requested.countDown();
        return first;
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Whether the run has given the shard up: nothing of it may be written or told any more. Reads the disk. */
    boolean isGivenUp() {
        if (!lost && lease != null && !Files.exists(lease)) {
            lost = true;
            request();
        }
        return lost;
    }

    /** Before each step that writes: throws when the run has given the shard up, also while this process stood still. */
    void requireLease() {
        long now = System.nanoTime();
        if (!lost && now - lookedNanos > LOOK_NANOS) {
            lookedNanos = now;
            isGivenUp();
        }
        if (lost) {
            throw new CancellationException("the run has given this shard up");
        }
    }

    /** Throws when the shard has been told to stop. */
    void check() {
        requireLease();
        if (isRequested()) {
            throw new CancellationException("stopped on request");
        }
    }

    /** Waits, unless told to stop before or meanwhile. */
    void pause(Duration time) throws InterruptedException {
        if (requested.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CancellationException("stopped on request");
        }
    }
}
