package io.hubstorage.backup.workers;

import io.hubstorage.backup.workers.WorkersFile.Known;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.bus.WorkersMessage.Lost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers of other processes that should be there and are not: those that were, and went without a goodbye, and those that are not let
 * in. By name, which is all that stays the same when a worker is started anew. Not thread-safe.
 */
final class MissingWorkers {
    /** For so long one that was lost is missed: over a weekend, and until somebody is back. */
    static final Duration REMEMBERED = Duration.ofDays(7);

    /** A service that starts anew is found again within this time. */
    static final Duration REJOINED = Duration.ofMinutes(1);

    /** One that is not let in asks again every few seconds. */
    private static final Duration ASKS_AGAIN = Duration.ofMinutes(1);

    /** What is tried out in the data folder has another name each time. */
    private static final Pattern TRIAL = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** So many losses are remembered for the records of runs. */
    private static final int LOSSES = 1_000;

    private final Map<String, Missing> byName = new HashMap<>();
    private final Deque<Lost> losses = new ArrayDeque<>();

    /**
     * One of them.
     *
     * @param id of its process, if that is known
     * @param since when it was first heard of
     * @param heard when it was last heard of
     * @param from since when it is missing
     * @param refusal why it is not let in; null for one that is lost
     * @param member whether it was let in before
     * @param shown from when on it is told of
     */
    record Missing(
            @Nullable String id,
            String name,
            Instant since,
            Instant heard,
            Instant from,
            @Nullable String refusal,
            boolean member,
            Instant shown) {
        boolean isLost() {
            return refusal == null;
        }
    }

    /** One was there, and nothing has been heard of it since then. */
    void lost(String id, String name, Instant since, Instant from) {
        byName.put(name, new Missing(id, name, since, from, from, null, true, from));
    }

    /** One fell silent while it was at work on so many shards, whether or not it is there again. */
    void fellSilent(String name, Instant at, int shards) {
        if (losses.size() == LOSSES) {
            losses.removeFirst();
        }
        losses.addLast(new Lost(name, at, shards, 1));
    }

    /** Those that fell silent since then, each once, in the order of their names. */
    List<Lost> lostSince(Instant then) {
        Map<String, Lost> lost = new TreeMap<>();
        losses.stream()
                .filter(loss -> !loss.at().isBefore(then))
                .forEach(loss -> lost.merge(loss.name(), loss, Lost::again));
        return List.copyOf(lost.values());
    }

    /**
     * One was there, or missing, when the service was last there, as far as that is written down. Of one that was there nothing is told before
     * it had the time to come back.
     */
    void expected(Known known, Instant now) {
        Instant from = Objects.requireNonNullElse(known.lostAt(), now);
        Instant shown = known.lostAt() == null ? now.plus(REJOINED) : from;
        byName.put(known.name(), new Missing(null, known.name(), known.since(), from, from, null, true, shown));
    }

    /** Those that should be there, because they were. */
    Stream<Known> known() {
        return byName.values().stream()
                .filter(Missing::member)
                .map(each -> new Known(each.name, each.since, each.from));
    }

    /** One asks to be let in, and is not. Returns whether that is news. */
    boolean refused(String id, String name, String why, Instant now) {
        Missing before = byName.get(name);
        if (before == null) {
            byName.put(name, new Missing(id, name, now, now, now, why, false, now));
            return true;
        }
        boolean same = before.refusal != null && isSame(why, before.refusal);
        byName.put(
                name,
                new Missing(
                        id,
                        name,
                        before.since,
                        now,
                        before.from,
                        same ? before.refusal : why,
                        before.member,
                        before.from));
        return !same;
    }

    private static boolean isSame(String why, String before) {
        return TRIAL.matcher(why).replaceAll("").equals(TRIAL.matcher(before).replaceAll(""));
    }

    /**
     * One was let in, and is missing no more. Under a name that nobody knew it takes the place of one that went a short while ago, so that
     * nobody misses what an orchestrator has replaced, which gives each process another name.
     *
     * @return whose place it takes
     */
    Optional<String> joined(String name, Instant now) {
        if (byName.remove(name) != null) {
            return Optional.empty();
        }
        Optional<String> replaced = byName.values().stream()
                .filter(each -> each.isLost()
                        && each.from.plus(WorkersMessage.MISSED_AFTER).isAfter(now))
                .min(Comparator.comparing(Missing::from).thenComparing(Missing::name))
                .map(Missing::name);
        replaced.ifPresent(byName::remove);
        return replaced;
    }

    /** A process says goodbye that is not let in. */
    void left(String id) {
        byName.values().removeIf(each -> !each.isLost() && id.equals(each.id));
    }

    /** One will not come back. Returns whether it was lost. */
    boolean forget(String name) {
        Missing known = byName.get(name);
        return known != null && known.isLost() && byName.remove(name, known);
    }

    /** Ends what is over by time alone. */
    void tick(Instant now) {
        byName.values().removeIf(each -> !each.isLost() && !each.member && isSilent(each, now));
        byName.replaceAll((_, each) -> each.isLost() || !isSilent(each, now)
                ? each
                : new Missing(each.id, each.name, each.since, each.heard, each.from, null, true, each.from));
        byName.values()
                .removeIf(each -> each.isLost() && each.from.plus(REMEMBERED).isBefore(now));
    }

    private static boolean isSilent(Missing asking, Instant now) {
        return asking.heard.plus(ASKS_AGAIN).isBefore(now);
    }

    /** All of them, by name. */
    List<Missing> all() {
        return byName.values().stream()
                .sorted(Comparator.comparing(Missing::name))
                .toList();
    }
}
