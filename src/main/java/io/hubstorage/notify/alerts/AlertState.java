package io.hubstorage.notify.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was known and told when the last decision was made.
 *
 * @param messages how many messages were decided so far, by which they are numbered
 * @param since when somebody was to be told for the first time: what ended before is not told
 * @param digestedUntil when the last digest was due; {@link #NO_DIGEST} while there is none
 * @param reported the jobs whose end has been told, the newest {@link #REPORTED} of them
 * @param alerts by key
 */
record AlertState(
        long messages, Instant since, Instant digestedUntil, List<String> reported, Map<String, Alert> alerts) {
    static final int REPORTED = 500;
    /** In the place of {@code digestedUntil}, while there is no digest. */
    static final Instant NO_DIGEST = Instant.EPOCH;

    /** Copies the collections, and keeps their order. */
    AlertState {
        reported = List.copyOf(reported);
        alerts = Collections.unmodifiableMap(new LinkedHashMap<>(alerts));
    }

    /** When nothing was known yet. */
    static AlertState begun(Instant now) {
        return new AlertState(0, now, now, List.of(), Map.of());
    }

    /** What was known, or that nothing was. By a clock that was put back since, nothing has happened later than now. */
    static AlertState at(Instant now, Optional<AlertState> known) {
        if (known.isEmpty()) {
            return begun(now);
        }
        AlertState state = known.get();
        Map<String, Alert> alerts = new LinkedHashMap<>();
        state.alerts.forEach((key, alert) -> alerts.put(key, alert.at(now)));
        return new AlertState(
                state.messages, earlier(state.since, now), earlier(state.digestedUntil, now), state.reported, alerts);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** The same, with so many more jobs whose end has been told. */
    static List<String> newest(List<String> reported, List<String> more) {
        List<String> all = new ArrayList<>(reported);
        all.addAll(more);
        return all.subList(Math.max(0, all.size() - REPORTED), all.size());
    }

    /**
     * One problem: first watched, then raised, then over, and forgotten a day later.
     *
     * @param problem as it was when somebody was last told
     * @param since when this spell of it began
     * @param told when somebody was last told that it is so; absent while it is only watched
     * @param gone since when it is not so; absent while it is
     * @param over whether it has been told to be over
     * @param spells how often it has begun, each time within a day after it was over
     * @param channels that were told
     */
    record Alert(
            Problem problem,
            Instant since,
            @Nullable Instant told,
            @Nullable Instant gone,
            boolean over,
            int spells,
            Set<String> channels) {
        /** A problem that comes back within this time is the same one again. */
        static final Duration MEMORY = Duration.ofHours(24);

        private static final Duration FIRST_HOLD = Duration.ofHours(1);
        private static final int MOST_DOUBLINGS = 3;

        Alert {
            channels = Set.copyOf(channels);
        }

        boolean isRaised() {
            return told != null && !over;
        }

        /** How long it has to be gone to be over: the longer the more often it came back. */
        Duration settle() {
            Duration usual = problem.pace().settle();
            if (spells < 2) {
                return usual;
            }
            Duration hold = FIRST_HOLD.multipliedBy(1L << Math.min(spells - 2, MOST_DOUBLINGS));
            return hold.compareTo(usual) > 0 ? hold : usual;
        }

        /** When it was told is left as it is: reminders go by it. */
        private Alert at(Instant now) {
            return new Alert(
                    problem,
                    earlier(since, now),
                    told,
                    gone == null ? null : earlier(gone, now),
                    over,
                    spells,
                    channels);
        }

        Alert toldAt(Instant moment) {
            return new Alert(problem, since, moment, gone, over, spells, channels);
        }

        Alert watched(@Nullable Instant goneSince) {
            return new Alert(problem, since, told, goneSince, over, spells, channels);
        }
    }
}
