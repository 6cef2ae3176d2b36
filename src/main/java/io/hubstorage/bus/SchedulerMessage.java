package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Requests to the scheduler and their answers. */
public sealed interface SchedulerMessage {
    /** Pauses or resumes the schedule; survives a restart. */
    record Pause(Boolean paused) implements SchedulerMessage {}

    /**
     * What the scheduler is up to; a flat object in JSON.
     *
     * @param running whether the scheduler is alive (the name is the specification's)
     * @param waiting why no backup can begin at the moment ({@code data_folder}: it cannot be written to); tried again every
     *     minute
     */
    record Status(
            boolean running,
            boolean enabled,
            boolean paused,
            @JsonUnwrapped Runs runs,
            @JsonUnwrapped Rule rule,
            RunState.@Nullable Waiting waiting)
            implements SchedulerMessage {
        /** Whether backups begin by themselves. */
        public boolean startsBackups() {
            return running && enabled && !paused;
        }
    }

    /**
     * The runs that were and the one to come.
     *
     * @param overdue whether the next backup should have begun already
     * @param lastBackup when the last run that left every bucket safe began
     * @param lastRun when the last run over all buckets began, whatever its result
     */
    record Runs(
            boolean overdue,
            @Nullable Instant nextBackup,
            @Nullable Instant lastBackup,
            @Nullable Instant lastRun,
            @Nullable RunResult lastResult) {}

    /** When runs are to begin: by the cron expression, if there is one. */
    record Rule(
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone) {}
}
