package io.hubstorage.backup;

/** A rate per second, smoothed exponentially over some seconds. Not thread-safe. */
final class Rate {
    private static final double SMOOTHING_SECONDS = 4;

    private long lastNanos;
    private long lastValue;
    private double perSecond;
    private boolean started;

    /** Takes the counter's present value and gives its smoothed rate. */
    double update(long value, long nowNanos) {
        if (!started || value < lastValue) {
            started = true;
            lastNanos = nowNanos;
            lastValue = value;
            return perSecond;
        }
        double seconds = (nowNanos - lastNanos) / 1e9;
        if (seconds > 0) {
            double weight = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
            perSecond += weight * ((value - lastValue) / seconds - perSecond);
            lastNanos = nowNanos;
            lastValue = value;
        }
        return perSecond;
    }
}
