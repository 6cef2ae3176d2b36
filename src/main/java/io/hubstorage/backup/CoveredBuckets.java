package io.hubstorage.backup;

import io.hubstorage.backup.BucketAttempts.Workshop;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The buckets that a snapshot is to hold: those that the run copies, and those that stay although it leaves them out. Blocking; for
 * one thread at a time.
 */
final class CoveredBuckets {
    /** Those that the run copies. */
    private final List<BucketAttempts> copied;

    private final List<BucketAttempts> all;
    private final PreviousSnapshots previous;

    /** @param staying in the next snapshot, whether or not this run copies them */
    CoveredBuckets(List<BucketSpec> chosen, List<BucketSpec> staying, Workshop work) {
        previous = work.previous();
        all = Stream.concat(chosen.stream(), staying.stream())
                .distinct()
                .map(bucket -> new BucketAttempts(bucket, work))
                .toList();
        copied = all.subList(0, chosen.size());
    }

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
}
