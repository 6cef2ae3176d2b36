package io.hubstorage.bus;

public enum RunResult {
    RUNNING,
    /** Every bucket is safe; with or without a new snapshot. */
    SUCCESS,
    /** A snapshot exists, but objects or whole buckets failed and kept their previous version. */
    PARTIAL,
    /** Nothing was committed. */
    FAILED,
    /** Somebody stopped it; what was transferred is kept for the next run. */
    CANCELLED,
    /** The process ended in the middle; what was transferred is kept for the next run. */
    INTERRUPTED;

    /** Whether it says how safe the data is: the run came to an end by itself. */
    public boolean judges() {
        return this == SUCCESS || this == PARTIAL || this == FAILED;
    }

    public boolean ended() {
        return this != RUNNING;
    }
}
