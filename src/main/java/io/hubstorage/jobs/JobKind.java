package io.hubstorage.jobs;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** The kinds of long operations. */
public enum JobKind {
    /** Makes a snapshot. Between processes, the lock of the data folder keeps two of them apart. */
    BACKUP("backup"),
    /** Plans a backup, and writes nothing. */
    DRY_RUN("backup"),
    /** Reads snapshots, which never change. */
    VERIFY("verification");

    /** Which kinds must not run beside which: the one place that says so. What is not in it excludes nothing. */
    private static final Map<JobKind, Set<JobKind>> EXCLUDES = new EnumMap<>(Map.of(
            BACKUP, EnumSet.of(BACKUP, DRY_RUN),
            DRY_RUN, EnumSet.of(BACKUP, DRY_RUN)));

    private final String word;

    JobKind(String word) {
        this.word = word;
    }

    /** What people call it. */
    public String word() {
        return word;
    }

    /** Whether it must not run beside the other. */
    public boolean excludes(JobKind other) {
        return EXCLUDES.getOrDefault(this, Set.of()).contains(other)
                || EXCLUDES.getOrDefault(other, Set.of()).contains(this);
    }
}
