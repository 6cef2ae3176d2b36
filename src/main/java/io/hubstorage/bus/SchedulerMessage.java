package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Requests to the scheduler and their answers. */
public sealed interface SchedulerMessage {
    /** Pauses or resumes the schedule; survives a restart. */
    record Pause(Boolean paused) implements SchedulerMessage {}

    /** The name of the schedule of all buckets that no other schedule names. */
    String MAIN = "main";

    /**
     * What the scheduler is up to; a flat object in JSON.
     *
     * @param running whether the scheduler is alive (the name is the specification's)
     * @param runs of all schedules together
     * @param rule of {@link #MAIN}
     * @param waiting why no backup can begin at the moment ({@code data_folder}: it cannot be written to); tried again every
     *     minute
     * @param schedules each by itself, {@link #MAIN} first, which is absent where the others name every bucket
     */
    record Status(
            boolean running,
            boolean enabled,
            boolean paused,
            @JsonUnwrapped Runs runs,
            @JsonUnwrapped Rule rule,
            RunState.@Nullable Waiting waiting,
            List<Schedule> schedules)
            implements SchedulerMessage {
        /** Whether backups begin by themselves. */
        public boolean startsBackups() {
            return running && enabled && !paused;
        }

        /** Of the schedules those that begin backups. */
        public Stream<Schedule> ofBackups() {
            return schedules.stream().filter(each -> each.kind().equals(JobKind.BACKUP.word()));
        }
    }

    /**
     * The runs that were and the one to come.
     *
     * @param overdue whether a backup should have begun already
     * @param nextBackup the first that is to come, whichever schedule begins it
     * @param lastBackup when the last run that left every bucket safe began; with several schedules the oldest of theirs
     * @param lastRun when the last run began that was to cover all buckets of a schedule, whatever its result
     */
    record Runs(
            boolean overdue,
            @Nullable Instant nextBackup,
            @Nullable Instant lastBackup,
            @Nullable Instant lastRun,
            @Nullable RunResult lastResult) {}

    /**
     * One schedule; a flat object in JSON.
     *
     * @param name as in the configuration, or {@link #MAIN}
     * @param kind of job that it begins, as in {@code hubstorage.<kind>.start}
     * @param buckets those that it names; of {@link #MAIN} those that are known to be left to it, and none where that is all
     */
    record Schedule(
            String name,
            String kind,
            List<String> buckets,
            @JsonUnwrapped Rule rule,
            @JsonUnwrapped Times times) {
        public Schedule {
            buckets = List.copyOf(buckets);
        }
    }

    /**
     * When a schedule began what it begins.
     *
     * @param overdue whether it should have begun something already
     * @param last when the last run began that was to do its work, whoever asked for it and whatever came of it
     * @param lastResult of that one
     * @param lastSuccess when the last of them began that did it well
     */
    record Times(
            boolean overdue,
            @Nullable Instant next,
            @Nullable Instant last,
            @Nullable RunResult lastResult,
            @Nullable Instant lastSuccess) {}

    /** When runs are to begin: by the cron expression, if there is one. */
    record Rule(
            double intervalHours,
            @Nullable String cron,
            @Nullable String timeZone) {}
}
