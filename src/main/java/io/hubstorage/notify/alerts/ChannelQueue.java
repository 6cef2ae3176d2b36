package io.hubstorage.notify.alerts;

import io.hubstorage.bus.AlertMessage.Outcome;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.hubstorage.notify.channels.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one channel delivers next, and when: one message at a time, in order, the critical ones alone in quiet hours. What waited for
 * their end comes as one message, and so does what is more than an hour may have. A channel out of reach is tried again, less and
 * less often, and a message given up when it is too old to help. Blocking (it writes to the outbox); one thread at a time.
 */
final class ChannelQueue {
    static final Duration OLDEST = Duration.ofDays(3);
    static final int MOST_ATTEMPTS = 60;
    /** So often a channel is tried before anything is given up as too old: after a weekend switched off nothing is reached at once. */
    private static final int TRIES_OF_OLD = 5;
    /** Before each further try of what was refused: a proxy that restarts says 404, or 403, for a while. */
    private static final List<Duration> REFUSED_RETRIES = List.of(Duration.ofSeconds(30), Duration.ofMinutes(5));

    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration LONGEST_RETRY = Duration.ofHours(1);
    private static final Duration LONGEST_ASKED = Duration.ofHours(24);
    private static final int MOST_DOUBLINGS = 7;
    private static final String FOLDED = "fold-";
    /** So many of the messages that are told in one are named. */
    private static final int LINES = 20;

    private final String name;
    private final Outbox outbox;
    private int attempts;
    /** How often it was refused among them. */
    private int refusals;

    private @Nullable Instant notBefore;

    ChannelQueue(String name, Outbox outbox) {
        this.name = name;
        this.outbox = outbox;
    }

    /** What is to be done now. */
    sealed interface Step {
        /** To be sent; {@code attempt} is 1 for the first of this message. */
        record Send(Message message, int attempt) implements Step {}

        /** It has been given up. */
        record GivenUp(Message message, int attempts, String why) implements Step {}

        /** These are told by one that is in their place now. */
        record Folded(List<Message> messages) implements Step {}

        /** Nothing before then, but what is new. */
        record Wait(Instant until) implements Step {}

        /** Nothing is left. */
        record Idle() implements Step {}
    }

    /** What became of an attempt. {@code retryAt} is absent unless it is made again. */
    record Ended(
            Outcome outcome,
            int attempt,
            String answer,
            @Nullable Instant retryAt) {}

    /** Gives up and folds itself what it says; sends nothing. */
    Step next(Policy policy, Instant now) {
        List<Message> pending = outbox.pending(name);
        if (pending.isEmpty()) {
            return new Step.Idle();
        }
        Optional<Subscriber> subscriber = policy.subscriber(name);
        if (subscriber.isEmpty()) {
            Message first = pending.getFirst();
            Instant until = first.at().plus(OLDEST);
            // It may be switched on again, or get its name back.
            return until.isBefore(now)
                    ? giveUp(first, "The channel is switched off, or no longer configured.")
                    : new Step.Wait(until);
        }
        Duration oldest = attempts < TRIES_OF_OLD ? OLDEST.multipliedBy(2) : OLDEST;
        Optional<Message> tooOld = pending.stream()
                .filter(message -> message.at().plus(oldest).isBefore(now))
                .findFirst();
        if (tooOld.isPresent()) {
            return tooOld(tooOld.get());
        }
        if (notBefore != null && notBefore.isAfter(now.plus(LONGEST_ASKED))) {
            // The clock has been put back.
            notBefore = null;
        }
        if (notBefore != null && now.isBefore(notBefore)) {
            return new Step.Wait(notBefore);
        }
        if (subscriber.get().isHeartbeat()) {
            return new Step.Send(pending.getFirst(), attempts + 1);
        }
        return among(pending, policy, now);
    }

    private Step among(List<Message> pending, Policy policy, Instant now) {
        boolean quiet = policy.isQuiet(now);
        List<Message> ready =
                pending.stream().filter(message -> !quiet || isUrgent(message)).toList();
        if (ready.isEmpty()) {
            return new Step.Wait(policy.quietUntil(now));
        }
        List<Instant> sent = outbox.sent(name, now);
        int left = policy.rhythm().maxPerHour() - sent.size();
        if (left <= 0) {
            return new Step.Wait(sent.getFirst().plus(Outbox.WINDOW));
        }
        Message first = ready.getFirst();
        // What was tried may have arrived all the same, and is the same message then.
        if (attempts == 0 && !first.id().startsWith(FOLDED)) {
            List<Message> held = held(ready, policy);
            if (held.size() > 1 && held.contains(first)) {
                return fold(held, now, "While it was quiet");
            }
            if (left == 1 && ready.size() > 1) {
                return fold(ready, now, "Many messages at once");
            }
        }
        return new Step.Send(first, attempts + 1);
    }

    /** Those that waited for the end of quiet hours. */
    private static List<Message> held(List<Message> ready, Policy policy) {
        Predicate<Message> waited = message -> !isUrgent(message) && policy.isQuiet(message.at());
        return ready.stream().filter(waited).toList();
    }

    /** Nobody is woken up for what they know already. */
    private static boolean isUrgent(Message message) {
        return message.severity() == Severity.CRITICAL && message.state() != Message.State.REMINDED;
    }

    private Step fold(List<Message> messages, Instant now, String why) {
        Message worst =
                messages.stream().max(Comparator.comparing(Message::severity)).orElseThrow();
        int more = messages.size() - 1;
        List<String> lines = new ArrayList<>(messages.stream()
                .limit(LINES)
                .map(message -> "- " + message.title())
                .toList());
        if (messages.size() > LINES) {
            lines.add("- and %d more".formatted(messages.size() - LINES));
        }
        Message instead = new Message(
                FOLDED + messages.getFirst().id() + "-" + messages.size(),
                now,
                worst.event(),
                worst.severity(),
                Message.State.INFO,
                "messages",
                "%s (and %d more)".formatted(worst.title(), more),
                "%s, these came together:\n%s".formatted(why, String.join("\n", lines)),
                List.of(),
                worst.link(),
                null);
        outbox.folded(name, messages.stream().map(Message::id).toList(), instead);
        return new Step.Folded(messages);
    }

    private Step giveUp(Message message, String why) {
        outbox.givenUp(name, message.id());
        int tried = attempts;
        begin();
        return new Step.GivenUp(message, tried, why);
    }

    /** The channel stays known as out of reach: the next one is not tried at once for that. */
    private Step tooOld(Message message) {
        outbox.givenUp(name, message.id());
        Step step = new Step.GivenUp(
                message, attempts, "It could not be delivered within %d days.".formatted(OLDEST.toDays()));
        attempts = Math.min(attempts, TRIES_OF_OLD);
        return step;
    }

    private void begin() {
        attempts = 0;
        refusals = 0;
        notBefore = null;
    }

    /** Takes down what became of the attempt to send this message. */
    Ended received(Message message, Receipt receipt, Instant now) {
        int attempt = attempts + 1;
        return switch (receipt) {
            case Receipt.Delivered delivered -> {
                outbox.delivered(name, message.id(), now);
                begin();
                yield new Ended(
                        Outcome.DELIVERED,
                        attempt,
                        "%d %s"
                                .formatted(delivered.status(), delivered.answer())
                                .strip(),
                        null);
            }
            case Receipt.Refused refused ->
                refusals < REFUSED_RETRIES.size()
                        ? failed(attempt, refused.why(), now.plus(REFUSED_RETRIES.get(refusals++)))
                        : givenUp(message, attempt, refused.why());
            case Receipt.TryAgain again ->
                attempt < MOST_ATTEMPTS
                        ? failed(attempt, again.why(), now.plus(wait(attempt, again.after())))
                        : givenUp(message, attempt, again.why());
        };
    }

    private Ended failed(int attempt, String why, Instant retryAt) {
        attempts = attempt;
        notBefore = retryAt;
        return new Ended(Outcome.FAILED, attempt, why, retryAt);
    }

    private Ended givenUp(Message message, int attempt, String why) {
        giveUp(message, why);
        return new Ended(Outcome.GIVEN_UP, attempt, why, null);
    }

    private static Duration wait(int attempt, @Nullable Duration asked) {
        Duration usual = FIRST_RETRY.multipliedBy(1L << Math.min(attempt - 1, MOST_DOUBLINGS));
        Duration own = usual.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : usual;
        if (asked == null || asked.compareTo(own) <= 0) {
            return own;
        }
        return asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
    }
}
