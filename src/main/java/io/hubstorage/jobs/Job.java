package io.hubstorage.jobs;

import io.hubstorage.bus.RunResult;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * One long operation, which can be stopped up to the moment it commits what it has done. Whoever works on it asks
 * {@link #check} or waits by {@link #pause}. Thread-safe.
 */
public final class Job {
    public enum Kind {
        /** Makes a snapshot. Between processes, the lock of the data folder keeps two of them apart. */
        BACKUP("backup"),
        /** Plans a backup, and writes nothing. */
        DRY_RUN("backup"),
        /** Reads snapshots, which never change. */
        VERIFY("verification");

        /** Which kinds must not run beside which: the one place that says so. What is not in it excludes nothing. */
        private static final Map<Kind, Set<Kind>> EXCLUDES = new EnumMap<>(Map.of(
                BACKUP, EnumSet.of(BACKUP, DRY_RUN),
                DRY_RUN, EnumSet.of(BACKUP, DRY_RUN)));

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        /** Whether it must not run beside the other. */
        public boolean excludes(Kind other) {
            return EXCLUDES.getOrDefault(this, Set.of()).contains(other)
                    || EXCLUDES.getOrDefault(other, Set.of()).contains(this);
        }
    }

    private final Kind kind;
    private final String id;
    private final Cancellation cancellation = new Cancellation();
    private boolean committing;
    private RunResult result = RunResult.CANCELLED;

    /** One that excludes no other; see {@link Jobs#begin} for those that may. */
    public Job(Kind kind, String id) {
        this.kind = kind;
        this.id = id;
    }

    public Kind kind() {
        return kind;
    }

    public String id() {
        return id;
    }

    /** Asks it to stop. False when it has begun to commit: then it ends by itself at once. The first reason counts. */
    public synchronized boolean stop(RunResult as, String why) {
        if (committing) {
            return false;
        }
        if (cancellation.request(why)) {
            result = as;
        }
        return true;
    }

    /**
     * From here on it cannot be stopped.
     *
     * @throws CancellationException when it has been
     */
    public synchronized void beginCommit() {
        check();
        committing = true;
    }

    public boolean isStopped() {
        return cancellation.isRequested();
    }

    /** How it is to end, once it was stopped. */
    public synchronized RunResult result() {
        return result;
    }

    public String reason() {
        return cancellation.reason();
    }

    /** Throws a {@link CancellationException} once the job was stopped. */
    public void check() {
        cancellation.check();
    }

    /** Waits; throws a {@link CancellationException} when it was stopped before, or is meanwhile. */
    public void pause(Duration time) throws InterruptedException {
        cancellation.pause(time);
    }
}
