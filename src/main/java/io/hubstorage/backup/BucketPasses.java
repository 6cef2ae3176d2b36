package io.hubstorage.backup;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.config.HubConfig;
import io.hubstorage.keys.KeyRange;
import io.hubstorage.manifest.ShardBoundaries;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes buckets through passes: shards side by side, and a further pass where the first could not be believed. */
final class BucketPasses {
    private static final Logger LOG = LoggerFactory.getLogger(BucketPasses.class);
    private static final int SHARDS = 8;
    /** Below this a listing of its own costs more than it saves. */
    private static final long SHARD_ENTRIES = 20_000;
    /** A new bucket with fewer folders at its top may well be small. */
    private static final int MANY_FOLDERS = 16;

    private final RunPlan plan;
    private final Preflight.Disk disk;
    private final Staging staging;
    private final Predecessors predecessors;
    private final Presence presence;
    private final ShardDispatcher dispatcher;
    private final RunMonitor monitor;
    private final Map<String, Long> writable = new ConcurrentHashMap<>();
    private final Map<String, Long> allocated = new ConcurrentHashMap<>();

    BucketPasses(
            RunPlan plan,
            Preflight.Disk disk,
            Staging staging,
            Predecessors predecessors,
            Presence presence,
            ShardDispatcher dispatcher,
            RunMonitor monitor) {
        this.plan = plan;
        this.disk = disk;
        this.staging = staging;
        this.predecessors = predecessors;
        this.presence = presence;
        this.dispatcher = dispatcher;
        this.monitor = monitor;
    }

    /**
     * Copies a bucket (or, in a dry run, only plans it).
     *
     * @throws RunStoppedException when credentials are refused or the disk is full: no bucket will do better
     */
    BucketPass copy(HubConfig.BucketSpec bucket) throws IOException, InterruptedException, RunStoppedException {
        return copy(bucket, isLookDue(bucket) ? Trust.PRESENCE : Trust.MANIFEST);
    }

    private boolean isLookDue(HubConfig.BucketSpec bucket) throws IOException {
        if (plan.dryRun()) {
            return false;
        }
        Duration every = Duration.ofMillis(Math.round(plan.config().verify().presenceHours() * 3_600_000));
        return predecessors
                .of(bucket.name())
                .filter(previous ->
                        presence.isDue(bucket.name(), previous.snapshot().name(), plan.startedAt(), every))
                .isPresent();
    }

    private BucketPass copy(HubConfig.BucketSpec bucket, Trust initial)
            throws IOException, InterruptedException, RunStoppedException {
        Mode mode = plan.dryRun() ? Mode.DRY_RUN : Mode.COPY;
        Trust trust = initial;
        boolean sorted = false;
        while (true) {
            BucketPass pass = run(bucket, mode, sorted, trust);
            if (pass.any(Outcome.AUTH)) {
                throw RunStoppedException.failed(String.valueOf(pass.error()));
            }
            requireGoingOn(pass);
            if (pass.any(Outcome.UNORDERED) && !sorted) {
                LOG.info(
                        "{}: this server does not list in UTF-8 byte order; sorting the listing on disk",
                        bucket.name());
                sorted = true;
            } else if (pass.any(Outcome.DAMAGED) && (predecessors.recheck(bucket.name()) || trust != Trust.HASH)) {
                trust = warier(trust, bucket, pass);
            } else {
                return pass;
            }
        }
    }

    private BucketPass run(HubConfig.BucketSpec bucket, Mode mode, boolean sorted, Trust trust)
            throws IOException, InterruptedException {
        Optional<Predecessors.Predecessor> previous = predecessors.of(bucket.name());
        List<TransferMessage.Source> sources = new ArrayList<>();
        if (mode == Mode.COPY) {
            staging.staged(bucket.name(), dispatcher.hasGivenUp()).ifPresent(sources::add);
        }
        previous.ifPresent(predecessor -> sources.add(predecessor.source(trust)));
        List<KeyRange> ranges =
                sorted || disk.foldsNames() ? List.of(KeyRange.ALL) : ranges(bucket, previous.orElse(null));
        int pass = staging.nextPass();
        List<TransferMessage.Shard> shards = new ArrayList<>();
        for (int index = 0; index < ranges.size(); index++) {
            shards.add(shard(mode, bucket, pass, index, ranges.get(index), sorted, sources));
        }
        return dispatch(bucket, pass, false, shards);
    }

    private List<KeyRange> ranges(HubConfig.BucketSpec bucket, Predecessors.@Nullable Predecessor previous)
            throws InterruptedException {
        if (previous != null) {
            return ShardBoundaries.fromIndex(previous.index(), SHARDS, SHARD_ENTRIES);
        }
        List<String> folders =
                dispatcher.folders(bucket.name(), bucket.prefix(), plan.config().requestPayer(bucket.name()));
        return folders.size() < MANY_FOLDERS ? List.of(KeyRange.ALL) : ShardBoundaries.fromPrefixes(folders, SHARDS);
    }

    private BucketPass dispatch(HubConfig.BucketSpec bucket, int pass, boolean keep, List<TransferMessage.Shard> shards)
            throws InterruptedException {
        monitor.beginPass(bucket.name(), pass, shards.size());
        List<BucketPass.ShardEnd> ends = Parallel.map(shards, shard -> {
            TransferMessage.Result result = dispatcher.run(shard);
            monitor.result(result);
            return new BucketPass.ShardEnd(shard, result);
        });
        // What an earlier pass had linked is not part of the snapshot.
        writable.put(
                bucket.name(),
                ends.stream().mapToLong(end -> end.result().writableFiles()).sum());
        allocated.put(
                bucket.name(),
                ends.stream().mapToLong(end -> end.result().allocatedBytes()).sum());
        return new BucketPass(bucket.name(), bucket.prefix(), pass, keep, ends);
    }

    /**
     * Links over the shards that agreed with the last snapshot, now that the snapshot as a whole does not. Where that finds
     * the last snapshot damaged, the bucket is copied once more, looking at every file.
     *
     * @return the pass to commit, which may be another than the given one, and may have failed
     */
    BucketPass materialise(HubConfig.BucketSpec bucket, BucketPass pass)
            throws IOException, InterruptedException, RunStoppedException {
        BucketPass linked = link(pass);
        Trust trust = Trust.MANIFEST;
        while (linked.any(Outcome.DAMAGED) && (predecessors.recheck(bucket.name()) || trust != Trust.HASH)) {
            trust = warier(trust, bucket, linked);
            linked = link(copy(bucket, trust));
        }
        return linked;
    }

    /** Reading every file is for those that look right and cannot be copied. */
    private static Trust warier(Trust trust, HubConfig.BucketSpec bucket, BucketPass damaged) {
        boolean looked = trust != Trust.MANIFEST;
        LOG.warn(
                "{}: {}; {} every file before linking it",
                bucket.name(),
                damaged.error(),
                looked ? "reading" : "looking at");
        return looked ? Trust.HASH : Trust.PRESENCE;
    }

    private BucketPass link(BucketPass pass) throws InterruptedException, RunStoppedException {
        List<BucketPass.ShardEnd> ends = Parallel.map(pass.shards(), end -> {
            if (end.result().outcome() != Outcome.UNCHANGED) {
                return end;
            }
            TransferMessage.Result linked = dispatcher.run(inMode(end.shard(), Mode.LINK));
            writable.merge(pass.bucket(), linked.writableFiles(), Long::sum);
            allocated.merge(pass.bucket(), linked.allocatedBytes(), Long::sum);
            return linked.outcome() == Outcome.COMPLETE ? end : new BucketPass.ShardEnd(end.shard(), linked);
        });
        BucketPass linked = new BucketPass(pass.bucket(), pass.prefix(), pass.pass(), pass.keep(), ends);
        requireGoingOn(linked);
        return linked;
    }

    /** Links a whole bucket over from the last snapshot, if that has it. */
    Optional<BucketPass> keep(HubConfig.BucketSpec bucket)
            throws IOException, InterruptedException, RunStoppedException {
        Optional<Predecessors.Predecessor> previous = predecessors.of(bucket.name());
        if (previous.isEmpty() || !previous.get().inNewest()) {
            return Optional.empty();
        }
        // What is linked over is what was listed then, whatever config.json says today.
        HubConfig.BucketSpec then =
                new HubConfig.BucketSpec(bucket.name(), previous.get().prefix(bucket), bucket.requestPayer());
        BucketPass kept = keep(then, previous.get());
        if (kept.any(Outcome.DAMAGED)) {
            predecessors.recheck(bucket.name());
            kept = keep(then, predecessors.of(bucket.name()).orElseThrow());
        }
        if (!kept.complete()) {
            throw RunStoppedException.failed("bucket %s could not be linked over from the last snapshot: %s"
                    .formatted(bucket.name(), kept.error()));
        }
        return Optional.of(kept);
    }

    private BucketPass keep(HubConfig.BucketSpec bucket, Predecessors.Predecessor previous)
            throws InterruptedException, RunStoppedException {
        int pass = staging.nextPass();
        List<TransferMessage.Source> sources = List.of(previous.source(Trust.MANIFEST));
        BucketPass kept =
                dispatch(bucket, pass, true, List.of(shard(Mode.KEEP, bucket, pass, 0, KeyRange.ALL, false, sources)));
        requireGoingOn(kept);
        return kept;
    }

    /** How many files have been linked that are not read-only, as those of the old tool are. */
    long writableFiles() {
        return writable.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What the trees of the passes to commit take on the disk that no earlier snapshot takes, in whole blocks. */
    long allocatedBytes() {
        return allocated.values().stream().mapToLong(Long::longValue).sum();
    }

    private void requireGoingOn(BucketPass pass) throws RunStoppedException {
        if (pass.any(Outcome.DISK_FULL)) {
            throw RunStoppedException.failed(DiskSpace.full(plan.data(), pass.error()));
        }
        if (pass.any(Outcome.CANCELLED)) {
            throw new CancellationException();
        }
    }

    private TransferMessage.Shard shard(
            Mode mode,
            HubConfig.BucketSpec bucket,
            int pass,
            int index,
            KeyRange range,
            boolean sorted,
            List<TransferMessage.Source> sources) {
        HubConfig.SyncOptions options = plan.config().syncOptions();
        return new TransferMessage.Shard(
                plan.runId(),
                mode,
                bucket.name(),
                pass,
                index,
                range.after(),
                range.through(),
                bucket.prefix(),
                sorted,
                staging.tree(pass, bucket.name()).toString(),
                staging.journal(pass, bucket.name()).toString(),
                sources,
                new TransferMessage.Options(
                        options.delete(),
                        options.excludePatterns(),
                        options.includePatterns(),
                        disk.hardLinks(),
                        disk.foldsNames(),
                        disk.syncsByFile(),
                        plan.config().requestPayer(bucket.name())));
    }

    private static TransferMessage.Shard inMode(TransferMessage.Shard shard, Mode mode) {
        return new TransferMessage.Shard(
                shard.runId(),
                mode,
                shard.bucket(),
                shard.pass(),
                shard.index(),
                shard.after(),
                shard.through(),
                shard.prefix(),
                shard.sorted(),
                shard.tree(),
                shard.journal(),
                shard.sources(),
                shard.options());
    }
}
