package io.hubstorage.bus;

import org.jspecify.annotations.Nullable;

/**
 * What became of a hook of a job.
 *
 * @param hook its name
 * @param millis how long it took
 * @param problem why it is no success, as a phrase: {@code exit code 3}; absent where it is one
 * @param said the last line that a command printed, cut at a readable length; empty where there is none
 */
public record HookOutcome(
        String hook,
        When when,
        Result result,
        long millis,
        @Nullable String problem,
        String said) {
    /** On which side of the job it runs. */
    public enum When {
        BEFORE,
        AFTER
    }

    /** How it ended. */
    public enum Result {
        /** Exit code 0, or an answer of 2xx. */
        OK,
        /** Anything else, also that it could not be run. */
        FAILED,
        TIMED_OUT,
        /** The job was cancelled, or the service stopped. */
        STOPPED
    }

    public boolean ok() {
        return result == Result.OK;
    }

    /**
     * What went wrong, as one sentence for people, without a full stop at its end when the hook said something itself.
     *
     * @param noun what people call the job
     */
    public String sentence(String noun) {
        String end = result == Result.STOPPED ? "was stopped" : "failed (%s)".formatted(problem);
        String what = "The hook \"%s\" %s this %s %s".formatted(hook, BusJson.word(when), noun, end);
        return said.isEmpty() ? what + "." : what + ": " + said;
    }
}
