package io.hubstorage.backup;

import io.hubstorage.bus.RunResult;

/** Ends a run before its commit, with the reason in one sentence for people. */
final class RunStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RunResult result;

    RunStoppedException(RunResult result, String message) {
        super(message);
        this.result = result;
    }

    RunResult result() {
        return result;
    }

    static RunStoppedException failed(String message) {
        return new RunStoppedException(RunResult.FAILED, message);
    }
}
