package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about alerts and what was told of them, and their answers. */
public sealed interface AlertMessage {
    /**
     * What is wrong now, and who was told.
     *
     * @param raised the one that began last comes first
     * @param waiting messages that are still to be delivered
     */
    record Listing(List<Raised> raised, long waiting) implements AlertMessage {}

    /**
     * One thing that is wrong.
     *
     * @param event what it is, by the words that a channel's list of them has
     * @param subject what it is about, as short as a name
     * @param title one line, as it was last told
     * @param told when somebody was last told
     * @param channels that were told
     */
    record Raised(
            String event,
            String severity,
            String subject,
            String title,
            Instant since,
            Instant told,
            List<String> channels)
            implements AlertMessage {
        public Raised {
            channels = List.copyOf(channels);
        }
    }

    /**
     * Asks for attempts to deliver a message, the newest first.
     *
     * @param limit 1 to 1000, 50 when absent
     * @param before only those older than the one of this number
     */
    record Query(@Nullable Integer limit, @Nullable Long before) implements AlertMessage {}

    /**
     * Attempts to deliver a message, the newest first.
     *
     * @param next the {@code before} of the next page; absent on the last one
     */
    record Deliveries(List<Delivery> deliveries, @Nullable Long next) implements AlertMessage {}

    /**
     * What came of one attempt to deliver one message by one channel.
     *
     * @param number of the attempt among all
     * @param attempt 1 for the first one of this message by this channel; 0 where it went out within another message
     * @param answer what the receiver said, or why it could not be asked
     * @param retryAt when it is tried again; absent unless it is
     */
    record Delivery(
            long number,
            Instant at,
            String channel,
            Told message,
            Outcome outcome,
            int attempt,
            String answer,
            @Nullable Instant retryAt)
            implements AlertMessage {}

    /** The message that an attempt was about. */
    record Told(String id, String event, String severity, String state, String title) implements AlertMessage {}

    enum Outcome {
        DELIVERED,
        /** It is tried again. */
        FAILED,
        /** It is not tried again. */
        GIVEN_UP,
        /** It went out within another message, which tells several. */
        FOLDED
    }
}
