package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about notifications and their answers. None carries a secret. */
public sealed interface NotifyMessage {
    /** Sends a test message to one channel, by its name; it need not be switched on. */
    record Test(String channel) implements NotifyMessage {}

    /**
     * What became of a message.
     *
     * @param status of HTTP or SMTP; 0 where there is none
     * @param said the first words of the answer, or why there is none
     * @param retryAfterSeconds how long the other side asked to be left alone; null where it did not say
     */
    record Outcome(
            String channel,
            Result result,
            int status,
            String said,
            @Nullable Double retryAfterSeconds) implements NotifyMessage {}

    /** Whether the other side has a message. */
    enum Result {
        DELIVERED,
        /** It does not, for a reason that may pass. */
        TRY_AGAIN,
        /** It will not take it. */
        REFUSED
    }

    /** The configured channels, in their order. */
    record Listing(List<ChannelState> channels) implements NotifyMessage {}

    /**
     * A channel.
     *
     * @param type its kind, as the configuration has it
     * @param problem why nothing can be sent by it, in a sentence; null where something can
     */
    record ChannelState(
            String name,
            String type,
            boolean enabled,
            @Nullable String problem) {}
}
