package io.hubstorage.verify;

import io.hubstorage.snapshot.Layout;
import java.util.List;
import java.util.Set;

/**
 * What to verify.
 *
 * @param snapshots names of folders, see {@link SnapshotFolders}
 * @param buckets only these; empty for all
 * @param samplePercent of the contents to hash, over 0 and up to 100
 * @param seed chooses the sample
 */
public record VerifyRequest(
        Layout layout, List<String> snapshots, Set<String> buckets, double samplePercent, long seed) {
    /** Copies the collections. */
    public VerifyRequest {
        if (!(samplePercent > 0 && samplePercent <= 100)) {
            throw new IllegalArgumentException("a sample is over 0 and up to 100 percent");
        }
        snapshots = List.copyOf(snapshots);
        buckets = Set.copyOf(buckets);
    }

    /** Everything in these snapshots. */
    public static VerifyRequest whole(Layout layout, List<String> snapshots) {
        return new VerifyRequest(layout, snapshots, Set.of(), 100, 0);
    }

    boolean covers(String bucket) {
        return buckets.isEmpty() || buckets.contains(bucket);
    }
}
