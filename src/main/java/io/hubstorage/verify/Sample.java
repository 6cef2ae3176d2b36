package io.hubstorage.verify;

import java.math.BigInteger;

/**
 * Which contents to read when not all are: chosen by the hash that they should have and a seed, so that the same seed
 * chooses the same, and a file is read for all its hard links or for none.
 */
record Sample(double percent, long seed) {
    private static final double RANGE = 0x1p53;

    boolean takes(String sha256) {
        if (percent >= 100) {
            return true;
        }
        long first;
        try {
            first = new BigInteger(sha256.substring(0, Math.min(16, sha256.length())), 16).longValue();
        } catch (NumberFormatException _) {
            // Damaged: to be looked at in any case.
            return true;
        }
        return (mix(mix(seed) ^ first) >>> 11) / RANGE * 100 < percent;
    }

    /** The finaliser of SplitMix64: every bit of the result depends on every bit of the number. */
    private static long mix(long number) {
        long bits = number + 0x9E3779B97F4A7C15L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
