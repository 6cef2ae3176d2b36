package io.hubstorage.bus;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who copies: this process, and the workers on other machines. */
public sealed interface WorkersMessage {
    /**
     * After which somebody is told of a worker that is not there: a machine that restarts, an update that reaches one after the other, or a
     * pod that is made anew elsewhere takes less.
     */
    Duration MISSED_AFTER = Duration.ofMinutes(10);

    /** Those that went within this time of each other went together: a switch, a rack, a room. */
    Duration TOGETHER = Duration.ofMinutes(1);

    /** What is known of a worker. */
    enum State {
        /** It is at work, or would be if there were something to do. */
        READY,
        /** It was there, and has not said that it would go. */
        LOST,
        /** It is there and would copy, but is not fit to. */
        REFUSED
    }

    /**
     * One of them.
     *
     * @param local whether it is the service's own process
     * @param since when it was first heard of
     * @param heardAt when it was last heard of
     * @param missingSince since when it is not there, or not let in; absent where it is
     * @param problem why it is not let in and what to do, in a sentence or two; absent unless it is refused
     * @param shards parts of buckets that it is at work on
     * @param bytesPerSecond that it downloads, over the last seconds
     */
    record Worker(
            String name,
            State state,
            boolean local,
            Instant since,
            Instant heardAt,
            @Nullable Instant missingSince,
            @Nullable String problem,
            int shards,
            double bytesPerSecond) {
        /** One that is there. */
        public Worker(String name, boolean local, Instant since, Instant heardAt, int shards, double bytesPerSecond) {
            this(name, State.READY, local, since, heardAt, null, null, shards, bytesPerSecond);
        }

        private boolean isMissingSince(Instant then) {
            return missingSince != null && !missingSince.isAfter(then);
        }
    }

    /**
     * The answer.
     *
     * @param clustered whether others could join ({@code HUBSTORAGE_CLUSTER})
     * @param workers the service's own first; those that are missing stay for a week, or until somebody forgets them
     */
    record Listing(boolean clustered, List<Worker> workers) implements WorkersMessage {
        /**
         * Those of which somebody should know: they have been missing for {@link #MISSED_AFTER}, or went together with one that has. The first
         * to go comes first.
         */
        public List<Worker> missed(Instant now) {
            return workers.stream()
                    .filter(worker -> worker.isMissingSince(now.minus(MISSED_AFTER)))
                    .map(Listing::missingSince)
                    .max(Comparator.naturalOrder())
                    .map(last -> workers.stream()
                            .filter(worker -> worker.isMissingSince(last.plus(TOGETHER)))
                            .sorted(Comparator.comparing(Listing::missingSince).thenComparing(Worker::name))
                            .toList())
                    .orElse(List.of());
        }

        private static Instant missingSince(Worker worker) {
            return Objects.requireNonNull(worker.missingSince());
        }
    }

    /**
     * A worker on another machine that fell silent in some span of time.
     *
     * @param at when it was last heard of
     * @param shards parts of buckets that it was at work on, and that others were given
     * @param times how often that happened
     */
    record Lost(String name, Instant at, int shards, int times) {
        /** The same, lost once more. */
        public Lost again(Lost later) {
            return new Lost(name, later.at, shards + later.shards, times + later.times);
        }
    }

    /** A worker that is lost will not come back: it is to be listed and missed no more. Answered by {@link Listing}. */
    record Forget(String name) implements WorkersMessage {}
}
