package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Requests to the scheduler and their answers. */
public sealed interface SchedulerMessage {
    /** Pauses or resumes the schedule; survives a restart. */
    record Pause(boolean paused) implements SchedulerMessage {}

    /**
     * What the scheduler is up to.
     *
     * @param running whether the scheduler is alive (the name is the specification's)
     * @param enabled {@code automation.enabled}
     * @param paused paused by hand
     * @param overdue whether the next backup should have begun already
     * @param lastBackup when the last run that left every bucket safe began
     * @param lastRun when the last run over all buckets began, whatever its result
     * @param waiting why no backup can begin at the moment ({@code data_folder}: it cannot be written to); tried again every
     *     minute
     */
    record Status(
            boolean running,
            boolean enabled,
            boolean paused,
            boolean overdue,
            @Nullable Instant nextBackup,
            @Nullable Instant lastBackup,
            @Nullable Instant lastRun,
            @Nullable RunResult lastResult,
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone,
            RunState.@Nullable Waiting waiting)
            implements SchedulerMessage {}
}
