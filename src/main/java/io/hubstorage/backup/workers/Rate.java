package io.hubstorage.backup.workers;

/** A rate per second, smoothed exponentially over some seconds; right from its second sample on. Not thread-safe. */
public final class Rate {
    private static final double SMOOTHING_SECONDS = 4;

    private long lastNanos;
    private long lastValue;
    private double smoothed;
    private double weight;
    private boolean started;

    /** The rate, now that the counter has this value; one that has begun anew, which is lower, changes nothing. */
    public double update(long value, long nowNanos) {
        if (!started || value < lastValue) {
            started = true;
            lastNanos = nowNanos;
            lastValue = value;
            return perSecond();
        }
        double seconds = (nowNanos - lastNanos) / 1e9;
        if (seconds > 0) {
            double share = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
            smoothed += share * ((value - lastValue) / seconds - smoothed);
            weight += share * (1 - weight);
            lastNanos = nowNanos;
            lastValue = value;
        }
        return perSecond();
    }

    /** The smoothing begins at nothing: without this the first seconds of a run would look slow. */
    private double perSecond() {
        return weight == 0 ? 0 : smoothed / weight;
    }
}
