package io.hubstorage.schedule;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When runs are to begin: every so often, or by a cron expression. Immutable. */
public sealed interface Timetable permits Timetable.Interval, Timetable.Daily, CronTimetable {
    /**
     * By the cron expression, if there is one, else by the hours.
     *
     * @param timeZone of the expression; the system's when absent
     * @throws IllegalArgumentException when the expression or the time zone cannot be understood
     */
    static Timetable of(double hours, @Nullable String cron, @Nullable String timeZone) {
        return cron == null || cron.isBlank() ? Interval.ofHours(hours) : CronTimetable.of(cron, zone(timeZone));
    }

    private static ZoneId zone(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return ZoneId.systemDefault();
        }
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("there is no time zone " + name, e);
        }
    }

    /** The next due time strictly after the start of the last run; empty for an expression that never comes true. */
    Optional<Instant> next(Instant lastStart);

    /**
     * Brings a due time nearer that lies too far ahead because the clock was set back, so that nothing stands still
     * until the clock has caught up, and what has just run does not run twice. Never moves it further away.
     */
    Instant bounded(Instant due, @Nullable Instant lastStart, Instant now);

    /** Whether a last start in the future can be explained by a corrected clock; else it is no guide to anything. */
    boolean credible(Instant lastStart, Instant now);

    /** The longest pause between two attempts to start a run that is due. */
    Duration longestRetry();

    /** For people: {@code every 6 h}. */
    String describe();

    /** Once a day, as soon as the day has begun. */
    record Daily(ZoneId zone) implements Timetable {
        @Override
        public Optional<Instant> next(Instant lastStart) {
            return Optional.of(lastStart
                    .atZone(zone)
                    .toLocalDate()
                    .plusDays(1)
                    .atStartOfDay(zone)
                    .toInstant());
        }

        @Override
        public Instant bounded(Instant due, @Nullable Instant lastStart, Instant now) {
            Instant latest = now.plus(Duration.ofDays(1));
            return due.isAfter(latest) ? latest : due;
        }

        @Override
        public boolean credible(Instant lastStart, Instant now) {
            return !lastStart.isAfter(now.plus(Duration.ofDays(1)));
        }

        @Override
        public Duration longestRetry() {
            return Duration.ofHours(1);
        }

        @Override
        public String describe() {
            return "every day";
        }
    }

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
}
