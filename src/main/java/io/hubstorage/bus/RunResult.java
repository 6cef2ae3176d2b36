package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a run ended. */
public enum RunResult {
    /** It has not ended. */
    @JsonProperty("running")
    RUNNING,
    /** Every bucket is safe; with or without a new snapshot. */
    @JsonProperty("success")
    SUCCESS,
    /** A snapshot exists, but objects or whole buckets failed and kept their previous version. */
    @JsonProperty("partial")
    PARTIAL,
    /** Nothing was committed. */
    @JsonProperty("failed")
    FAILED,
    /** Somebody stopped it; what was transferred is kept for the next run. */
    @JsonProperty("cancelled")
    CANCELLED,
    /** The process ended in the middle; what was transferred is kept for the next run. */
    @JsonProperty("interrupted")
    INTERRUPTED;

    /** Whether it says how safe the data is: the run came to an end by itself. */
    public boolean judges() {
        return this == SUCCESS || this == PARTIAL || this == FAILED;
    }

    /** Whether the run has ended. */
    public boolean ended() {
        return this != RUNNING;
    }
}
