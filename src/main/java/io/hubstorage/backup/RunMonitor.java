package io.hubstorage.backup;

import io.hubstorage.backup.workers.Rate;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.TransferMessage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folds what the shards report into the state of the run. Thread-safe. */
final class RunMonitor {
    private static final int SHOWN_IN_FLIGHT = 8;

    private final RunPlan plan;
    private final InstantSource clock;
    private final Function<Instant, @Nullable BandwidthLimit> limits;
    private final Map<String, BucketProgress> buckets = new LinkedHashMap<>();
    private final Rate bytes = new Rate();
    private final Rate objects = new Rate();
    private final S3Watch s3;
    private RunPhase phase = RunPhase.PREPARING;
    private int attempt = 1;
    private @Nullable Instant retryAt;
    private @Nullable String message;

    /** One bucket: the shards of its present attempt. */
    private static final class BucketProgress {
        private RunPhase phase = RunPhase.WAITING;
        private int attempt;
        private int shardsExpected;
        private @Nullable String error;
        private final Map<Integer, TransferMessage.Heartbeat> shards = new TreeMap<>();
        private final Set<Integer> ended = new HashSet<>();

        private boolean listingComplete() {
            return shardsExpected > 0
                    && shards.size() == shardsExpected
                    && shards.values().stream()
                            .allMatch(shard -> shard.progress().listingComplete());
        }

        private RunPhase shownPhase() {
            return shown(phase, listingComplete());
        }

        private TransferMessage.Progress total() {
            return sum(shards.values().stream().map(TransferMessage.Heartbeat::progress), listingComplete());
        }
    }

    /** @param limits how fast bodies may come from S3 at a moment, by the configuration of the time that it is asked */
    RunMonitor(RunPlan plan, InstantSource clock, Function<Instant, @Nullable BandwidthLimit> limits) {
        this.plan = plan;
        this.clock = clock;
        this.limits = limits;
        this.s3 = new S3Watch(clock);
    }

    synchronized void buckets(List<String> names) {
        names.forEach(name -> buckets.put(name, new BucketProgress()));
        s3.discovering(null, System.nanoTime());
    }

    /** The buckets are still being looked for. */
    synchronized void discovering(TransferMessage.Service service) {
        if (buckets.isEmpty()) {
            s3.discovering(service, System.nanoTime());
        }
    }

    synchronized void phase(RunPhase next) {
        phase = next;
    }

    synchronized void attempt(int number) {
        attempt = number;
        retryAt = null;
        message = null;
        phase = RunPhase.LISTING;
        s3.attemptBegan(System.nanoTime());
    }

    synchronized void retryAt(Instant time, String why) {
        phase = RunPhase.RETRYING;
        retryAt = time;
        message = why;
    }

    synchronized void beginBucket(String bucket, int number, int shards) {
        BucketProgress progress = buckets.computeIfAbsent(bucket, _ -> new BucketProgress());
        progress.phase = RunPhase.LISTING;
        progress.attempt = number;
        progress.shardsExpected = shards;
        progress.error = null;
        progress.shards.clear();
        progress.ended.clear();
        s3.ended(bucket);
    }

    /** Some shards of the same attempt are gone on with. */
    synchronized void retryBucket(String bucket) {
        BucketProgress progress = buckets.computeIfAbsent(bucket, _ -> new BucketProgress());
        progress.phase = RunPhase.LISTING;
        progress.ended.clear();
    }

    synchronized void endBucket(String bucket, RunPhase how, @Nullable String error) {
        BucketProgress progress = buckets.computeIfAbsent(bucket, _ -> new BucketProgress());
        progress.phase = how;
        progress.error = error;
        s3.ended(bucket);
    }

    synchronized void heartbeat(TransferMessage.Heartbeat heartbeat) {
        TransferMessage.ShardId shard = heartbeat.id();
        BucketProgress progress = underWay(shard);
        if (progress != null && !progress.ended.contains(shard.index())) {
            progress.shards.put(shard.index(), heartbeat);
            s3.told(shard.bucket(), shard.index(), heartbeat.service(), System.nanoTime());
        }
    }

    /** The last word on a shard: a heartbeat that comes later is older. */
    synchronized void result(TransferMessage.Result result) {
        TransferMessage.ShardId shard = result.id();
        BucketProgress progress = underWay(shard);
        if (progress != null) {
            progress.ended.add(shard.index());
            s3.told(shard.bucket(), shard.index(), null, System.nanoTime());
            progress.shards.put(
                    shard.index(),
                    new TransferMessage.Heartbeat(result.runId(), shard, result.progress(), List.of(), null));
        }
    }

    /** The bucket of a shard that is worked on in its present attempt. */
    private @Nullable BucketProgress underWay(TransferMessage.ShardId shard) {
        BucketProgress progress = buckets.get(shard.bucket());
        return progress != null && progress.attempt == shard.attempt() && progress.phase == RunPhase.LISTING
                ? progress
                : null;
    }

    /** Bytes that are known to be still to come. What has arrived of unfinished objects is on the disk already. */
    synchronized long bytesOutstanding() {
        return buckets.values().stream()
                .flatMap(bucket -> bucket.shards.values().stream())
                .mapToLong(RunMonitor::outstanding)
                .sum();
    }

    private static long outstanding(TransferMessage.Heartbeat shard) {
        BucketCounts counts = shard.progress().counts();
        long settled = counts.downloaded()
                .plus(counts.failed())
                .plus(counts.vanished())
                .bytes();
        return Math.max(
                0,
                shard.progress().toDownload().bytes()
                        - Math.max(settled, shard.progress().bytesReceived()));
    }

    synchronized RunState state() {
        long now = System.nanoTime();
        List<RunState.BucketState> states = new ArrayList<>();
        buckets.forEach((name, progress) -> states.add(new RunState.BucketState(
                name, progress.shownPhase(), progress.total(), progress.error, s3.ofBucket(name, now))));
        boolean allListed = !states.isEmpty()
                && states.stream().allMatch(bucket -> bucket.progress().listingComplete());
        TransferMessage.Progress total = sum(states.stream().map(RunState.BucketState::progress), allListed);
        Instant at = clock.instant();
        RunState.Stage stage = new RunState.Stage(
                shown(phase, allListed),
                attempt,
                plan.maxAttempts(),
                retryAt,
                message,
                ended() ? null : s3.ofRun(phase == RunPhase.RETRYING, now),
                ended() || plan.dryRun() ? null : limits.apply(at));
        return new RunState(plan.start(), at, stage, states, progress(total, now), inFlight());
    }

    private RunState.Progress progress(TransferMessage.Progress total, long now) {
        double bytesPerSecond = bytes.update(total.bytesReceived(), now);
        double objectsPerSecond = objects.update(settled(total.counts()), now);
        Long eta = total.listingComplete() ? eta(total, bytesPerSecond, objectsPerSecond) : null;
        return new RunState.Progress(
                total.counts(), total.toDownload(), total.bytesReceived(), bytesPerSecond, objectsPerSecond, eta);
    }

    private List<RunState.Transfer> inFlight() {
        return buckets.entrySet().stream()
                .flatMap(bucket -> bucket.getValue().shards.values().stream()
                        .flatMap(shard -> shard.inFlight().stream())
                        .map(object -> transfer(bucket.getKey(), object)))
                .limit(SHOWN_IN_FLIGHT)
                .toList();
    }

    private boolean ended() {
        return phase == RunPhase.CANCELLING || phase == RunPhase.DONE || phase == RunPhase.FAILED;
    }

    private static RunState.Transfer transfer(String bucket, TransferMessage.InFlight object) {
        return new RunState.Transfer(bucket, object.key(), object.size(), Math.min(object.size(), object.received()));
    }

    private static RunPhase shown(RunPhase phase, boolean listed) {
        return phase == RunPhase.LISTING && listed ? RunPhase.TRANSFERRING : phase;
    }

    private static TransferMessage.Progress sum(Stream<TransferMessage.Progress> parts, boolean listed) {
        TransferMessage.Progress sum = parts.reduce(TransferMessage.Progress.NONE, TransferMessage.Progress::plus);
        return new TransferMessage.Progress(sum.counts(), sum.toDownload(), sum.bytesReceived(), listed);
    }

    private static long settled(BucketCounts counts) {
        return counts.linked().objects() + counts.downloaded().objects();
    }

    /** By whichever is the bottleneck, bytes or objects. */
    private static @Nullable Long eta(TransferMessage.Progress total, double bytesPerSecond, double objectsPerSecond) {
        long bytesLeft = Math.max(0, total.toDownload().bytes() - total.bytesReceived());
        long objectsLeft = Math.max(
                0,
                total.toDownload().objects()
                        - total.counts().downloaded().objects()
                        - total.counts().failed().objects());
        if (bytesLeft == 0 && objectsLeft == 0) {
            return 0L;
        }
        if (objectsPerSecond < 0.01 && bytesPerSecond < 1) {
            return null;
        }
        double byBytes = bytesPerSecond < 1 ? 0 : bytesLeft / bytesPerSecond;
        double byObjects = objectsPerSecond < 0.01 ? 0 : objectsLeft / objectsPerSecond;
        return (long) Math.ceil(Math.max(byBytes, byObjects));
    }
}
