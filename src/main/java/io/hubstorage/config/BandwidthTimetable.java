package io.hubstorage.config;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.config.HubConfig.Limit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which of the limits by time of day holds at a moment, and until when. Pure. */
record BandwidthTimetable(List<Limit> limits, ZoneId zone) {
    /** Within this many days after the present one every range begins and ends, also where clocks are changed meanwhile. */
    private static final int DAYS = 2;

    @Nullable
    BandwidthLimit at(Instant now) {
        OptionalDouble lowest = lowest(now);
        if (lowest.isEmpty()) {
            return null;
        }
        Instant until = changes(now)
                .filter(change -> change.isAfter(now))
                .sorted()
                .filter(change -> !lowest(change).equals(lowest))
                .findFirst()
                .orElse(null);
        return new BandwidthLimit(lowest.getAsDouble(), until);
    }

    private OptionalDouble lowest(Instant moment) {
        LocalTime time = moment.atZone(zone).toLocalTime();
        return limits.stream()
                .filter(limit -> limit.holdsAt(time))
                .mapToDouble(Limit::mbitPerSecond)
                .min();
    }

    /** When another limit may follow: where a range begins or ends, and where clocks are changed, which skips or repeats some of that. */
    private Stream<Instant> changes(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        Stream<Instant> edges = IntStream.rangeClosed(0, DAYS)
                .mapToObj(today::plusDays)
                .flatMap(day -> limits.stream()
                        .flatMap(limit -> Stream.of(limit.from(), limit.to()))
                        .flatMap(time -> moments(day.atTime(time))));
        ZoneOffsetTransition next = zone.getRules().nextTransition(now);
        return next == null ? edges : Stream.concat(edges, Stream.of(next.getInstant()));
    }

    /** None where clocks skip it, two where they show it twice. */
    private Stream<Instant> moments(LocalDateTime local) {
        return zone.getRules().getValidOffsets(local).stream().map(local::toInstant);
    }
}
