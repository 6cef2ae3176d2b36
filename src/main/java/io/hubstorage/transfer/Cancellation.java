package io.hubstorage.transfer;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells every thread of a shard to stop, at the latest at its next step. Thread-safe. */
final class Cancellation {
    private final CountDownLatch requested = new CountDownLatch(1);

    /** Whether this was the first to ask. */
    synchronized boolean request() {
        boolean first = !isRequested();
        requested.countDown();
        return first;
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Throws when the shard has been told to stop. */
    void check() {
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
