package io.hubstorage.schedule;

import io.hubstorage.config.HubConfig;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** When runs are to begin: every so often, or by a cron expression. Immutable. */
public sealed interface Timetable permits Interval, CronTimetable {
    /**
     * The timetable of a configuration.
     *
     * @throws IllegalArgumentException when the cron expression or the time zone cannot be understood
     */
    static Timetable of(HubConfig.Automation automation) {
        String cron = automation.cron();
        if (cron == null || cron.isBlank()) {
            return Interval.ofHours(automation.intervalHours());
        }
        return CronTimetable.of(cron, zone(automation.timeZone()));
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
}
