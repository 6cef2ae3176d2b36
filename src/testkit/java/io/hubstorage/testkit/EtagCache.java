package io.hubstorage.testkit;

import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The MD5 ETags of a rule's objects, 16 bytes each, so that a second listing costs no hashing. */
final class EtagCache {
    private static final int PER_BLOCK = 1024;

    private final AtomicReferenceArray<long[]> blocks;
    private final long limit;

    /** Bodies of {@code limit} bytes and more have no MD5 as their ETag. */
    EtagCache(int count, long limit) {
        this.limit = limit;
        blocks = new AtomicReferenceArray<>(count / PER_BLOCK + 1);
    }

    String get(int index, long seed, long size) {
        if (size >= limit) {
            return SyntheticObject.partsEtag(seed, size);
        }
        long[] block = blocks.get(index / PER_BLOCK);
        if (block == null) {
            block = new long[2 * PER_BLOCK];
            blocks.compareAndSet(index / PER_BLOCK, null, block);
        }
        int slot = 2 * (index % PER_BLOCK);
        long high = block[slot];
        long low = block[slot + 1];
        // Threads may race here: a half that is not there yet reads as zero, and both write the same.
        if (high == 0 || low == 0) {
            String etag = SyntheticBody.digest("MD5", seed, size);
            block[slot] = HexFormat.fromHexDigitsToLong(etag, 0, 16);
            block[slot + 1] = HexFormat.fromHexDigitsToLong(etag, 16, 32);
            return etag;
        }
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
