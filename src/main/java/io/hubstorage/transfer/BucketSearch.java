package io.hubstorage.transfer;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.Availability;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the buckets of the account: at once for somebody who looks on, and with patience for a run, which must not fail
 * because S3 is away for a minute just when it begins. Thread-safe.
 */
final class BucketSearch {
    private final Map<String, ForRun> runs = new ConcurrentHashMap<>();
    private final RetryPolicy retries;
    private final Search search;

    private static final RetryPolicy IMPATIENT = new RetryPolicy(Duration.ofMillis(100), Duration.ofMillis(500), 3);

    @FunctionalInterface
    interface Search {
        S3Message.Buckets run(Availability availability) throws S3Failure, IOException, InterruptedException;
    }

    private record ForRun(Cancellation cancellation, Availability availability) {}

    BucketSearch(RetryPolicy retries, Search search) {
        this.retries = retries;
        this.search = search;
    }

    /** Blocks, for a run as long as an outage may last. */
    S3Message.Buckets find(S3Message.Discover request) throws S3Failure, IOException, InterruptedException {
        String run = request.runId();
        if (run == null) {
            // Somebody waits for the answer: a moment's fault is passed over, an outage is told.
            Availability asked = new Availability();
            return IMPATIENT.retrying(new Cancellation(), () -> search.run(asked));
        }
        ForRun waiting = runs.computeIfAbsent(run, _ -> new ForRun(new Cancellation(), new Availability()));
        try {
            return retries.retrying(waiting.cancellation, () -> search.run(waiting.availability));
        } finally {
            runs.remove(run);
        }
    }

    List<TransferMessage.Discovering> underWay() {
        return runs.entrySet().stream()
                .map(run -> new TransferMessage.Discovering(
                        run.getKey(), run.getValue().availability.service()))
                .toList();
    }

    void cancel(String runId) {
        ForRun waiting = runs.get(runId);
        if (waiting != null) {
            waiting.cancellation.request();
        }
    }

    void cancelAll() {
        runs.values().forEach(waiting -> waiting.cancellation.request());
    }
}
