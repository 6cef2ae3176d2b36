package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param finishedAt absent while it has not
 * @param message one sentence for people: what happened and, when something is wrong, what to do
 * @param stoppedInOrder of one that was interrupted: whether the program was told to stop, and did not just end
 */
public record RunEnd(
        RunResult result,
        @Nullable Instant finishedAt,
        int attempts,
        @Nullable String message,
        boolean stoppedInOrder) {
    /** Of a run that was not stopped with the program. */
    public RunEnd(RunResult result, @Nullable Instant finishedAt, int attempts, @Nullable String message) {
        this(result, finishedAt, attempts, message, false);
    }
}
