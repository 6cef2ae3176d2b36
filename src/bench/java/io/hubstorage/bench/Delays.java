package io.hubstorage.bench;

/** How long many deliveries took, by the millisecond. Not thread-safe. */
final class Delays {
    private static final int LONGEST = 60_000;

    private final long[] counts = new long[LONGEST + 1];
    private long total;

    /** Longer ones count as a minute. */
    void add(long millis) {
        counts[Math.clamp(millis, 0, LONGEST)]++;
        total++;
    }

    void addAll(Delays others) {
        for (int i = 0; i <= LONGEST; i++) {
            counts[i] += others.counts[i];
        }
        total += others.total;
    }

    long total() {
        return total;
    }

    /** The delay, in milliseconds, that this share of all did not exceed: 0.99 for the 99th percentile, 1 for the longest. */
    long within(double share) {
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int i = 0; i <= LONGEST; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return i;
            }
        }
        return 0;
    }
}
