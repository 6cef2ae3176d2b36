package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests to the backup room and their answers. */
public sealed interface BackupMessage {
    /**
     * Starts a run.
     *
     * @param trigger who asks; {@link Trigger#MANUAL} when absent
     * @param dryRun plan everything, write nothing
     * @param buckets only these of the configured buckets; all of them when absent or empty
     * @param schedule only the buckets of this schedule, as the configuration has it; not together with {@code buckets}
     */
    record Start(
            @Nullable Trigger trigger,
            boolean dryRun,
            @Nullable List<String> buckets,
            @Nullable String schedule) implements BackupMessage {
        /** Whatever the schedules are. */
        public Start(@Nullable Trigger trigger, boolean dryRun, @Nullable List<String> buckets) {
            this(trigger, dryRun, buckets, null);
        }
    }

    /** The run has begun. */
    record Accepted(String runId) implements BackupMessage {}

    /** Stops the run in progress; {@code runId}, when given, must be its id. */
    record Cancel(@Nullable String runId) implements BackupMessage {}

    /**
     * The run in progress, if any, and the last one that ended.
     *
     * @param lastSuccess the last run with every bucket safe
     */
    record Status(
            boolean running,
            @Nullable RunState current,
            @Nullable RunRecord last,
            @Nullable RunRecord lastSuccess) implements BackupMessage {}

    /**
     * Asks for past runs, newest first.
     *
     * @param limit 1 to 1000, 50 when absent
     * @param before only runs older than this one
     */
    record HistoryQuery(
            @Nullable Integer limit,
            @Nullable String before,
            @Nullable String runId) implements BackupMessage {}

    /** Past runs, newest first. */
    record History(List<RunRecord> runs) implements BackupMessage {}
}
