package io.hubstorage.backup;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BucketName;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Result;
import io.hubstorage.bus.TransferMessage.Shard;
import io.hubstorage.bus.TransferMessage.ShardId;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.WorkerPool;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfer workers, as one run asks them over the event bus: hands them its shards, a bounded number at once, and waits for
 * the results. A worker that falls silent is given up. Blocking methods are for virtual threads; thread-safe.
 */
final class ShardDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ShardDispatcher.class);
    private static final int AT_ONCE = 8;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    /** A listing in one piece begins later by this at most. */
    private static final Duration FOLDERS = Duration.ofSeconds(5);
    /** More than an outage that is waited out and the attempts after it take. */
    private static final Duration ACCOUNT = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final String runId;
    /** Of each account its own: shards that wait for a server that is down must not keep others from being worked on. */
    private final Map<String, Semaphore> room = new ConcurrentHashMap<>();

    private final Map<ShardId, Waiting> waiting = new ConcurrentHashMap<>();
    private final long silenceNanos;
    private volatile boolean cancelled;
    private volatile boolean gaveUp;

    private static final class Waiting {
        final CompletableFuture<Result> result = new CompletableFuture<>();
        volatile long heardNanos = System.nanoTime();
    }

    ShardDispatcher(Vertx vertx, String runId) {
        this(vertx, runId, SILENCE);
    }

    /** @param silence after which a worker is given up */
    ShardDispatcher(Vertx vertx, String runId, Duration silence) {
        this.vertx = vertx;
        this.runId = runId;
        this.silenceNanos = silence.toNanos();
    }

    /** Whether a worker was given up: what it has left may not be believed without a look. */
    boolean hasGivenUp() {
        return gaveUp;
    }

    /** The folders right below a bucket's prefix, up to a thousand; none where the server does not tell them soon. */
    List<String> folders(String bucket, String prefix, boolean requestPayer) throws InterruptedException {
        TransferMessage.FindFolders question = new TransferMessage.FindFolders(bucket, prefix, requestPayer);
        try {
            JsonObject answer =
                    ask(Addresses.TRANSFER_FOLDERS, question, FOLDERS).get();
            return BusJson.decode(answer, TransferMessage.Folders.class).prefixes();
        } catch (ExecutionException e) {
            boolean late = e.getCause() instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT;
            LOG.info(
                    "{}: listed in one piece, because its folders could not be listed: {}",
                    bucket,
                    late ? "S3 did not answer within %d s".formatted(FOLDERS.toSeconds()) : cause(e));
            return List.of();
        }
    }

    /** All buckets of the accounts; an outage is waited out, unless the run is told to stop. */
    S3Message.Buckets accountBuckets(Job job) throws RunStoppedException, InterruptedException {
        CompletableFuture<JsonObject> answer = ask(Addresses.S3_DISCOVER, new S3Message.Discover(runId), ACCOUNT);
        while (true) {
            try {
                return BusJson.decode(answer.get(1, TimeUnit.SECONDS), S3Message.Buckets.class);
            } catch (TimeoutException _) {
                // A worker may not hear of a stop that comes together with the question.
                job.check();
            } catch (ExecutionException e) {
                throw new RunStoppedException(
                        FailureCause.DISCOVERY, "the buckets could not be discovered: " + cause(e));
            }
        }
    }

    private CompletableFuture<JsonObject> ask(String address, Record question, Duration patience) {
        return vertx.eventBus()
                .<JsonObject>request(
                        address, BusJson.encode(question), new DeliveryOptions().setSendTimeout(patience.toMillis()))
                .map(Message::body)
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static String cause(ExecutionException failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    /** Has the shards worked on, side by side, and waits for the end of each. */
    Map<ShardId, Result> run(List<Shard> shards) throws InterruptedException {
        Map<ShardId, Result> results = new ConcurrentHashMap<>();
        WorkerPool.<RuntimeException>run("shard", shards.size(), pool -> {
            for (Shard shard : shards) {
                pool.submit(() -> results.put(shard.id(), run(shard)));
            }
        });
        return results;
    }

    private Result run(Shard shard) throws InterruptedException {
        String account =
                Objects.requireNonNullElse(BucketName.parse(shard.bucket()).account(), "");
        Semaphore places = room.computeIfAbsent(account, _ -> new Semaphore(AT_ONCE));
        places.acquire();
        if (cancelled) {
            places.release();
            return ended(shard, Outcome.CANCELLED, null, null);
        }
        Waiting shardWaiting = new Waiting();
        waiting.put(shard.id(), shardWaiting);
        try {
            prepare(shard);
            vertx.eventBus()
                    .request(Addresses.TRANSFER_SHARD, BusJson.encode(shard))
                    .onFailure(shardWaiting.result::completeExceptionally);
            return await(shard, shardWaiting);
        } catch (RuntimeException | Error e) {
            LOG.error("shard {} of {} failed in an unforeseen way", shard.id().index(), shard.bucket(), e);
            return ended(shard, Outcome.FAILED, "internal error: " + e, FailureCause.UNKNOWN);
        } catch (IOException e) {
            return DiskFull.isCauseOf(e)
                    ? ended(shard, Outcome.DISK_FULL, String.valueOf(e.getMessage()), FailureCause.DISK_FULL)
                    : ended(shard, Outcome.FAILED, "the destination disk failed: " + e, FailureCause.DISK);
        } finally {
            waiting.remove(shard.id());
            places.release();
        }
    }

    /** Makes the shard's folders and its lease, which workers never do. */
    private static void prepare(Shard shard) throws IOException {
        if (shard.mode() != Mode.DRY_RUN) {
            Files.createDirectories(Path.of(shard.workspace().tree()));
            Files.createDirectories(Path.of(shard.workspace().journal()));
            Files.writeString(Path.of(shard.lease()), shard.runId());
        }
    }

    /** Takes the lease away first: that also reaches a worker that does not listen. */
    private void giveUp(Shard shard) {
        gaveUp = true;
        LOG.warn(
                "no word from the worker on shard {} of {}: it is given up",
                shard.id().index(),
                shard.bucket());
        try {
            Files.deleteIfExists(Path.of(shard.lease()));
        } catch (IOException e) {
            LOG.warn("the worker could not be told so on the disk", e);
        }
        vertx.eventBus()
                .publish(
                        Addresses.TRANSFER_CANCEL,
                        BusJson.encode(new TransferMessage.Cancel(shard.runId(), shard.id())));
    }

    private Result await(Shard shard, Waiting shardWaiting) throws InterruptedException {
        while (true) {
            try {
                return shardWaiting.result.get(Math.min(silenceNanos, SECOND_NANOS), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                return ended(
                        shard, Outcome.FAILED, "no transfer worker took the work: " + cause(e), FailureCause.UNKNOWN);
            } catch (TimeoutException _) {
                // Without its lease, as when the disk is gone, a worker stops without a word.
                if (cancelled && hasNoLease(shard)) {
                    return ended(shard, Outcome.CANCELLED, null, null);
                }
                if (System.nanoTime() - shardWaiting.heardNanos > silenceNanos) {
                    giveUp(shard);
                    return ended(shard, Outcome.FAILED, "the transfer worker no longer answers", FailureCause.UNKNOWN);
                }
            }
        }
    }

    private static boolean hasNoLease(Shard shard) {
        return shard.mode() != Mode.DRY_RUN && Files.notExists(Path.of(shard.lease()));
    }

    void heard(TransferMessage.Heartbeat heartbeat) {
        Waiting shard = waiting.get(heartbeat.id());
        if (shard != null) {
            shard.heardNanos = System.nanoTime();
        }
    }

    void ended(Result result) {
        Waiting shard = waiting.get(result.id());
        if (shard != null) {
            shard.result.complete(result);
        }
    }

    /** Tells all workers of this run to stop; their results still come. No further shard is begun. */
    void cancel() {
        cancelled = true;
        vertx.eventBus().publish(Addresses.TRANSFER_CANCEL, BusJson.encode(new TransferMessage.Cancel(runId, null)));
    }

    /** The end of a shard that no worker has told the end of. */
    private static Result ended(Shard shard, Outcome outcome, @Nullable String error, @Nullable String kind) {
        return new Result(
                shard.runId(),
                shard.id(),
                outcome,
                TransferMessage.Progress.NONE,
                TransferMessage.Usage.NONE,
                TransferMessage.Failures.none(TransferMessage.Remedy.COPY, kind),
                error);
    }
}
