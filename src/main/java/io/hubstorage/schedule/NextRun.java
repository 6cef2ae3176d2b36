package io.hubstorage.schedule;

import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunResult;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next due time, and whether it has passed.
 *
 * @param due null when there is none
 * @param overdue whether a run should have begun by now
 */
record NextRun(@Nullable Instant due, boolean overdue) {

    /** Counted from the start of the last run, however it ended; due now when there never was one. */
    static NextRun plan(Timetable timetable, @Nullable Instant lastStart, Instant now) {
        if (lastStart == null) {
            return new NextRun(now, true);
        }
        return timetable
                .next(lastStart)
                .map(due -> timetable.bounded(due, lastStart, now))
                .map(due -> new NextRun(due, !due.isAfter(now)))
                .orElseGet(() -> new NextRun(null, false));
    }

    /**
     * The start that a fresh process counts from, or null when a run is due now: there never was one, the recorded time
     * cannot be true, or the last run was cut off by the end of its process and waits to be taken up. After a crash the last
     * holds only once: a run that ends the process each time must not do so over and over. A process that was told to stop is
     * no crash, however often.
     *
     * @param runs the last ones that served the schedule, newest first
     * @param newestSnapshot counts when there are no runs
     */
    static @Nullable Instant countFrom(
            Timetable timetable, List<? extends JobRecord> runs, @Nullable Instant newestSnapshot, Instant now) {
        boolean takeUp = !runs.isEmpty()
                && runs.getFirst().result() == RunResult.INTERRUPTED
                && (!crashed(runs.getFirst()) || runs.size() < 2 || !crashed(runs.get(1)));
        if (takeUp) {
            return null;
        }
        Instant last = runs.isEmpty() ? newestSnapshot : runs.getFirst().startedAt();
        return last != null && timetable.credible(last, now) ? last : null;
    }

    private static boolean crashed(JobRecord run) {
        return run.result() == RunResult.INTERRUPTED && !run.end().stoppedInOrder();
    }
}
