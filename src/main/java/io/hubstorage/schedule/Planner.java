package io.hubstorage.schedule;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.HubConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler knows, and what follows from it. Talks to nobody and reads no clock: each question brings the time
 * along. There is one due time at any moment, so that missed runs cannot pile up. Not thread-safe.
 */
final class Planner {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
    private static final Duration UNUSABLE_RETRY = Duration.ofMinutes(1);

    private HubConfig.Automation automation;
    private Timetable timetable;
    private boolean configured;
    private boolean paused;

    private @Nullable Instant countFrom;

    private @Nullable Instant lastRun;
    private @Nullable Instant lastBackup;
    private @Nullable RunResult lastResult;

    private @Nullable Instant due;
    private boolean catchUp;
    private boolean asked;
    private boolean running;
    private @Nullable String finishedId;
    private @Nullable Instant retryAt;
    private Duration retryDelay = Duration.ZERO;
    private RunState.@Nullable Waiting waiting;
    /** Whether a run was refused because of it: then only a run that begins proves that it is over. */
    private boolean refusedByFolder;

    /** @throws IllegalArgumentException when the configured schedule cannot be understood */
    Planner(HubConfig config) {
        automation = config.automation();
        timetable = Timetable.of(automation);
        configured = configured(config);
    }

    /**
     * @param runs the last runs over all buckets that were not dry ones, newest first
     * @param lastSuccess the start of the last one that left every bucket safe
     */
    record Past(
            List<RunRecord> runs,
            @Nullable Instant lastSuccess,
            @Nullable Instant newestSnapshot,
            boolean paused) {}

    /** Begins anew from what the disk remembers; what is overdue then is caught up on. */
    void begin(Past past, Instant now) {
        paused = past.paused();
        RunRecord last = past.runs().isEmpty() ? null : past.runs().getFirst();
        lastRun = last == null ? null : last.startedAt();
        lastResult = last == null ? null : last.result();
        lastBackup = past.lastSuccess() != null || last != null ? past.lastSuccess() : past.newestSnapshot();
        countFrom = NextRun.countFrom(timetable, past.runs(), past.newestSnapshot(), now);
        catchUp = plan(now);
    }

    /**
     * Takes over a changed configuration.
     *
     * @return whether it means anything to the schedule
     * @throws IllegalArgumentException when the schedule cannot be understood; the old one stays
     */
    boolean configure(HubConfig config, Instant now) {
        Timetable changed = Timetable.of(config.automation());
        boolean same = config.automation().equals(automation) && configured(config) == configured;
        timetable = changed;
        automation = config.automation();
        configured = configured(config);
        if (!same) {
            plan(now);
        }
        return !same;
    }

    void pause(boolean pause, Instant now) {
        if (pause != paused) {
            paused = pause;
            plan(now);
        }
    }

    void started(RunState run, Instant now) {
        running = true;
        if (!run.start().dryRun() && Boolean.TRUE.equals(run.start().allBuckets())) {
            begun(run.start().startedAt(), now);
        }
    }

    void finished(RunRecord run, Instant now) {
        running = false;
        finishedId = run.runId();
        // A run of some buckets takes nothing off the schedule, which is there for all of them.
        if (!run.dryRun() && run.coversAllBuckets()) {
            begun(run.startedAt(), now);
            lastResult = run.result();
            lastBackup = run.leavesAllSafe() ? run.startedAt() : lastBackup;
        }
    }

    boolean shouldStart(Instant now) {
        if (!passed(now) || running || asked) {
            return false;
        }
        if (retryAt != null && retryAt.isAfter(now.plus(retryDelay))) {
            // The clock was set back.
            retryAt = now.plus(retryDelay);
        }
        return retryAt == null || !retryAt.isAfter(now);
    }

    /** Whether a run is due that must wait for one in progress: is there really one? */
    boolean waitsForOther(Instant now) {
        return passed(now) && running;
    }

    /** A run is being asked for; the answer is one of the next four. */
    Trigger ask() {
        asked = true;
        if (lastRun == null && lastBackup == null) {
            return Trigger.FIRST;
        }
        return catchUp ? Trigger.CATCH_UP : Trigger.SCHEDULE;
    }

    void accepted(String runId, Instant now) {
        asked = false;
        refusedByFolder = false;
        if (!runId.equals(finishedId) && !running) {
            running = true;
            begun(now, now);
        }
    }

    /** Another run goes on: its end decides when the next one is due. */
    void busy() {
        asked = false;
        running = true;
    }

    /** No run goes on, whatever we thought. */
    void idle() {
        running = false;
    }

    /** Returns how long to wait before asking again; longer each time. */
    Duration refused(Instant now) {
        asked = false;
        Duration longer = retryDelay.isZero() ? FIRST_RETRY : retryDelay.multipliedBy(2);
        Duration longest = timetable.longestRetry();
        retryDelay = longer.compareTo(longest) > 0 ? longest : longer;
        retryAt = now.plus(retryDelay);
        return retryDelay;
    }

    /** The run that was asked for cannot begin, for a reason that outlasts it; it is asked for again in a minute. */
    void unusable(String why, Instant now) {
        asked = false;
        retryDelay = UNUSABLE_RETRY;
        retryAt = now.plus(retryDelay);
        destination(why, now);
        refusedByFolder = true;
    }

    /**
     * Takes note of whether the data folder can be written to.
     *
     * @param why it cannot; null when it can
     * @return whether that is news
     */
    boolean destination(@Nullable String why, Instant now) {
        RunState.Waiting before = waiting;
        if (why == null) {
            waiting = refusedByFolder ? before : null;
        } else if (before == null || !why.equals(before.cause())) {
            waiting = new RunState.Waiting(
                    RunState.Waiting.DATA_FOLDER, why, before == null ? now : before.since(), List.of(), null);
        }
        return !Objects.equals(before, waiting);
    }

    RunState.@Nullable Waiting waiting() {
        return waiting;
    }

    SchedulerMessage.Status status(Instant now) {
        Instant next = due != null && retryAt != null && retryAt.isAfter(due) ? retryAt : due;
        boolean overdue = due != null && !running && due.isBefore(now);
        return new SchedulerMessage.Status(
                true,
                automation.enabled(),
                paused,
                new SchedulerMessage.Runs(overdue, next, lastBackup, lastRun, lastResult),
                rule(),
                waiting);
    }

    private SchedulerMessage.Rule rule() {
        if (!(timetable instanceof CronTimetable)) {
            return new SchedulerMessage.Rule(automation.intervalHours(), null, null);
        }
        String zone = automation.timeZone();
        return new SchedulerMessage.Rule(
                automation.intervalHours(),
                automation.cron(),
                zone == null ? ZoneId.systemDefault().getId() : zone);
    }

    /** For the log: the schedule, and what comes next. */
    String describe() {
        if (!automation.enabled()) {
            return "switched off (automation.enabled); backups run by hand only";
        }
        if (paused) {
            return "paused; backups run by hand only until it is resumed";
        }
        if (!configured) {
            return "waiting: no bucket is configured yet";
        }
        return "%s, next backup %s"
                .formatted(timetable.describe(), due == null ? "never" : "at " + due.truncatedTo(ChronoUnit.SECONDS));
    }

    private void begun(Instant start, Instant now) {
        countFrom = start;
        lastRun = start;
        lastResult = RunResult.RUNNING;
        plan(now);
    }

    private boolean passed(Instant now) {
        if (due == null) {
            return false;
        }
        due = timetable.bounded(due, countFrom, now);
        return !due.isAfter(now);
    }

    /** Returns whether a run is overdue. */
    private boolean plan(Instant now) {
        catchUp = false;
        refusedByFolder = false;
        retryAt = null;
        retryDelay = Duration.ZERO;
        boolean active = automation.enabled() && configured && !paused;
        NextRun next = active ? NextRun.plan(timetable, countFrom, now) : new NextRun(null, false);
        due = next.due();
        return next.overdue();
    }

    private static boolean configured(HubConfig config) {
        return !config.selection().isEmpty();
    }
}
