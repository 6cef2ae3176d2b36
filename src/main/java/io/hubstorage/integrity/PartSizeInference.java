package io.hubstorage.integrity;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/**
 * Which sizes uploads in parts may have been made with, where the server does not tell. Remembers what was right, because
 * what fills a bucket is usually one program, and gives up on a server whose ETags no guess ever explains. Thread-safe; for one
 * shard.
 */
public final class PartSizeInference {
    private static final long MIB = 1 << 20;
    private static final long MB = 1_000_000;
    /** What clients use, the most usual first. */
    private static final long[] USUAL = {
        8, 5, 16, 15, 64, 10, 100, 32, 25, 50, 128, 20, 6, 7, 12, 24, 40, 256, 512, 1024
    };
    /** So many ETags that nothing explains are enough, if there never was one that something did. */
    private static final int PATIENCE = 3;

    /** So many names are enough to look at. */
    private static final int NAMED = 20;

    private final AtomicInteger explained = new AtomicInteger();
    private final AtomicInteger unexplained = new AtomicInteger();
    private final Queue<String> names = new ConcurrentLinkedQueue<>();
    private volatile long last;

    /** Whether guessing has a chance. */
    public boolean worthTrying() {
        return last > 0 || unexplained.get() < PATIENCE;
    }

    /** Every size that would make so many parts, the likeliest first. */
    public List<Long> candidates(long size, int parts) {
        long even = Math.ceilDiv(size, parts);
        Set<Long> sizes = new LinkedHashSet<>();
        sizes.add(last);
        LongStream.of(USUAL).map(count -> count * MIB).forEach(sizes::add);
        sizes.add(Math.ceilDiv(even, MIB) * MIB);
        LongStream.of(USUAL).map(count -> count * MB).forEach(sizes::add);
        sizes.add(even);
        return sizes.stream().filter(each -> PartSizes.fits(each, size, parts)).toList();
    }

    /** This size was the right one for an object. */
    public void right(long each) {
        if (each > 0) {
            explained.incrementAndGet();
            last = each;
        }
    }

    /** The size that was right the last time, if it would make so many parts; 0 otherwise. */
    public long remembered(long size, int parts) {
        long each = last;
        return PartSizes.fits(each, size, parts) ? each : 0;
    }

    /** No candidate was right for this object. */
    public void unexplained(String name) {
        if (unexplained.incrementAndGet() <= NAMED) {
            names.add(name);
        }
    }

    /**
     * Objects whose ETag nothing explains, up to a few, where something explains most: their bodies may be wrong. Where few are
     * explained, the server's ETags are of another kind, and nobody is named.
     */
    public List<String> doubtful() {
        return explained.get() > unexplained.get() ? List.copyOf(names) : List.of();
    }
}
