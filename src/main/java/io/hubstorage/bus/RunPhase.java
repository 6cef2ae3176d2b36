package io.hubstorage.bus;

/** What a run, or one bucket of it, is doing. */
public enum RunPhase {
    WAITING,
    /** Checking the destination, finding buckets, adopting what an interrupted run left. */
    PREPARING,
    /** The listing has not finished; downloads may already go on. */
    LISTING,
    /** The listing has finished: linking and downloading the rest. */
    TRANSFERRING,
    /** Writing manifest and certificate, making all durable, renaming. */
    COMMITTING,
    RETRYING,
    CANCELLING,
    DONE,
    FAILED
}
