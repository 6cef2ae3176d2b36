package io.hubstorage.backup;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.S3Message;
import io.hubstorage.jobs.Job;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks, for one run, which buckets the account holds; an outage is waited out. Blocks, unless the run is told to stop. */
final class AccountBuckets implements BucketSelection.Discovery {
    /** More than an outage that is waited out and the attempts after it take. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final String runId;
    private final Job job;

    AccountBuckets(Vertx vertx, String runId, Job job) {
        this.vertx = vertx;
        this.runId = runId;
        this.job = job;
    }

    @Override
    public List<String> buckets() throws RunStoppedException, InterruptedException {
        CompletableFuture<Message<JsonObject>> reply = vertx.eventBus()
                .<JsonObject>request(
                        Addresses.S3_DISCOVER,
                        BusJson.encode(new S3Message.Discover(runId)),
                        new DeliveryOptions().setSendTimeout(LONGEST.toMillis()))
                .toCompletionStage()
                .toCompletableFuture();
        return BusJson.decode(await(reply).body(), S3Message.Buckets.class).buckets().stream()
                .map(S3Message.Bucket::name)
                .toList();
    }

    /** Does not rely on the worker to hear of a stop that comes together with the question. */
    private Message<JsonObject> await(CompletableFuture<Message<JsonObject>> reply)
            throws RunStoppedException, InterruptedException {
        while (true) {
            try {
                return reply.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException _) {
                job.check();
            } catch (ExecutionException e) {
                throw RunStoppedException.failed("the buckets could not be discovered: " + Causes.message(e));
            }
        }
    }
}
