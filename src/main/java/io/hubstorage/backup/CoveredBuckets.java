package io.hubstorage.backup;

import io.hubstorage.backup.BucketAttempts.Workshop;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The buckets that a snapshot is to hold: those that the run copies, and those that stay although it leaves them out. Blocking; for
 * one thread at a time.
 */
final class CoveredBuckets {
    private final List<BucketAttempts> copied;
    private final List<BucketAttempts> all;
    private final PreviousSnapshots previous;

    private CoveredBuckets(List<BucketAttempts> copied, List<BucketAttempts> all, PreviousSnapshots previous) {
        this.copied = copied;
        this.all = all;
        this.previous = previous;
    }

    /** Those that the selection names now, and none besides. */
    static CoveredBuckets chosen(BucketSelection selection, Workshop work)
            throws InterruptedException, RunStoppedException {
        List<BucketAttempts> chosen = selection.resolve().stream()
                .map(bucket -> new BucketAttempts(bucket, work))
                .toList();
        return new CoveredBuckets(chosen, chosen, work.previous());
    }

    /** The same with the buckets of the last snapshot that are to stay in the next although this run leaves them out. */
    CoveredBuckets withLeftOut(BucketSelection selection, Workshop work) throws IOException {
        Set<String> names = copied.stream().map(BucketAttempts::bucket).collect(Collectors.toSet());
        List<BucketAttempts> covered = new ArrayList<>(copied);
        selection.leftOut(previous.bucketsOfNewest()).stream()
                .filter(bucket -> !names.contains(bucket.name()))
                .map(bucket -> new BucketAttempts(bucket, work))
                .forEach(covered::add);
        return new CoveredBuckets(copied, covered, previous);
    }

    /** Those that the run copies. */
    List<BucketAttempts> copied() {
        return copied;
    }

    /** Of those that the run copies, which another attempt may help. */
    List<BucketAttempts> retriable() {
        return copied.stream().filter(BucketAttempts::isRetriable).toList();
    }

    /** Of those that the run copies, which were listed to their end. */
    List<BucketAttempts> complete() {
        return copied.stream().filter(BucketAttempts::isComplete).toList();
    }

    /** Whether a snapshot of them would hold anything else than the newest one does. */
    boolean isSnapshotDue() throws IOException {
        if (all.stream().noneMatch(BucketAttempts::isComplete)) {
            return false;
        }
        SnapshotInfo newest = previous.newest();
        if (newest == null || newest.legacy()) {
            return true;
        }
        if (all.stream().anyMatch(bucket -> bucket.isComplete() && !bucket.isUnchanged())) {
            return true;
        }
        Set<String> before = previous.bucketsOfNewest();
        Predicate<BucketAttempts> stays = bucket -> bucket.isComplete() || before.contains(bucket.bucket());
        Set<String> next =
                all.stream().filter(stays).map(BucketAttempts::bucket).collect(Collectors.toCollection(TreeSet::new));
        return !next.equals(before);
    }

    /** How those ended that the run has tried to copy. */
    Map<String, BucketAttempt> ended() {
        Map<String, BucketAttempt> ended = new LinkedHashMap<>();
        for (BucketAttempts bucket : all) {
            if (bucket.last() != null) {
                ended.put(bucket.bucket(), bucket.last());
            }
        }
        return ended;
    }

    /** What the snapshot is made of: what was listed to its end, and of all else what the last snapshot has, linked over. */
    List<BucketAttempt> whole() throws IOException, InterruptedException, RunStoppedException {
        List<BucketAttempt> whole = new ArrayList<>();
        for (BucketAttempts bucket : all) {
            BucketAttempt last = bucket.last();
            if (last != null && last.complete()) {
                whole.add(last);
            } else {
                bucket.keep().ifPresent(whole::add);
            }
        }
        return whole;
    }

    /** Something to do in each of several buckets. */
    @FunctionalInterface
    interface Step {
        void take(BucketAttempts bucket) throws IOException, InterruptedException, RunStoppedException;
    }

    /** Takes a step in all of them at once. Returns when all have ended, or throws what the first of them threw. */
    static void sideBySide(List<BucketAttempts> buckets, Step step)
            throws IOException, InterruptedException, RunStoppedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = buckets.stream()
                    .<Callable<Boolean>>map(bucket -> () -> {
                        step.take(bucket);
                        return true;
                    })
                    .toList();
            for (Future<Boolean> ended : threads.invokeAll(tasks)) {
                ended.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case InterruptedException failure -> throw failure;
                case RunStoppedException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
