package io.hubstorage.backup;

import io.hubstorage.backup.BucketAttempt.ShardEnd;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Remedy;
import io.hubstorage.bus.TransferMessage.Result;
import io.hubstorage.bus.TransferMessage.Shard;
import io.hubstorage.bus.TransferMessage.ShardId;
import io.hubstorage.bus.TransferMessage.Source;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.config.HubConfig;
import io.hubstorage.keys.KeyRange;
import io.hubstorage.manifest.ShardBoundaries;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bucket on its way through a run: copied in shards, tried again where that failed, and linked at last. Objects that
 * failed alone are asked for again by themselves; the bucket is copied anew where its listing came to no end, or where what was
 * taken for granted about its order or about the last snapshot turned out wrong. Blocking; for one thread at a time.
 */
final class BucketAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(BucketAttempts.class);
    /** Of a bucket, for each worker; as many as it works on at once. */
    private static final int SHARDS = 8;
    /** So many times as many where there are several workers: who is done sooner, since no two ranges are alike, takes another. */
    private static final int TURNS = 3;
    /** Below this a listing of its own costs more than it saves. */
    private static final long SHARD_ENTRIES = 20_000;
    /** A new bucket with fewer folders at its top may well be small. */
    private static final int MANY_FOLDERS = 16;
    /** Where everything is in one folder, as in {@code backup/db/…}, so far below it is looked for many. */
    private static final int DEEPER = 3;

    private final HubConfig.BucketSpec bucket;
    private final Workshop run;
    private @Nullable BucketAttempt last;
    private Trust trust = Trust.MANIFEST;
    private boolean sorted;

    /** What all buckets of a run are worked on with. */
    record Workshop(
            RunPlan plan,
            Preflight.Disk disk,
            Staging staging,
            PreviousSnapshots previous,
            Presence presence,
            ShardDispatcher dispatcher,
            RunMonitor monitor) {}

    BucketAttempts(HubConfig.BucketSpec bucket, Workshop run) {
        this.bucket = bucket;
        this.run = run;
    }

    String bucket() {
        return bucket.name();
    }

    /** How far it is; null before {@link #copy}, which a bucket that is not part of the run never comes to. */
    @Nullable
    BucketAttempt last() {
        return last;
    }

    boolean isComplete() {
        return last != null && last.complete();
    }

    boolean isUnchanged() {
        return last != null && last.unchanged();
    }

    boolean isRetriable() {
        return last != null && last.remedy() != Remedy.NONE;
    }

    /**
     * Brings in what is not there yet (or, in a dry run, only plans it).
     *
     * @throws RunStoppedException when the credentials of the only account are refused or the disk is full: no bucket will do better
     */
    void copy() throws IOException, InterruptedException, RunStoppedException {
        if (last == null && isLookDue()) {
            trust = Trust.PRESENCE;
        }
        BucketAttempt before = last;
        if (before == null || !before.complete()) {
            ended(believable(copyAnew()));
        } else if (before.remedy() == Remedy.RETRY) {
            BucketAttempt later = believable(retry(before));
            // Not back to what was there before: its change log has lines by now that its counts know nothing of.
            ended(later.complete() ? later : believable(copyAnew()));
        } else {
            BucketAttempt anew = believable(copyAnew());
            ended(anew.complete() ? anew : before);
        }
    }

    /**
     * Links what stays over from the last snapshot. Where that finds the last snapshot damaged, the bucket is copied once more,
     * looking at every file.
     */
    void link() throws IOException, InterruptedException, RunStoppedException {
        BucketAttempt attempt = Objects.requireNonNull(last);
        while (attempt.complete() && !attempt.linked()) {
            attempt = believable(goOn(attempt, Mode.LINK, _ -> true, ShardEnd::linked));
        }
        ended(attempt);
    }

    /** This attempt, or one that begins anew and takes less for granted. */
    private BucketAttempt believable(BucketAttempt ended)
            throws IOException, InterruptedException, RunStoppedException {
        BucketAttempt attempt = ended;
        while (isToBeginAnew(attempt)) {
            attempt = copyAnew();
        }
        return attempt;
    }

    private void ended(BucketAttempt attempt) {
        last = attempt;
        run.monitor().endBucket(bucket(), attempt.complete() ? RunPhase.DONE : RunPhase.FAILED, attempt.error());
        if (!attempt.complete()) {
            LOG.warn("bucket {} failed: {}", bucket(), attempt.error());
        }
    }

    private boolean isLookDue() throws IOException {
        RunPlan plan = run.plan();
        if (plan.dryRun()) {
            return false;
        }
        Duration every = Duration.ofMillis(Math.round(plan.config().verify().presenceHours() * 3_600_000));
        return run.previous()
                .of(bucket())
                .filter(previous ->
                        run.presence().isDue(bucket(), previous.snapshot().name(), plan.startedAt(), every))
                .isPresent();
    }

    /** Whether the bucket is to be copied anew at once, sorted or with less trust in the last snapshot. */
    private boolean isToBeginAnew(BucketAttempt ended) throws IOException, RunStoppedException {
        // Where there are several accounts, what one refuses says nothing of the others: the bucket alone has failed.
        if (ended.any(Outcome.AUTH)
                && run.plan().config().selection().accounts().isEmpty()) {
            throw new RunStoppedException(
                    Objects.requireNonNullElse(ended.errorKind(), FailureCause.UNKNOWN), String.valueOf(ended.error()));
        }
        requireGoingOn(ended);
        if (ended.any(Outcome.UNORDERED) && !sorted) {
            LOG.info("{}: this server does not list in UTF-8 byte order; sorting the listing on disk", bucket());
            sorted = true;
            return true;
        }
        if (ended.any(Outcome.DAMAGED) && (run.previous().recheck(bucket()) || trust != Trust.HASH)) {
            // Reading every file is for those that look right and cannot be copied.
            boolean looked = trust != Trust.MANIFEST;
            LOG.warn(
                    "{}: {}; {} every file before linking it",
                    bucket(),
                    ended.error(),
                    looked ? "reading" : "looking at");
            trust = looked ? Trust.HASH : Trust.PRESENCE;
            return true;
        }
        return false;
    }

    private void requireGoingOn(BucketAttempt attempt) throws RunStoppedException {
        if (attempt.any(Outcome.DISK_FULL)) {
            throw new RunStoppedException(
                    FailureCause.DISK_FULL, Preflight.full(run.plan().data(), attempt.error()));
        }
        if (attempt.any(Outcome.CANCELLED)) {
            throw new CancellationException();
        }
    }

    private BucketAttempt copyAnew() throws IOException, InterruptedException {
        Mode mode = run.plan().dryRun() ? Mode.DRY_RUN : Mode.COPY;
        PreviousSnapshots.Previous previous = run.previous().of(bucket()).orElse(null);
        List<Source> sources = new ArrayList<>();
        if (mode == Mode.COPY) {
            sources.addAll(run.staging().staged(bucket(), run.dispatcher().hasGivenUp()));
        }
        if (previous != null) {
            sources.add(previous.source(trust));
        }
        return dispatch(
                mode,
                bucket.prefix(),
                sorted || run.disk().foldsNames() ? List.of(KeyRange.ALL) : ranges(previous),
                sources);
    }

    private List<KeyRange> ranges(PreviousSnapshots.@Nullable Previous previous) throws InterruptedException {
        int workers = run.dispatcher().workers();
        int shards = workers == 1 ? SHARDS : SHARDS * TURNS * workers;
        if (previous != null) {
            return ShardBoundaries.fromIndex(previous.index(), shards, SHARD_ENTRIES);
        }
        List<String> folders = folders(bucket.prefix());
        for (int deeper = 0; folders.size() == 1 && deeper < DEEPER; deeper++) {
            folders = folders(folders.getFirst());
        }
        return folders.size() < MANY_FOLDERS ? List.of(KeyRange.ALL) : ShardBoundaries.fromPrefixes(folders, shards);
    }

    private List<String> folders(String prefix) throws InterruptedException {
        return run.dispatcher().folders(bucket(), prefix, run.plan().config().requestPayer(bucket()));
    }

    /** Asks once more for the objects that failed for a reason that may have passed. */
    private BucketAttempt retry(BucketAttempt before) throws InterruptedException {
        run.monitor().retryBucket(bucket());
        return goOn(before, Mode.RETRY, end -> end.remedy() == Remedy.RETRY, ShardEnd::retried);
    }

    private BucketAttempt goOn(
            BucketAttempt before, Mode mode, Predicate<ShardEnd> which, BiFunction<ShardEnd, Result, ShardEnd> then)
            throws InterruptedException {
        Map<ShardId, Result> results = run.dispatcher()
                .run(
                        before.shards().stream()
                                .filter(which)
                                .map(end -> end.goOn(mode))
                                .toList(),
                        run.staging());
        return before.with(before.shards().stream()
                .map(end -> which.test(end)
                        ? then.apply(
                                end,
                                Objects.requireNonNull(results.get(end.shard().id())))
                        : end)
                .toList());
    }

    /** Links the whole bucket over from the last snapshot, if that has it. */
    Optional<BucketAttempt> keep() throws IOException, InterruptedException, RunStoppedException {
        PreviousSnapshots.Previous previous = run.previous().of(bucket()).orElse(null);
        if (previous == null || !previous.inNewest()) {
            return Optional.empty();
        }
        BucketAttempt kept = keep(previous);
        if (kept.any(Outcome.DAMAGED)) {
            run.previous().recheck(bucket());
            kept = keep(run.previous().of(bucket()).orElseThrow());
        }
        if (!kept.complete()) {
            throw new RunStoppedException(
                    FailureCause.DISK,
                    "bucket %s could not be linked over from the last snapshot: %s".formatted(bucket(), kept.error()));
        }
        return Optional.of(kept);
    }

    private BucketAttempt keep(PreviousSnapshots.Previous previous)
            throws IOException, InterruptedException, RunStoppedException {
        // What is linked over is what was listed then, whatever config.json says today.
        BucketAttempt kept = dispatch(
                Mode.KEEP, previous.prefix(bucket), List.of(KeyRange.ALL), List.of(previous.source(Trust.MANIFEST)));
        requireGoingOn(kept);
        return kept;
    }

    private BucketAttempt dispatch(Mode mode, String prefix, List<KeyRange> ranges, List<Source> sources)
            throws IOException, InterruptedException {
        int number = run.staging().nextAttempt();
        run.staging().prepare(number, bucket());
        TransferMessage.Workspace workspace = new TransferMessage.Workspace(
                run.staging().tree(number, bucket()).toString(),
                run.staging().journal(number, bucket()).toString(),
                sources);
        List<Shard> shards = new ArrayList<>();
        for (KeyRange range : ranges) {
            shards.add(new Shard(
                    run.plan().runId(),
                    new ShardId(bucket(), number, shards.size()),
                    mode,
                    new TransferMessage.Keys(prefix, range.after(), range.through(), sorted),
                    workspace,
                    options(),
                    TransferMessage.Progress.NONE));
        }
        run.monitor().beginBucket(bucket(), number, shards.size());
        Map<ShardId, Result> results = run.dispatcher().run(shards, run.staging());
        return new BucketAttempt(
                bucket(),
                prefix,
                number,
                mode == Mode.KEEP,
                shards.stream()
                        .map(shard -> new ShardEnd(shard, Objects.requireNonNull(results.get(shard.id()))))
                        .toList());
    }

    private static TransferMessage.@Nullable Compression compression(HubConfig.Compression policy) {
        return policy.mode() == HubConfig.Compression.Mode.FILES
                ? new TransferMessage.Compression(policy.patterns(), policy.level())
                : null;
    }

    private TransferMessage.Options options() {
        HubConfig config = run.plan().config();
        return new TransferMessage.Options(
                config.syncOptions().delete(),
                config.syncOptions().excludePatterns(),
                config.syncOptions().includePatterns(),
                run.disk().hardLinks(),
                run.disk().foldsNames(),
                run.disk().syncsByFile(),
                config.requestPayer(bucket()),
                compression(config.compression()));
    }
}
