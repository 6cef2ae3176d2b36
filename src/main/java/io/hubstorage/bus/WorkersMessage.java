package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;

/** Who copies: this process, and the workers on other machines. */
public sealed interface WorkersMessage {
    /** What is known of a worker. */
    enum State {
        /** It is at work, or would be if there were something to do. */
        READY,
        /** It was there, and has not said that it would go. */
        LOST
    }

    /**
     * One of them.
     *
     * @param local whether it is the service's own process
     * @param since when it was first heard of
     * @param heardAt when it was last heard of
     * @param shards parts of buckets that it is at work on
     * @param bytesPerSecond that it downloads, over the last seconds
     */
    record Worker(
            String name,
            State state,
            boolean local,
            Instant since,
            Instant heardAt,
            int shards,
            double bytesPerSecond) {}

    /**
     * The answer.
     *
     * @param clustered whether others could join ({@code HUBSTORAGE_CLUSTER})
     * @param workers the service's own first; those that were lost stay for an hour
     */
    record Listing(boolean clustered, List<Worker> workers) implements WorkersMessage {}
}
