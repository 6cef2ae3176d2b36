package io.hubstorage.backup;

import io.hubstorage.testkit.RequestLog;

/** Where in its life a process was when SIGKILL hit it, in the order of that life. */
enum KillPhase {
    /** Before the run began to work on the data folder, or before it found anything to work on. */
    START_UP,
    /** Adopting what an interrupted run had left; nothing was asked of S3 yet. */
    RECOVERY,
    LISTING,
    DOWNLOADING,
    /** Trees were moved together and manifests written; there was no certificate yet. */
    ASSEMBLING,
    /** The certificate was written, and the snapshot had not got its name. */
    COMMITTING,
    /** The snapshot had its name, and the history did not know of it. */
    COMMITTED,
    /** The history had the run's end. */
    AFTER_THE_RUN;

    /** Told from what was there before the process, what it left, and what it asked of the server. */
    static KillPhase of(Traces before, Traces after, RequestLog.Counts asked) {
        if (after.run().equals(before.run())) {
            return START_UP;
        }
        if (after.runEnded()) {
            return AFTER_THE_RUN;
        }
        if (!after.snapshots().equals(before.snapshots())) {
            return COMMITTED;
        }
        if (asked.lists() == 0) {
            return before.staged() ? RECOVERY : START_UP;
        }
        if (after.assembled()) {
            return after.certified() ? COMMITTING : ASSEMBLING;
        }
        return asked.gets() == 0 ? LISTING : DOWNLOADING;
    }
}
