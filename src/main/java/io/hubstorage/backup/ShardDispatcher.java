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
import io.hubstorage.bus.TransferMessage.Source;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.snapshot.Layout;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfer workers, as one run asks them over the event bus: hands them its shards, a bounded number at once, and waits for
 * the results. A worker that falls silent is given up. Where it is one of another process, its shard goes to the next at once, and
 * so does one that came to no good there: the coordinator's own worker has the last word on that. Blocking methods are for virtual
 * threads; thread-safe.
 */
final class ShardDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ShardDispatcher.class);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    /** A listing in one piece begins later by this at most. */
    private static final Duration FOLDERS = Duration.ofSeconds(5);
    /** More than an outage that is waited out and the attempts after it take. */
    private static final Duration ACCOUNT = Duration.ofMinutes(10);

    /** A worker in another process says within this time that it has taken a shard. */
    private static final Duration ACCEPTANCE = Duration.ofSeconds(5);
    /** So many workers in other processes may lose a shard before the coordinator's own has it. */
    private static final int ELSEWHERE = 3;

    private final Vertx vertx;
    private final Workers workers;
    private final Path data;
    private final String runId;
    private final AtomicInteger dispatches = new AtomicInteger();
    private final Map<ShardId, Waiting> waiting = new ConcurrentHashMap<>();
    private final long silenceNanos;
    private volatile boolean cancelled;
    private volatile boolean gaveUp;

    private static final class Waiting {
        final Workers.Place place;
        final CompletableFuture<Result> result = new CompletableFuture<>();
        volatile long heardNanos = System.nanoTime();

        Waiting(Workers.Place place) {
            this.place = place;
        }
    }

    /** A worker of another process does not come to an end with a shard, or its end says nothing about the shard. */
    private static final class LostException extends Exception {
        private static final long serialVersionUID = 1L;

        LostException(String why) {
            super(why);
        }
    }

    /** @param data the data folder, to which paths on the bus are relative */
    ShardDispatcher(Vertx vertx, Workers workers, Path data, String runId) {
        this(vertx, workers, data, runId, SILENCE);
    }

    /** @param silence about a shard after which its worker is given up */
    ShardDispatcher(Vertx vertx, Workers workers, Path data, String runId, Duration silence) {
        this.vertx = vertx;
        this.workers = workers;
        this.data = new Layout(data).data();
        this.runId = runId;
        this.silenceNanos = silence.toNanos();
    }

    /** How many workers there are. */
    int workers() {
        return workers.count();
    }

    /** Whether the coordinator's own worker was given up: what it has left may not be believed without a look. */
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

    /**
     * Has the shards worked on, side by side, and waits for the end of each.
     *
     * @param staging where workers of other processes have their folders
     */
    Map<ShardId, Result> run(List<Shard> shards, Staging staging) throws InterruptedException {
        Map<ShardId, Result> results = new ConcurrentHashMap<>();
        WorkerPool.<RuntimeException>run("shard", shards.size(), pool -> {
            for (Shard shard : shards) {
                pool.submit(() -> results.put(shard.id(), run(shard, staging)));
            }
        });
        return results;
    }

    /** What lists and downloads may be done anywhere; the rest, which links, is done where the trees are put together. */
    private Result run(Shard shard, Staging staging) throws InterruptedException {
        String account =
                Objects.requireNonNullElse(BucketName.parse(shard.bucket()).account(), "");
        Set<String> failed = new HashSet<>();
        List<Source> left = new ArrayList<>();
        boolean here = shard.mode() != Mode.COPY;
        while (true) {
            boolean onlyHere = here || failed.size() >= ELSEWHERE;
            try (Workers.Place place = workers.take(
                    account,
                    worker -> worker.equals(Addresses.LOCAL_WORKER) || !(onlyHere || failed.contains(worker)))) {
                if (cancelled) {
                    return ended(shard, Outcome.CANCELLED, null, null);
                }
                Shard next = with(left, shard);
                if (place.isLocal()) {
                    return here(next, place);
                }
                Shard dispatched = next.in(next.id().dispatched(dispatches.incrementAndGet()), next.workspace());
                WorkerFolder folder = staging.workerFolder(dispatched);
                try {
                    return elsewhere(dispatched, folder, place);
                } catch (LostException e) {
                    LOG.warn(
                            "shard {} of {} is given to another worker: {}",
                            shard.id().index(),
                            shard.bucket(),
                            e.getMessage());
                    failed.add(place.worker());
                    folder.giveUp();
                    tellToStop(dispatched, place.worker());
                    staging.left(folder, dispatched).ifPresent(left::addFirst);
                    folder.revokeLater();
                }
            } catch (RuntimeException | Error e) {
                LOG.error(
                        "shard {} of {} failed in an unforeseen way", shard.id().index(), shard.bucket(), e);
                return ended(shard, Outcome.FAILED, "internal error: " + e, FailureCause.UNKNOWN);
            } catch (IOException e) {
                return DiskFull.isCauseOf(e)
                        ? ended(shard, Outcome.DISK_FULL, String.valueOf(e.getMessage()), FailureCause.DISK_FULL)
                        : ended(shard, Outcome.FAILED, "the destination disk failed: " + e, FailureCause.DISK);
            }
        }
    }

    private static Shard with(List<Source> left, Shard shard) {
        TransferMessage.Workspace places = shard.workspace();
        List<Source> sources = new ArrayList<>(left);
        sources.addAll(places.sources());
        return left.isEmpty()
                ? shard
                : shard.in(shard.id(), new TransferMessage.Workspace(places.tree(), places.journal(), sources));
    }

    private Result here(Shard shard, Workers.Place place) throws IOException, InterruptedException {
        Waiting shardWaiting = new Waiting(place);
        waiting.put(shard.id(), shardWaiting);
        try {
            prepare(shard);
            ask(shard, place, shardWaiting, new DeliveryOptions());
            return await(shard, shardWaiting);
        } finally {
            waiting.remove(shard.id());
        }
    }

    private void ask(Shard shard, Workers.Place place, Waiting shardWaiting, DeliveryOptions options) {
        Shard told = shard.in(shard.id(), shard.workspace().relativeTo(data));
        vertx.eventBus()
                .request(Addresses.workerShard(place.worker()), BusJson.encode(told), options)
                .onFailure(shardWaiting.result::completeExceptionally);
    }

    private Result elsewhere(Shard shard, WorkerFolder folder, Workers.Place place)
            throws IOException, InterruptedException, LostException {
        Waiting shardWaiting = new Waiting(place);
        waiting.put(shard.id(), shardWaiting);
        try {
            CompletableFuture<Void> _ = place.gone()
                    .thenRun(() -> shardWaiting.result.completeExceptionally(
                            new LostException("worker %s is not there any more".formatted(place.name()))));
            ask(folder.shard(shard), place, shardWaiting, new DeliveryOptions().setSendTimeout(ACCEPTANCE.toMillis()));
            Result result = awaitElsewhere(shard, folder, shardWaiting);
            if (result.outcome().isComplete()) {
                folder.takeIn(
                        Path.of(shard.workspace().tree()),
                        Path.of(shard.workspace().journal()));
            } else {
                folder.giveUp();
            }
            return result;
        } finally {
            waiting.remove(shard.id());
        }
    }

    private Result awaitElsewhere(Shard shard, WorkerFolder folder, Waiting shardWaiting)
            throws InterruptedException, LostException {
        String worker = shardWaiting.place.name();
        while (true) {
            try {
                Result result = shardWaiting.result.get(Math.min(silenceNanos, SECOND_NANOS), TimeUnit.NANOSECONDS);
                if (!isBelieved(result)) {
                    throw new LostException("worker %s ended it as %s%s"
                            .formatted(
                                    worker,
                                    BusJson.word(result.outcome()),
                                    result.error() == null ? "" : ": " + result.error()));
                }
                return result;
            } catch (ExecutionException e) {
                if (cancelled) {
                    return ended(shard, Outcome.CANCELLED, null, null);
                }
                throw e.getCause() instanceof LostException lost
                        ? lost
                        : new LostException("worker %s did not take it: %s".formatted(worker, cause(e)));
            } catch (TimeoutException _) {
                if (cancelled && !folder.hasLease(shard)) {
                    return ended(shard, Outcome.CANCELLED, null, null);
                }
                if (System.nanoTime() - shardWaiting.heardNanos > silenceNanos) {
                    throw new LostException("no word of it from worker %s".formatted(worker));
                }
            }
        }
    }

    /**
     * Whether that is what becomes of the shard. What is in the way of a worker in another process may be that worker's alone: its
     * credentials, its network, its mount of the disk, its end.
     */
    private boolean isBelieved(Result result) {
        return result.id().dispatch() == 0
                || switch (result.outcome()) {
                    case FAILED, AUTH, DISK_FULL -> false;
                    case CANCELLED -> cancelled;
                    default -> true;
                };
    }

    /** Makes the shard's folders and its lease, which workers never do. */
    private static void prepare(Shard shard) throws IOException {
        if (shard.mode() != Mode.DRY_RUN) {
            makeAgain(Path.of(shard.workspace().tree()));
            makeAgain(Path.of(shard.workspace().journal()));
            Files.writeString(Path.of(shard.lease()), shard.runId());
        }
    }

    /** Where it is gone, but never what it was in: then another run has taken the staging. */
    private static void makeAgain(Path folder) throws IOException {
        Trees.createBelow(Durable.folderOf(folder), folder);
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
        tellToStop(shard, Addresses.LOCAL_WORKER);
    }

    private void tellToStop(Shard shard, String worker) {
        vertx.eventBus()
                .publish(
                        Addresses.workerCancel(worker),
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

    /** Returns whether anybody counts on that shard there. */
    boolean heard(TransferMessage.Heartbeat heartbeat) {
        Waiting shard = waiting.get(heartbeat.id());
        if (shard == null) {
            return false;
        }
        shard.heardNanos = System.nanoTime();
        shard.place.received(heartbeat.progress().bytesReceived());
        return true;
    }

    /** Whether this is the last word on a shard. */
    boolean isLast(Result result) {
        return waiting.containsKey(result.id()) && isBelieved(result);
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
        Stream.concat(
                        // Which may be looking for the run's buckets.
                        Stream.of(Addresses.LOCAL_WORKER),
                        waiting.values().stream().map(shard -> shard.place.worker()))
                .distinct()
                .forEach(worker -> vertx.eventBus()
                        .publish(
                                Addresses.workerCancel(worker),
                                BusJson.encode(new TransferMessage.Cancel(runId, null))));
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
