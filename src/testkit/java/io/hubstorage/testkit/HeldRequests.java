package io.hubstorage.testkit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds requests back until a test lets them go; see {@link Fault#hold}. Safe for threads. */
public final class HeldRequests {
    private final Promise<Void> promise = Promise.promise();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Lets everything through, now and later. */
    public void open() {
        promise.tryComplete();
    }

    /** How many requests have come so far. */
    public int arrived() {
        return waiting.get();
    }

    Future<Void> arrive() {
        waiting.incrementAndGet();
        return promise.future();
    }
}
