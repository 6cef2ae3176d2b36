package io.hubstorage.testkit;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** The ETags of a rule's objects that are made of MD5s, 16 bytes each, so that a second listing costs no hashing. */
final class EtagCache {
    private static final int PER_BLOCK = 1024;

    private final AtomicReferenceArray<long[]> blocks;
    private final long limit;
    private final boolean trueParts;

    /**
     * For so many objects.
     *
     * @param limit bodies of so many bytes and more have an ETag as after an upload in parts
     * @param trueParts whether that one is made of the MD5s of its parts, or made up
     */
    EtagCache(int count, long limit, boolean trueParts) {
        this.limit = limit;
        this.trueParts = trueParts;
        blocks = new AtomicReferenceArray<>(count / PER_BLOCK + 1);
    }

    String get(int index, long seed, long size) {
        if (size < limit) {
            return hashed(index, () -> SyntheticBody.digest("MD5", seed, size));
        }
        if (!trueParts) {
            return SyntheticObject.partsEtag(seed, size);
        }
        List<Long> parts = SyntheticObject.parts(size, SyntheticObject.PART);
        return hashed(index, () -> ChecksumKind.hex(ChecksumKind.composite("MD5", seed, parts))) + "-" + parts.size();
    }

    private String hashed(int index, Supplier<String> make) {
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
            String etag = make.get();
            block[slot] = HexFormat.fromHexDigitsToLong(etag, 0, 16);
            block[slot + 1] = HexFormat.fromHexDigitsToLong(etag, 16, 32);
            return etag;
        }
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
