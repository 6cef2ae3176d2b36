package io.hubstorage.integrity;

import java.util.List;

/**
 * Where the parts of an upload end: all but the last of one size, or each of its own.
 *
 * @param each the size of all but the last; 0 where {@code all} says more
 * @param all the size of every part; empty where {@code each} says it
 */
public record PartSizes(long each, List<Long> all) {
    /** All but the last of one size. */
    public static PartSizes each(long size) {
        return new PartSizes(size, List.of());
    }

    /** These, in order; told shorter if all but the last are of one size. */
    public static PartSizes all(List<Long> sizes) {
        long first = sizes.getFirst();
        boolean uniform = sizes.getLast() <= first
                && sizes.subList(0, sizes.size() - 1).stream().allMatch(size -> size == first);
        return uniform ? each(first) : new PartSizes(0, List.copyOf(sizes));
    }

    /** The size of a part counted from 0; endless behind the last. */
    long of(int index) {
        return all.isEmpty() ? each : index < all.size() ? all.get(index) : Long.MAX_VALUE;
    }

    /** Whether a body of that size has so many parts if all but the last are of one size. */
    public static boolean fits(long each, long size, int parts) {
        return each > 0 && Math.ceilDiv(size, each) == parts;
    }
}
