package io.hubstorage.browse.history;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that hold a bucket, by what their certificates say of it. A certificate never changes, so each is read once and
 * remembered in short; which snapshots there are, and which are pinned, is asked of the disk each time. Blocking; thread-safe.
 */
public final class Timeline {
    /** Buckets of snapshots, some hundred bytes each; what is beyond that is read anew each time. */
    private static final int MOST_REMEMBERED = 100_000;

    private Layout layout = new Layout(Path.of(""));
    private Map<String, Map<String, Held>> known = new HashMap<>();

    /**
     * One snapshot, seen from the bucket.
     *
     * @param held what its certificate says of the bucket; absent for a snapshot of the old tool, which has none
     */
    public record Moment(
            String name, boolean pinned, @Nullable Held held) {}

    /**
     * A bucket in a snapshot.
     *
     * @param at when the run began that made the snapshot
     * @param result how the bucket ended in that run or, if it was left out, in the last one that it was part of
     * @param leftOut whether it was no part of that run, and is as it was in the snapshot before
     * @param files what the snapshot holds of it
     * @param added what was downloaded, because it was new or had changed
     * @param removed what was in the snapshot before and is not in this one
     */
    public record Held(Instant at, RunResult result, boolean leftOut, Tally files, Tally added, Tally removed) {
        private static Held of(Certificate certificate, Certificate.Bucket bucket) {
            BucketCounts counts = bucket.counts();
            return new Held(
                    certificate.startedAt(),
                    bucket.outcome().result(),
                    bucket.outcome().leftOut(),
                    bucket.files(),
                    counts.downloaded(),
                    counts.deleted());
        }
    }

    /** The oldest first, those of the old tool before all others; without those whose certificate cannot be read. */
    public synchronized List<Moment> of(Layout data, String bucket) throws IOException {
        if (!data.data().equals(layout.data())) {
            layout = data;
            known = new HashMap<>();
        }
        Snapshots snapshots = new Snapshots(layout);
        Map<String, Map<String, Held>> remembered = new HashMap<>();
        List<Moment> moments = new ArrayList<>();
        int room = MOST_REMEMBERED;
        for (Snapshots.Folder folder : (Iterable<Snapshots.Folder>) snapshots.folders(null)::iterator) {
            if (folder.legacy()) {
                if (new SnapshotReader(folder).has(bucket)) {
                    moments.add(new Moment(folder.name(), isPinned(folder), null));
                }
                continue;
            }
            Map<String, Held> buckets = known.get(folder.name());
            if (buckets == null) {
                buckets = snapshots.find(folder.name()).map(Timeline::read).orElse(null);
            }
            if (buckets == null) {
                continue;
            }
            if (room >= buckets.size()) {
                remembered.put(folder.name(), buckets);
                room -= buckets.size();
            }
            Held held = buckets.get(bucket);
            if (held != null) {
                moments.add(new Moment(folder.name(), isPinned(folder), held));
            }
        }
        known = remembered;
        Collections.reverse(moments);
        return moments;
    }

    private static boolean isPinned(Snapshots.Folder folder) {
        return Files.exists(Layout.pin(folder.path()), LinkOption.NOFOLLOW_LINKS);
    }

    private static Map<String, Held> read(SnapshotInfo snapshot) {
        Certificate certificate = snapshot.certificate();
        if (certificate == null) {
            return Map.of();
        }
        Map<String, Held> held = new HashMap<>();
        for (Certificate.Bucket bucket : certificate.buckets()) {
            if (bucket.manifest() != null) {
                // Ten thousand snapshots have a few names of buckets between them.
                held.put(bucket.name().intern(), Held.of(certificate, bucket));
            }
        }
        return Map.copyOf(held);
    }
}
