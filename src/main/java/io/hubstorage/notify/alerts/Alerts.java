package io.hubstorage.notify.alerts;

import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.alerts.AlertState.Alert;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is told of what is wrong: once when it begins, again every so often while it lasts, once when it is over. What
 * comes and goes is over only once it has stayed away for a while. Problems of one kind that begin together are one message. Pure:
 * the same state and situation give the same decision.
 */
final class Alerts {
    private final Policy policy;
    private final Instant now;
    private final Map<String, Alert> alerts;
    private final Wording wording;
    private final List<Telling> tellings = new ArrayList<>();

    private Alerts(Policy policy, AlertState state, Instant now) {
        this.policy = policy;
        this.now = now;
        this.alerts = new LinkedHashMap<>(state.alerts());
        this.wording = new Wording(policy, now);
    }

    /**
     * A message and the channels that are to deliver it.
     */
    record Addressed(Message message, List<String> channels) {
        Addressed {
            channels = List.copyOf(channels);
        }
    }

    /** What is to be written down before anything is sent. */
    record Decision(AlertState state, List<Addressed> messages) {
        Decision {
            messages = List.copyOf(messages);
        }
    }

    /** One alert that is to be told to some channels. */
    private record Telling(Message.State state, Alert alert, Set<String> channels) {
        /** What is told in one message. */
        record Together(Message.State state, Event event, Set<String> channels) {}

        Together together() {
            return new Together(state, alert.problem().event(), channels);
        }
    }

    /** Decides by what is wrong now. */
    static Decision decide(Policy policy, AlertState state, Situation situation) {
        Alerts alerts = new Alerts(policy, state, situation.now());
        alerts.look(Problems.of(situation, new Times(policy.zone())));
        return alerts.decision(state);
    }

    private void look(Problems.Found found) {
        found.problems().forEach((key, problem) -> alerts.put(key, seen(alerts.get(key), problem)));
        new LinkedHashMap<>(alerts).forEach((key, alert) -> {
            if (!found.problems().containsKey(key) && !found.isUnknown(key)) {
                Alert next = absent(alert, found.recoveries().get(key));
                if (next == null) {
                    alerts.remove(key);
                } else {
                    alerts.put(key, next);
                }
            }
        });
    }

    private Alert seen(@Nullable Alert known, Problem problem) {
        Alert alert = known == null || known.over() ? begun(known, problem) : known.watched(null);
        Instant told = alert.told();
        Set<String> hearing = hearing(problem, false);
        if (told == null) {
            return now.isBefore(alert.since().plus(problem.pace().patience()))
                    ? alert
                    : tell(Message.State.RAISED, alert, problem, hearing);
        }
        if (problem.isMoreThan(alert.problem())) {
            return tell(Message.State.RAISED, alert, problem, hearing);
        }
        // Of channels that were not there then, or heard of nothing so harmless.
        Set<String> unheard = new LinkedHashSet<>(hearing);
        unheard.removeAll(alert.channels());
        Alert next = alert;
        if (isReminderDue(told)) {
            Set<String> reminded = hearing(problem, true);
            reminded.removeAll(unheard);
            next = tell(Message.State.REMINDED, alert, problem, reminded);
        }
        if (!unheard.isEmpty()) {
            Instant before = next.told();
            next = tell(Message.State.RAISED, next, problem, unheard);
            boolean others = hearing.size() > unheard.size();
            if (others && before != null) {
                // Their reminder keeps its time.
                next = next.toldAt(before);
            }
        }
        return next;
    }

    /** Also where the clock has been put back by that much. */
    private boolean isReminderDue(Instant told) {
        Duration reminder = policy.rhythm().reminder();
        return !reminder.isZero() && Duration.between(told, now).abs().compareTo(reminder) >= 0;
    }

    private Alert begun(@Nullable Alert before, Problem problem) {
        Instant since = problem.since() == null || problem.since().isAfter(now) ? now : problem.since();
        return new Alert(problem, since, null, null, false, before == null ? 1 : before.spells() + 1, Set.of());
    }

    private Set<String> hearing(Problem problem, boolean reminder) {
        return policy.subscribers().stream()
                .filter(each -> each.hears(problem.event(), problem.severity()) && (!reminder || each.reminders()))
                .map(Subscriber::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private Alert tell(Message.State state, Alert alert, Problem problem, Set<String> channels) {
        Set<String> all = new LinkedHashSet<>(alert.channels());
        all.addAll(channels);
        Alert told = new Alert(problem, alert.since(), now, null, false, alert.spells(), all);
        tellings.add(new Telling(state, told, channels));
        return told;
    }

    /** Null when it can be forgotten. */
    private @Nullable Alert absent(Alert alert, @Nullable String recovery) {
        Instant gone = alert.gone() == null ? now : alert.gone();
        if (alert.over()) {
            return now.isBefore(gone.plus(Alert.MEMORY)) ? alert : null;
        }
        if (alert.told() == null) {
            // Of one that came back the spells still count.
            return alert.spells() == 1
                    ? null
                    : new Alert(alert.problem(), alert.since(), null, gone, true, alert.spells() - 1, Set.of());
        }
        if (now.isBefore(gone.plus(alert.settle()))) {
            return alert.watched(gone);
        }
        Alert over = new Alert(
                recovery == null ? alert.problem() : recovered(alert.problem(), recovery),
                alert.since(),
                alert.told(),
                gone,
                true,
                alert.spells(),
                alert.channels());
        // Whoever was told that it is so is told that it is not, whatever else they hear.
        Set<String> hearing = policy.subscribers().stream()
                .map(Subscriber::name)
                .filter(alert.channels()::contains)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        tellings.add(new Telling(Message.State.RESOLVED, over, hearing));
        return over;
    }

    private static Problem recovered(Problem problem, String recovery) {
        Problem.Words words = problem.words();
        return new Problem(
                problem.key(),
                problem.event(),
                problem.severity(),
                problem.subject(),
                new Problem.Words(words.title(), words.text(), recovery, words.facts()),
                problem.pace(),
                problem.since());
    }

    private Decision decision(AlertState before) {
        Map<Telling.Together, List<Telling>> together = tellings.stream()
                .filter(telling -> !telling.channels().isEmpty())
                .collect(Collectors.groupingBy(Telling::together, LinkedHashMap::new, Collectors.toList()));
        List<Addressed> messages = new ArrayList<>();
        long number = before.messages();
        for (Map.Entry<Telling.Together, List<Telling>> each : together.entrySet()) {
            List<Alert> told = each.getValue().stream().map(Telling::alert).toList();
            messages.add(new Addressed(
                    wording.message(++number, each.getKey().state(), told),
                    List.copyOf(each.getKey().channels())));
        }
        return new Decision(
                new AlertState(number, before.since(), before.digestedUntil(), before.reported(), alerts), messages);
    }
}
