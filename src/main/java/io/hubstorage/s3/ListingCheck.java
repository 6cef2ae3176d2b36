package io.hubstorage.s3;

import io.hubstorage.keys.KeyOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Does not believe a listing that contradicts itself: a key that a listing withholds is a file that a backup deletes. Keeps
 * only the last key, so memory does not grow with the bucket.
 */
final class ListingCheck {
    private final String bucket;
    private final String prefix;
    private final @Nullable String after;
    private final boolean ranged;

    private @Nullable String last;
    private @Nullable String greatest;
    private boolean byBytes = true;
    private boolean byUnits = true;

    private @Nullable String anchor;
    private long tokens;
    private long nextAnchor = 1;

    /**
     * @param after as sent to the server; null when it was not sent
     * @param ranged whether less than the whole prefix is wanted, so that the order decides what is missed
     */
    ListingCheck(String bucket, String prefix, @Nullable String after, boolean ranged) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.after = after;
        this.ranged = ranged;
    }

    static S3Failure nonsense(String bucket, String why) {
        return new S3Failure.Permanent(
                S3Failure.Kind.LISTING,
                "The server's listing of bucket \"" + bucket + "\" makes no sense: " + why + ".",
                null);
    }

    /** Takes the next page's keys; returns whether they are in UTF-8 byte order and follow all keys before. */
    boolean page(List<String> keys) throws S3Failure {
        boolean ordered = true;
        for (String key : keys) {
            belongs(key);
            String previous = last;
            if (previous != null) {
                if (previous.equals(key)) {
                    throw nonsense(bucket, "it names " + quoted(key) + " twice");
                }
                byBytes &= KeyOrder.compare(previous, key) < 0;
                byUnits &= previous.compareTo(key) < 0;
            }
            // Without a step back so far, the last is the greatest.
            if (byBytes || greatest == null || KeyOrder.compare(greatest, key) < 0) {
                greatest = key;
            } else {
                ordered = false;
            }
            last = key;
        }
        if (!byBytes && !byUnits) {
            unordered(keys);
        }
        return ordered;
    }

    /** Takes the token that leads to the next page. */
    void token(String token) throws S3Failure {
        if (token.equals(anchor)) {
            throw nonsense(bucket, "it repeats a continuation token, so it would never end");
        }
        tokens++;
        // Brent's algorithm finds a cycle of any length with one remembered token.
        if (tokens == nextAnchor) {
            anchor = token;
            nextAnchor *= 2;
        }
    }

    private void belongs(String key) throws S3Failure {
        if (key.isEmpty()) {
            throw nonsense(bucket, "it names an object with an empty key");
        }
        if (!key.startsWith(prefix)) {
            throw nonsense(bucket, "it names " + quoted(key) + ", which does not begin with " + quoted(prefix));
        }
        if (after != null && KeyOrder.compare(key, after) <= 0) {
            throw nonsense(
                    bucket, "it names " + quoted(key) + ", but only keys after " + quoted(after) + " were asked for");
        }
    }

    private void unordered(List<String> keys) throws S3Failure {
        if (ranged) {
            throw new S3Failure.Permanent(
                    S3Failure.Kind.LISTING_ORDER,
                    "The server lists bucket \"" + bucket
                            + "\" in an order of its own, so it cannot be listed in ranges, only as a whole.",
                    null);
        }
        Set<String> seen = HashSet.newHashSet(keys.size());
        for (String key : keys) {
            if (!seen.add(key)) {
                throw nonsense(bucket, "it names " + quoted(key) + " twice");
            }
        }
    }

    private static String quoted(String key) {
        return '"' + key.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
