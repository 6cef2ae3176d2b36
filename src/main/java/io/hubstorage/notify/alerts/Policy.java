package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobKind;
import io.hubstorage.config.ChannelConfig;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.TimeWindow;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Severity;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who is to be told what, by one configuration.
 *
 * @param zone whose clocks quiet hours and digest go by, and times in messages
 * @param publicUrl of the dashboard, without a slash at its end; empty where messages have no links
 */
public record Policy(List<Subscriber> subscribers, Rhythm rhythm, ZoneId zone, String publicUrl) {
    /** Nobody is told anything. */
    public static final Policy NONE =
            new Policy(List.of(), new Rhythm(Duration.ofHours(24), 20, null, null), ZoneId.systemDefault(), "");

    private static final double SECONDS_AN_HOUR = 3600;

    /** As this configuration says; of a channel that is switched off nothing is said. */
    public static Policy of(HubConfig config) {
        HubConfig.Notify notify = config.notifications();
        HubConfig.QuietHours quiet = notify.quietHours();
        HubConfig.Digest digest = notify.digest();
        return new Policy(
                notify.channels().stream()
                        .filter(channel -> channel.routing().enabled())
                        .map(Subscriber::of)
                        .toList(),
                new Rhythm(
                        Duration.ofSeconds(Math.round(notify.reminderHours() * SECONDS_AN_HOUR)),
                        notify.maxPerHour(),
                        quiet == null ? null : new TimeWindow(quiet.from(), quiet.to()),
                        digest == null ? null : new Weekly(digest.day(), digest.at())),
                config.zone(),
                notify.publicUrl() == null ? "" : notify.publicUrl().replaceFirst("/+$", ""));
    }

    public Policy {
        subscribers = List.copyOf(subscribers);
    }

    /**
     * One channel.
     *
     * @param events that it is told of
     * @param least what is less urgent it is not told
     * @param reminders whether it hears again of what is not over
     * @param jobs of a dead man's switch: the kinds of jobs of which it hears of every begin and end, at once, and of nothing
     *     else about jobs; empty for a channel that people read
     */
    public record Subscriber(String name, Set<Event> events, Severity least, boolean reminders, Set<JobKind> jobs) {
        /** What is told where nothing is chosen. */
        public static final Set<Event> USUAL =
                Stream.of(Event.values()).filter(Event::onByDefault).collect(Collectors.toUnmodifiableSet());

        private static final Set<Event> OF_JOBS = EnumSet.of(
                Event.BACKUP_STARTED,
                Event.BACKUP_SUCCEEDED,
                Event.BACKUP_PARTIAL,
                Event.BACKUP_FAILED,
                Event.JOB_FAILED,
                Event.JOB_SUCCEEDED,
                Event.HOOK_FAILED,
                Event.REPAIRED);
        private static final Set<Event> ROUTINE =
                EnumSet.of(Event.BACKUP_STARTED, Event.BACKUP_SUCCEEDED, Event.JOB_SUCCEEDED, Event.REPAIRED);

        public Subscriber {
            events = Set.copyOf(events);
            jobs = Set.copyOf(jobs);
        }

        private static Subscriber of(ChannelConfig channel) {
            ChannelConfig.Routing routing = channel.routing();
            List<String> chosen = routing.events();
            return new Subscriber(
                    routing.name(),
                    chosen == null ? USUAL : chosen.stream().map(Event::of).collect(Collectors.toSet()),
                    Severity.of(routing.minSeverity()),
                    routing.reminders(),
                    channel instanceof ChannelConfig.Healthchecks check
                            ? check.jobs().stream().map(JobKind::of).collect(Collectors.toSet())
                            : Set.of());
        }

        /** Whether it counts the time between two messages and so wants each at once. */
        boolean isHeartbeat() {
            return !jobs.isEmpty();
        }

        /** Whether it hears of such a problem. */
        boolean hears(Event event, Severity severity) {
            return events.contains(event)
                    && severity.compareTo(least) >= 0
                    && !(isHeartbeat() && OF_JOBS.contains(event));
        }

        /** Whether it hears that such a job began or ended so; people hear of failures as problems instead. */
        boolean hearsOf(Event event, JobKind kind) {
            return events.contains(event)
                    && (isHeartbeat()
                            ? jobs.contains(kind)
                            : ROUTINE.contains(event) && event.severity().compareTo(least) >= 0);
        }
    }

    /**
     * When it is told.
     *
     * @param reminder how often somebody is told again of what is not over; zero for never
     * @param maxPerHour messages to each channel
     * @param quiet when only critical messages go out; absent for never
     * @param digest when the week is told; absent for never
     */
    public record Rhythm(
            Duration reminder,
            int maxPerHour,
            @Nullable TimeWindow quiet,
            @Nullable Weekly digest) {}

    /** A moment of the week. */
    public record Weekly(DayOfWeek day, LocalTime at) {
        /** The last such moment that is not after {@code now}. */
        Instant last(Instant now, ZoneId zone) {
            LocalDate day = now.atZone(zone).toLocalDate().with(TemporalAdjusters.previousOrSame(day()));
            Instant at = day.atTime(at()).atZone(zone).toInstant();
            return at.isAfter(now) ? day.minusWeeks(1).atTime(at()).atZone(zone).toInstant() : at;
        }
    }

    Optional<Subscriber> subscriber(String name) {
        return subscribers.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** Whether only critical messages may go out then. */
    boolean isQuiet(Instant at) {
        TimeWindow hours = rhythm.quiet();
        return hours != null && hours.holdsAt(at.atZone(zone).toLocalTime());
    }

    /** When the quiet hours end that hold then. */
    Instant quietUntil(Instant at) {
        TimeWindow hours = rhythm.quiet();
        return hours == null ? at : new TimeWindow(hours.to(), hours.from()).next(at, zone);
    }

    /** When the week began that ends then, by the clocks of the zone: not each has as many hours. */
    Instant weekBefore(Instant until) {
        return until.atZone(zone).minusWeeks(1).toInstant();
    }

    /** When the digest was due that would be told now, where nobody has been told yet; the first is due when the next week is over. */
    Optional<Instant> dueDigest(AlertState state, Instant now) {
        Weekly weekly = rhythm.digest();
        if (weekly == null || state.digestedUntil().equals(AlertState.NO_DIGEST)) {
            return Optional.empty();
        }
        Instant due = weekly.last(now, zone);
        return due.isAfter(state.digestedUntil()) ? Optional.of(due) : Optional.empty();
    }
}
