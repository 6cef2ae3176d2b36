package io.hubstorage.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A five-field Unix cron expression in a time zone. A time of day that daylight saving leaves out is made up for at
 * once when the clocks have gone forward; one that comes twice counts once. An expression for every hour simply
 * follows the hours as they pass.
 */
final class CronTimetable implements Timetable {
    private final String expression;
    private final ZoneId zone;
    private final ExecutionTime times;
    private final boolean hourly;

    private CronTimetable(String expression, ZoneId zone, Cron cron) {
        this.expression = expression;
        this.zone = zone;
        this.times = ExecutionTime.forCron(cron);
        CronField hour = cron.retrieveFieldsAsMap().get(CronFieldName.HOUR);
        this.hourly = hour != null && hour.getExpression() instanceof Always;
    }

    /** @throws IllegalArgumentException saying what is wrong with the expression */
    static CronTimetable of(String expression, ZoneId zone) {
        CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
        return new CronTimetable(
                expression, zone, parser.parse(expression.strip()).validate());
    }

    @Override
    public Optional<Instant> next(Instant lastStart) {
        return hourly ? hourly(lastStart) : byLocalTime(lastStart);
    }

    private Optional<Instant> hourly(Instant lastStart) {
        return times.nextExecution(lastStart.atZone(zone)).map(ZonedDateTime::toInstant);
    }

    /**
     * Seeks on a clock without daylight saving, then asks what instant that time of day is. Where the local clock was
     * put back, times of day that had passed before it are sought once more, and skipped, since they are over.
     */
    private Optional<Instant> byLocalTime(Instant lastStart) {
        LocalDateTime local = lastStart.atZone(zone).toLocalDateTime();
        while (true) {
            Optional<ZonedDateTime> slot = times.nextExecution(local.atZone(ZoneOffset.UTC));
            if (slot.isEmpty()) {
                return Optional.empty();
            }
            local = slot.get().toLocalDateTime();
            Instant instant = resolve(local);
            if (instant.isAfter(lastStart)) {
                return Optional.of(instant);
            }
        }
    }

    private Instant resolve(LocalDateTime local) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        if (transition != null && transition.isGap()) {
            return transition.getInstant();
        }
        return local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }

    @Override
    public Instant bounded(Instant due, @Nullable Instant lastStart, Instant now) {
        if (lastStart == null || !lastStart.isAfter(now)) {
            return due;
        }
        Instant coming = next(now).orElse(due);
        boolean justServed = !coming.isAfter(lastStart)
                && next(coming).map(after -> after.isAfter(lastStart)).orElse(true);
        return justServed || coming.isAfter(due) ? due : coming;
    }

    @Override
    public boolean credible(Instant lastStart, Instant now) {
        // The due times are points on the clock: a false last start cannot move them.
        return true;
    }

    @Override
    public Duration longestRetry() {
        return Duration.ofHours(1);
    }

    @Override
    public String describe() {
        return "by cron \"" + expression + "\" in " + zone;
    }
}
