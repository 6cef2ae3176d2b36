package io.hubstorage.backup;

/** Ends a run before its commit, as failed, with the reason in one sentence for people. */
final class RunStoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    /** @param kind a word for why, as {@link io.hubstorage.bus.RunEnd#cause} */
    RunStoppedException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
