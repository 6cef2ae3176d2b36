package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run, or one bucket of it, is doing. */
public enum RunPhase {
    /** Waiting for its turn. */
    @JsonProperty("waiting")
    WAITING,
    /** Checking the destination, finding buckets, adopting what an interrupted run left. */
    @JsonProperty("preparing")
    PREPARING,
    /** The listing has not finished; downloads may already go on. */
    @JsonProperty("listing")
    LISTING,
    /** The listing has finished: linking and downloading the rest. */
    @JsonProperty("transferring")
    TRANSFERRING,
    /** Writing manifest and certificate, making all durable, renaming. */
    @JsonProperty("committing")
    COMMITTING,
    /** Waiting to try again what failed. */
    @JsonProperty("retrying")
    RETRYING,
    /** Asked to stop. */
    @JsonProperty("cancelling")
    CANCELLING,
    /** Ended well. */
    @JsonProperty("done")
    DONE,
    /** Ended badly. */
    @JsonProperty("failed")
    FAILED
}
