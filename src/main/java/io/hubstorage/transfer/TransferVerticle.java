package io.hubstorage.transfer;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on shards, each on a virtual thread; that of the coordinator also answers what the account holds and whether access works.
 * The event loop only passes messages.
 */
public final class TransferVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(TransferVerticle.class);
    private static final long HEARTBEAT_MILLIS = 200;

    private static final int FAILED_DEPENDENCY = 424;

    /** After which a result that nobody has answered is told again. */
    private static final long ANSWER_MILLIS = 1_000;

    private final String id;
    private final ConfigStore config;
    private final Supplier<WorkerMessage.Share> share;
    private final Accounts accounts;
    private final RateLimiter bandwidth = new RateLimiter(System::nanoTime);
    private final BucketSearch search;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("transfer-", 0).factory());
    /** Changed on the event loop only. */
    private final Set<ShardJob> jobs = ConcurrentHashMap.newKeySet();

    private boolean stopping;

    /**
     * A worker, which is the coordinator's own only by the id {@link Addresses#LOCAL_WORKER}. Any other answers nothing but for its
     * shards, and has what it writes on the disk before it says so.
     *
     * @param id of the worker
     * @param share what of the run's requests and bandwidth is this worker's; asked several times a second, so it must not block
     * @param version of the program, for the user agent
     * @param stall how long S3 may be silent
     */
    public TransferVerticle(
            String id,
            ConfigStore config,
            Supplier<WorkerMessage.Share> share,
            String version,
            Duration stall,
            RetryPolicy retries) {
        this.id = id;
        this.config = config;
        this.share = share;
        long memory = DownloadRequests.memoryOfHeap(Runtime.getRuntime().maxMemory());
        DownloadRequests shared = new DownloadRequests(
                new RequestPermits(S3Connection.CONNECTIONS), bandwidth, memory, retries, new ParallelMd5());
        this.accounts = new Accounts(config, version, stall, shared, memory);
        this.search = new BucketSearch(
                retries,
                () -> accounts.all().stream()
                        .map(account -> new BucketSearch.InAccount(
                                account.name(),
                                availability ->
                                        account.s3().watchedBy(availability).buckets(),
                                account::inWords))
                        .toList());
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(HEARTBEAT_MILLIS, _ -> beat());
        List<Future<Void>> ears = new ArrayList<>(List.of(
                consume(Addresses.workerShard(id), this::shard), consume(Addresses.workerCancel(id), this::cancel)));
        if (isLocal()) {
            ears.addAll(List.of(
                    answer(Addresses.TRANSFER_FOLDERS, this::folders),
                    answer(Addresses.S3_DISCOVER, body -> search.find(BusJson.request(body, S3Message.Discover.class))),
                    answer(Addresses.S3_DIAGNOSE, _ -> new AccountDiagnoses(accounts, config.config()).diagnose()),
                    consume(Addresses.CONFIG_CHANGED, _ -> closeOutdated()),
                    answer(Addresses.S3_FILTER_PREVIEW, this::tryFilter)));
        }
        return Future.all(ears);
    }

    private boolean isLocal() {
        return id.equals(Addresses.LOCAL_WORKER);
    }

    /** How many shards it is at work on. Thread-safe. */
    public int shards() {
        return jobs.size();
    }

    private Future<Void> consume(String address, Handler<Message<JsonObject>> handler) {
        return vertx.eventBus().consumer(address, handler).completion();
    }

    @Override
    public Future<?> stop() {
        stopping = true;
        jobs.forEach(ShardJob::cancel);
        search.cancelAll();
        return vertx.executeBlocking(() -> {
            threads.close();
            accounts.close();
            return true;
        });
    }

    /** Puts in force what the configuration says for this moment, also for requests that are under way. */
    private void limit() {
        WorkerMessage.Share mine = share.get();
        Double limit = mine.bytesPerSecond();
        double bytesPerSecond = limit == null ? Double.POSITIVE_INFINITY : limit;
        accounts.ceiling(Requests.mostAt(bytesPerSecond, mine.requests()));
        if (bandwidth.rate(bytesPerSecond)) {
            LOG.info("Downloads are {}", limit == null ? "not limited any more" : "limited to " + inWords(limit));
        }
    }

    private static String inWords(double bytesPerSecond) {
        return BandwidthLimit.ofBytes(bytesPerSecond).inWords();
    }

    private void beat() {
        limit();
        jobs.forEach(job -> vertx.eventBus().send(Addresses.TRANSFER_HEARTBEAT, BusJson.encode(job.heartbeat())));
        search.underWay().forEach(run -> vertx.eventBus().send(Addresses.TRANSFER_DISCOVERING, BusJson.encode(run)));
    }

    /** Whether it was too late for what the message asks: our threads take nothing more while the program ends. */
    private boolean isRefused(Message<JsonObject> message) {
        if (stopping) {
            message.fail(503, "this worker is being stopped");
        }
        return stopping;
    }

    private void shard(Message<JsonObject> message) {
        if (isRefused(message)) {
            return;
        }
        // Not on the loop: the first one loads most of what a shard is worked on with, which takes long on a busy
        // machine.
        onVirtualThread(() -> job(BusJson.decode(message.body(), TransferMessage.Shard.class)))
                .onSuccess(job -> begin(job, message))
                .onFailure(e -> message.fail(500, String.valueOf(e.getMessage())));
    }

    /** For a shard as it is worked on in this process: where it has the data folder, and as its disk needs it. */
    private ShardJob job(TransferMessage.Shard asked) throws IOException {
        Path data = config.dataPath().toAbsolutePath().normalize();
        TransferMessage.Shard shard = asked.in(asked.id(), asked.workspace().resolvedAt(data));
        Accounts.Account account = accounts.of(shard.bucket());
        if (isLocal()) {
            return new ShardJob(new Shard(shard), account.requests(), account::s3, null);
        }
        DiskSync disk = DiskSync.open(Path.of(shard.workspace().tree()));
        TransferMessage.Shard durable = disk.byFile() ? shard.syncingFiles() : shard;
        return new ShardJob(new Shard(durable), account.requests(), account::s3, disk);
    }

    private void begin(ShardJob job, Message<JsonObject> message) {
        if (isRefused(message)) {
            return;
        }
        limit();
        jobs.add(job);
        message.reply(new JsonObject().put("accepted", true));
        onVirtualThread(() -> resultOf(job)).onComplete(done -> {
            if (done.failed()) {
                LOG.error("{} ended without a result", job, done.cause());
            }
            if (done.failed() || done.result().isEmpty()) {
                remove(job);
            } else {
                tell(job, done.result().get());
            }
        });
    }

    private void remove(ShardJob job) {
        jobs.remove(job);
        closeOutdated();
    }

    /** Within a process nothing gets lost; to another one it is told until it is answered, or nobody wants it any more. */
    private void tell(ShardJob job, TransferMessage.Result result) {
        JsonObject body = BusJson.encode(result);
        if (isLocal()) {
            vertx.eventBus().send(Addresses.TRANSFER_RESULT, body);
            remove(job);
            return;
        }
        vertx.eventBus()
                .request(Addresses.TRANSFER_RESULT, body, new DeliveryOptions().setSendTimeout(ANSWER_MILLIS))
                .onSuccess(_ -> remove(job))
                .onFailure(_ -> {
                    if (stopping) {
                        remove(job);
                    } else {
                        vertx.setTimer(ANSWER_MILLIS, _ -> tellAgain(job, result));
                    }
                });
    }

    private void tellAgain(ShardJob job, TransferMessage.Result result) {
        if (stopping) {
            remove(job);
            return;
        }
        onVirtualThread(job::isGivenUp).onSuccess(givenUp -> {
            if (givenUp) {
                remove(job);
            } else {
                tell(job, result);
            }
        });
    }

    private void closeOutdated() {
        if (jobs.isEmpty()) {
            // Not on our threads, which take nothing more where the program ends.
            vertx.executeBlocking(() -> {
                accounts.closeOutdated();
                return true;
            });
        }
    }

    /** Empty where the run has given the shard up meanwhile. */
    private static Optional<TransferMessage.Result> resultOf(ShardJob job) {
        TransferMessage.Result result = job.run();
        if (job.isGivenUp()) {
            LOG.warn(
                    "shard {} of {} comes to nothing: its run has given it up after a long silence",
                    result.id().index(),
                    result.id().bucket());
            return Optional.empty();
        }
        return Optional.of(result);
    }

    private TransferMessage.Folders folders(JsonObject body) throws S3Failure, InterruptedException {
        TransferMessage.FindFolders asked = BusJson.decode(body, TransferMessage.FindFolders.class);
        S3Access s3 = accounts.of(asked.bucket()).s3();
        S3Access access = asked.requestPayer() ? s3.payingRequests() : s3;
        return new TransferMessage.Folders(access.commonPrefixes(asked.bucket(), asked.prefix()));
    }

    private void cancel(Message<JsonObject> message) {
        TransferMessage.Cancel cancel = BusJson.decode(message.body(), TransferMessage.Cancel.class);
        jobs.stream().filter(job -> job.isMeant(cancel)).forEach(ShardJob::cancel);
        if (cancel.shard() == null) {
            search.cancel(cancel.runId());
        }
    }

    private S3Message.FilterOutcome tryFilter(JsonObject body) throws Exception {
        S3Message.FilterTrial trial = BusJson.request(body, S3Message.FilterTrial.class);
        FilterPreview preview = new FilterPreview(trial);
        return preview.run(config.dataPath(), accounts.of(trial.bucket())::s3);
    }

    /** Finds out what somebody asks; blocking. */
    @FunctionalInterface
    private interface Answer {
        Record to(JsonObject question) throws Exception;
    }

    private Future<Void> answer(String address, Answer answer) {
        return consume(address, message -> {
            if (isRefused(message)) {
                return;
            }
            onVirtualThread(() -> answer.to(message.body()))
                    .onSuccess(found -> message.reply(BusJson.encode(found)))
                    .onFailure(e -> message.fail(codeOf(e), String.valueOf(e.getMessage())));
        });
    }

    private static int codeOf(Throwable failure) {
        return switch (failure) {
            // Not 403: it is not us who refuse whoever asks.
            case S3Failure.Auth _ -> FAILED_DEPENDENCY;
            case S3Failure _ -> 502;
            case IllegalArgumentException _, S3Connection.UnknownAccountException _ -> 400;
            default -> 500;
        };
    }

    /** Completes on this verticle's event loop. */
    private <T> Future<T> onVirtualThread(Callable<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                done.complete(work.call());
            } catch (Throwable e) {
                // An Error too: somebody waits for the answer.
                done.completeExceptionally(e);
            }
        });
        return Future.fromCompletionStage(done, context);
    }
}
