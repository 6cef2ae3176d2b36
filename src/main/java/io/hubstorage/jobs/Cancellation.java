package io.hubstorage.jobs;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells every thread of a piece of work to stop: each asks {@link #check} before its next step. Thread-safe. */
public class Cancellation {
    private final CountDownLatch requested = new CountDownLatch(1);
    private String reason = "stopped on request";

    /** Asks for it. Whether this was the first to ask. */
    public final boolean request() {
        return request(reason());
    }

    /** Asks for it, with a reason other than that somebody wanted it; the first one counts. Whether this was the first to ask. */
    public final synchronized boolean request(String why) {
        if (isRequested()) {
            return false;
        }
        reason = why;
        requested.countDown();
        return true;
    }

    public final boolean isRequested() {
        return requested.getCount() == 0;
    }

    public final synchronized String reason() {
        return reason;
    }

    /** Throws a {@link CancellationException} once it was requested. */
    public void check() {
        if (isRequested()) {
            throw new CancellationException(reason());
        }
    }

    /** Waits; throws a {@link CancellationException} when it was requested before, or is meanwhile. */
    public final void pause(Duration time) throws InterruptedException {
        if (requested.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CancellationException(reason());
        }
    }
}
