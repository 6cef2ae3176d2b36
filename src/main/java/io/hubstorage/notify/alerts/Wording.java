package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Sizes;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Message.State;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.AlertState.Alert;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Puts alerts into words: one alert, or several of a kind in one message. Pure. */
final class Wording {
    /** So many of several alerts are named, each in a line. */
    private static final int LINES = 10;

    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Policy policy;
    private final Times times;
    private final Instant now;

    Wording(Policy policy, Instant now) {
        this.policy = policy;
        this.times = new Times(policy.zone());
        this.now = now;
    }

    /** The number keeps apart what is decided in the same second, the time what is decided after a state was lost. */
    static String id(Instant at, long number) {
        return "%s-%d".formatted(ID.format(at), number);
    }

    /** About these alerts, all of one event, which it says have begun, last, or are over. */
    Message message(long number, State state, List<Alert> alerts) {
        Alert first = alerts.getFirst();
        Event event = first.problem().event();
        boolean one = alerts.size() == 1;
        Severity severity = state == State.RESOLVED
                ? Severity.INFO
                : alerts.stream()
                        .map(alert -> alert.problem().severity())
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
        return new Message(
                id(now, number),
                now,
                event,
                severity,
                state,
                one ? first.problem().subject() : subjects(event, alerts),
                one ? title(state, first) : title(state, event, alerts),
                one ? text(state, first) : text(state, alerts),
                one ? facts(state, first) : List.of(),
                link(event),
                null);
    }

    private String title(State state, Alert alert) {
        Problem.Words words = alert.problem().words();
        return switch (state) {
            case RESOLVED -> words.recovery();
            case REMINDED -> "Reminder: %s (for %s)".formatted(words.title(), lasted(alert));
            default ->
                alert.spells() == 1
                        ? words.title()
                        : "%s (%d times within a day)".formatted(words.title(), alert.spells());
        };
    }

    private String text(State state, Alert alert) {
        return state == State.RESOLVED
                ? "It lasted %s, since %s.".formatted(lasted(alert), times.at(alert.since()))
                : alert.problem().words().text();
    }

    private List<Fact> facts(State state, Alert alert) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Since", times.at(alert.since())));
        if (state == State.RESOLVED) {
            facts.add(new Fact("Until", times.at(Objects.requireNonNullElse(alert.gone(), now))));
        } else {
            facts.addAll(alert.problem().words().facts());
        }
        return facts;
    }

    private String lasted(Alert alert) {
        return Sizes.duration(Duration.between(alert.since(), Objects.requireNonNullElse(alert.gone(), now)));
    }

    private String title(State state, Event event, List<Alert> alerts) {
        String names = Times.names(alerts.stream()
                .map(alert -> alert.problem().subject())
                .distinct()
                .toList());
        if (state == State.RESOLVED) {
            return "%d problems are over: %s".formatted(alerts.size(), names);
        }
        String title = switch (event) {
            case BACKUP_FAILED -> "%d buckets couldn't be backed up: %s";
            case BACKUP_PARTIAL -> "%d buckets aren't backed up completely: %s";
            case BACKUP_LATE -> "The last good copies of %d buckets are too old: %s";
            case WORKER_MISSING -> "%d workers are missing: %s";
            case BUCKET_SHRANK -> "%d alarms, buckets lost many objects: %s";
            default -> "%d things need a look: %s";
        };
        return (state == State.REMINDED ? "Reminder: " : "") + title.formatted(alerts.size(), names);
    }

    private static String subjects(Event event, List<Alert> alerts) {
        List<String> subjects = alerts.stream()
                .map(alert -> alert.problem().subject())
                .distinct()
                .toList();
        return subjects.size() == 1 ? subjects.getFirst() : event.word();
    }

    private String text(State state, List<Alert> alerts) {
        List<String> lines = new ArrayList<>();
        for (Alert alert : alerts.subList(0, Math.min(LINES, alerts.size()))) {
            Problem.Words words = alert.problem().words();
            lines.add(
                    state == State.RESOLVED
                            ? "%s, after %s.".formatted(words.recovery(), lasted(alert))
                            : "%s, since %s.".formatted(words.title(), times.at(alert.since())));
        }
        if (alerts.size() > LINES) {
            lines.add("And %d more.".formatted(alerts.size() - LINES));
        }
        if (state != State.RESOLVED) {
            lines.add(alerts.getFirst().problem().words().text());
        }
        return String.join("\n", lines);
    }

    /** To the page that shows more of such an event; empty where no address is known. */
    String link(Event event) {
        String page = switch (event) {
            case DAMAGE, REPAIRED -> "storage#repairs";
            case DISK_LOW, DISK_FORECAST -> "storage";
            case WORKER_MISSING -> "storage#workers";
            case CONFIG_BROKEN -> "config";
            case LOGIN_ATTACK -> "logs";
            default -> "";
        };
        return link(page);
    }

    String link(String page) {
        return policy.publicUrl().isEmpty() ? "" : policy.publicUrl() + "/" + page;
    }
}
