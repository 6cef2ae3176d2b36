package io.hubstorage.backup;

import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops a run early, up to the moment its commit begins. Thread-safe. */
final class StopSignal {
    private final CountDownLatch requested = new CountDownLatch(1);
    private boolean committing;
    private RunResult result = RunResult.CANCELLED;
    private String reason = "stopped on request";

    /** Asks the run to stop. False when it has begun to commit: then it ends by itself at once. The first reason counts. */
    synchronized boolean request(RunResult asResult, String why) {
        if (committing) {
            return false;
        }
        if (requested.getCount() > 0) {
            result = asResult;
            reason = why;
            requested.countDown();
        }
        return true;
    }

    /** From here on the run cannot be stopped. */
    synchronized void beginCommit() {
        if (requested.getCount() == 0) {
            throw new CancellationException(reason);
        }
        committing = true;
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    synchronized RunResult result() {
        return result;
    }

    synchronized String reason() {
        return reason;
    }

    /** Waits, unless asked to stop before or meanwhile. */
    void pause(Duration time) throws InterruptedException {
        if (requested.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CancellationException(reason());
        }
    }
}
