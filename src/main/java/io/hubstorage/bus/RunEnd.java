package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param finishedAt absent while it has not
 * @param message one sentence for people: what happened and, when something is wrong, what to do
 * @param stoppedInOrder of one that was interrupted: whether the program was told to stop, and did not just end
 * @param cause a word for why it failed as a whole, of which {@link FailureCause} makes a cause; absent where it did not, or nobody knows
 * @param hooks what became of those that ran before and after it, in this order
 */
public record RunEnd(
        RunResult result,
        @Nullable Instant finishedAt,
        int attempts,
        @Nullable String message,
        boolean stoppedInOrder,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String cause,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<HookOutcome> hooks) {
    /** Copies the list, which records of earlier versions have not. */
    public RunEnd {
        hooks = hooks == null ? List.of() : List.copyOf(hooks);
    }

    /** Of a run without hooks. */
    public RunEnd(
            RunResult result,
            @Nullable Instant finishedAt,
            int attempts,
            @Nullable String message,
            boolean stoppedInOrder) {
        this(result, finishedAt, attempts, message, stoppedInOrder, null, List.of());
    }

    /** Of a run that was not stopped with the program. */
    public RunEnd(RunResult result, @Nullable Instant finishedAt, int attempts, @Nullable String message) {
        this(result, finishedAt, attempts, message, false);
    }

    /** The same with another message. */
    public RunEnd saying(String other) {
        return new RunEnd(result, finishedAt, attempts, other, stoppedInOrder, cause, hooks);
    }

    /** The same with these hooks. */
    public RunEnd with(List<HookOutcome> outcomes) {
        return new RunEnd(result, finishedAt, attempts, message, stoppedInOrder, cause, outcomes);
    }

    /** The same, which ended because of that. */
    public RunEnd because(@Nullable String kind) {
        return new RunEnd(result, finishedAt, attempts, message, stoppedInOrder, kind, hooks);
    }
}
