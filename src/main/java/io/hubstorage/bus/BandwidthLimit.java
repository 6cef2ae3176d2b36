package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How fast the bodies of objects may come from S3 for now, all of them together.
 *
 * @param mbitPerSecond 1,000,000 bits a second each
 * @param until when another limit or none follows; absent where this one never ends
 */
public record BandwidthLimit(double mbitPerSecond, @Nullable Instant until) {
    private static final double BYTES_PER_MBIT = 125_000;

    /** For good. */
    public static BandwidthLimit ofBytes(double bytesPerSecond) {
        return new BandwidthLimit(Math.rint(bytesPerSecond / BYTES_PER_MBIT * 1000) / 1000, null);
    }

    public double bytesPerSecond() {
        return mbitPerSecond * BYTES_PER_MBIT;
    }

    /** {@code 20 Mbit/s}, {@code 2.5 Mbit/s}. */
    public String inWords() {
        String number = mbitPerSecond == Math.rint(mbitPerSecond)
                ? String.valueOf((long) mbitPerSecond)
                : String.valueOf(mbitPerSecond);
        return number + " Mbit/s";
    }
}
