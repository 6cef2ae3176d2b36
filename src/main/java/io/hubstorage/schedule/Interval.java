package io.hubstorage.schedule;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run every {@code length}, counted from start to start. */
record Interval(Duration length) implements Timetable {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    /** Keeps the arithmetic far from the end of time. */
    private static final double MOST_HOURS = 24 * 366 * 100;

    /** Fractions count, to the millisecond. */
    static Interval ofHours(double hours) {
        Duration length = Duration.ofMillis(Math.round(Math.min(hours, MOST_HOURS) * 3_600_000));
        return new Interval(length.compareTo(SHORTEST) < 0 ? SHORTEST : length);
    }

    @Override
    public Optional<Instant> next(Instant lastStart) {
        return Optional.of(lastStart.plus(length));
    }

    @Override
    public Instant bounded(Instant due, @Nullable Instant lastStart, Instant now) {
        Instant latest = now.plus(length);
        return due.isAfter(latest) ? latest : due;
    }

    @Override
    public boolean credible(Instant lastStart, Instant now) {
        return !lastStart.isAfter(now.plus(length));
    }

    @Override
    public Duration longestRetry() {
        return length;
    }

    @Override
    public String describe() {
        // As webroot/js/schedule.js says it.
        if (length.equals(Duration.ofHours(1))) {
            return "every hour";
        }
        if (length.equals(Duration.ofDays(1))) {
            return "every day";
        }
        if (length.compareTo(Duration.ofHours(1)) > 0) {
            BigDecimal hours = BigDecimal.valueOf(length.toMillis())
                    .divide(BigDecimal.valueOf(3_600_000), 2, RoundingMode.HALF_UP)
                    .stripTrailingZeros();
            return "every " + hours.toPlainString() + " h";
        }
        long seconds = Math.round(length.toMillis() / 1000.0);
        return seconds % 60 == 0 ? "every " + seconds / 60 + " min" : "every " + seconds + " s";
    }
}
