package io.hubstorage.backup;

/** Ends a run before its commit, as failed, with the reason in one sentence for people. */
final class RunStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    RunStoppedException(String message) {
        super(message);
    }
}
