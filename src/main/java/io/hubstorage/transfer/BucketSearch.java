package io.hubstorage.transfer;

import io.hubstorage.bus.S3Message;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the buckets of the account: at once for somebody who looks on, and with patience for a run, which must not fail
 * because S3 is away for a minute just when it begins. Thread-safe.
 */
final class BucketSearch {
    private final Map<String, Cancellation> runs = new ConcurrentHashMap<>();
    private final Backoff backoff;
    private final Backoff.Attempt<S3Message.Buckets> search;

    /** @param search one attempt; blocking */
    BucketSearch(Backoff backoff, Backoff.Attempt<S3Message.Buckets> search) {
        this.backoff = backoff;
        this.search = search;
    }

    /** Blocks, for a run as long as an outage may last. */
    S3Message.Buckets find(S3Message.Discover request) throws S3Failure, IOException, InterruptedException {
        String run = request.runId();
        if (run == null) {
            return search.run();
        }
        Cancellation cancellation = runs.computeIfAbsent(run, _ -> new Cancellation());
        try {
            return backoff.retrying(cancellation, search);
        } finally {
            runs.remove(run);
        }
    }

    /** The run does not need them any more. */
    void cancel(String runId) {
        Cancellation waiting = runs.get(runId);
        if (waiting != null) {
            waiting.request();
        }
    }

    /** Nobody needs them any more. */
    void cancelAll() {
        runs.values().forEach(Cancellation::request);
    }
}
