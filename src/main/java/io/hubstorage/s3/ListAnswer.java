package io.hubstorage.s3;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers to a LIST request, with nothing believed yet: names may be URL-encoded, and what an object must have
 * may be missing.
 *
 * @param listing whether it says anything that a listing says
 * @param encoded whether it says that names are URL-encoded
 * @param truncated whether it says that there is more
 * @param next the token that leads to more; null when there is none
 * @param contents in the server's order
 * @param prefixes the common ones, in the server's order
 */
record ListAnswer(
        boolean listing,
        boolean encoded,
        boolean truncated,
        @Nullable String next,
        List<Item> contents,
        List<String> prefixes) {
    static final ListAnswer EMPTY = new ListAnswer(false, false, false, null, List.of(), List.of());

    /**
     * @param key as sent; null when there is none
     * @param size in bytes; negative when there is none, or it is no number
     * @param etag without quotes; empty when there is none
     * @param modified null when there is none, or it is no time
     * @param storageClass null when there is none
     * @param restored whether there is a readable copy of an archived object
     */
    record Item(
            @Nullable String key,
            long size,
            String etag,
            @Nullable Instant modified,
            @Nullable String storageClass,
            boolean restored) {}
}
