package io.hubstorage.notify.channels;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one attempt to deliver a message. No text in it holds a secret. */
public sealed interface Receipt {
    /**
     * The other side has it.
     *
     * @param status of HTTP or SMTP; 0 where there was nothing to send
     * @param answer the first words of what it said
     */
    record Delivered(int status, String answer) implements Receipt {}

    /**
     * It does not have it, for a reason that may pass.
     *
     * @param after how long it asked to be left alone; null where it did not say
     */
    record TryAgain(String why, @Nullable Duration after) implements Receipt {}

    /** It will not take it, however often it is sent. */
    record Refused(String why) implements Receipt {}
}
