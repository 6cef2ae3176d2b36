package io.hubstorage.config;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * Some hours of each day.
 *
 * @param from the first moment
 * @param to the first moment after it; on the next day where that is not later than {@code from}, so that the same time twice is the
 *     whole day
 */
public record TimeWindow(LocalTime from, LocalTime to) {
    /** As {@code 22:00-06:00}, which the schema has checked. */
    static TimeWindow parse(String text) {
        int dash = text.indexOf('-');
        return new TimeWindow(LocalTime.parse(text.substring(0, dash)), LocalTime.parse(text.substring(dash + 1)));
    }

    /** Whether a time of day is one of them. */
    public boolean holdsAt(LocalTime time) {
        return from.isBefore(to)
                ? !time.isBefore(from) && time.isBefore(to)
                : !time.isBefore(from) || time.isBefore(to);
    }

    /** The next time that it begins, strictly later. Where clocks skip that time, it begins when they have. */
    public Instant next(Instant after, ZoneId zone) {
        LocalDate day = after.atZone(zone).toLocalDate();
        Instant begin = day.atTime(from).atZone(zone).toInstant();
        while (!begin.isAfter(after)) {
            day = day.plusDays(1);
            begin = day.atTime(from).atZone(zone).toInstant();
        }
        return begin;
    }
}
