package io.hubstorage.verify;

import io.hubstorage.snapshot.Layout;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;

/**
 * What to verify.
 *
 * @param snapshots names of folders, see {@link SnapshotFolders}
 * @param buckets only these; empty for all
 * @param samplePercent of the contents to hash, over 0 and up to 100
 */
public record VerifyRequest(
        Layout layout, List<String> snapshots, Set<String> buckets, double samplePercent, long seed) {
    public VerifyRequest {
        if (!(samplePercent > 0 && samplePercent <= 100)) {
            throw new IllegalArgumentException("a sample is over 0 and up to 100 percent");
        }
        snapshots = List.copyOf(snapshots);
        buckets = Set.copyOf(buckets);
    }

    boolean covers(String bucket) {
        return buckets.isEmpty() || buckets.contains(bucket);
    }

    /**
     * Whether to read a content: chosen by the hash that it should have and the seed, so that the same seed chooses the same,
     * and a file is read for all its hard links or for none.
     */
    boolean samples(String sha256) {
        if (samplePercent >= 100) {
            return true;
        }
        long first;
        try {
            first = new BigInteger(sha256.substring(0, Math.min(16, sha256.length())), 16).longValue();
        } catch (NumberFormatException _) {
            // Damaged: to be looked at in any case.
            return true;
        }
        return (mix(mix(seed) ^ first) >>> 11) / 0x1p53 * 100 < samplePercent;
    }

    /** The finaliser of SplitMix64: every bit of the result depends on every bit of the number. */
    private static long mix(long number) {
        long bits = number + 0x9E3779B97F4A7C15L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
