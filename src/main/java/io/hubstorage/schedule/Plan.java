package io.hubstorage.schedule;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.HistoryStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One schedule, what has been done by it, and what follows from that. It has one due time at any moment, so that missed runs
 * cannot pile up. Reads no clock. Not thread-safe.
 */
final class Plan {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    private Schedule schedule;
    private boolean active;

    private @Nullable Instant countFrom;
    /** Whether its last run was cut off and waits to be taken up. */
    private boolean cutOff;

    private @Nullable Instant last;
    private @Nullable Instant lastSuccess;
    private @Nullable RunResult lastResult;

    /** What was so before the run that goes on, in case it does not serve it after all. */
    private @Nullable Done before;

    private @Nullable Instant due;
    private boolean missed;
    private @Nullable Instant retryAt;
    private Duration retryDelay = Duration.ZERO;

    private record Done(
            @Nullable Instant countFrom,
            boolean cutOff,
            @Nullable Instant last,
            @Nullable RunResult lastResult) {}

    /**
     * What the disk remembers of a schedule.
     *
     * @param runs the last that served it, newest first; two are enough
     * @param lastSuccess the start of the last of them that did so well
     * @param newestSnapshot the start of the one that made it; absent where the history knows any run
     */
    record Past(
            List<? extends JobRecord> runs,
            @Nullable Instant lastSuccess,
            @Nullable Instant newestSnapshot) {
        private static final int ENOUGH = 2;

        /**
         * That of several, in their order. One that goes on has not served any yet: which, its end tells.
         *
         * @param newestFirst the runs of all; read as far as needed
         */
        static Map<Schedule, Past> of(
                List<Schedule> schedules, Iterator<RunRecord> newestFirst, @Nullable Instant newestSnapshot) {
            Map<Schedule, Past> past = new LinkedHashMap<>();
            schedules.forEach(schedule -> past.put(schedule, new Past(List.of(), null, newestSnapshot)));
            while (newestFirst.hasNext() && !past.values().stream().allMatch(Past::isEnough)) {
                RunRecord run = newestFirst.next();
                if (run.result().ended()) {
                    past.replaceAll((schedule, later) ->
                            schedule.servedBy(run) ? later.after(run, schedule.resultIn(run)) : later);
                }
            }
            return past;
        }

        /** That of a kind whose jobs all serve one schedule. */
        static Past ofKind(JobKind kind, HistoryStore history) {
            return new Past(
                    history.page(kind, ENOUGH, null),
                    history.lastSuccess(kind).map(JobRecord::startedAt).orElse(null),
                    null);
        }

        private boolean isEnough() {
            return runs.size() == ENOUGH && lastSuccess != null;
        }

        private Past after(RunRecord run, RunResult result) {
            return new Past(
                    runs.size() == ENOUGH
                            ? runs
                            : Stream.<JobRecord>concat(runs.stream(), Stream.of(run))
                                    .toList(),
                    lastSuccess == null && result == RunResult.SUCCESS ? run.startedAt() : lastSuccess,
                    newestSnapshot);
        }
    }

    /** @param starting whether the program has just begun: what is overdue then was missed */
    Plan(Schedule schedule, Past past, boolean active, boolean starting, Instant now) {
        this.schedule = schedule;
        this.active = active;
        JobRecord newest = past.runs().isEmpty() ? null : past.runs().getFirst();
        last = newest == null ? null : newest.startedAt();
        lastResult = newest == null ? null : schedule.resultIn(newest);
        lastSuccess = past.lastSuccess() != null || newest != null ? past.lastSuccess() : past.newestSnapshot();
        countFrom = NextRun.countFrom(schedule.timetable(), past.runs(), past.newestSnapshot(), now);
        cutOff = countFrom == null && newest != null && newest.result() == RunResult.INTERRUPTED;
        missed = plan(now) && starting;
    }

    Schedule schedule() {
        return schedule;
    }

    /**
     * Goes on with other times, or stops to plan, or begins to.
     *
     * @return whether that changes anything
     */
    boolean change(Schedule changed, boolean nowActive, Instant now) {
        boolean sameTimes = changed.rule().equals(schedule.rule()) && nowActive == active;
        boolean same = sameTimes && changed.buckets().equals(schedule.buckets());
        schedule = changed;
        active = nowActive;
        if (!sameTimes) {
            plan(now);
        }
        return !same;
    }

    /** A run that is to serve it has begun. */
    void begun(Instant start, Instant now) {
        if (before == null) {
            before = new Done(countFrom, cutOff, last, lastResult);
        }
        countFrom = start;
        cutOff = false;
        last = start;
        lastResult = RunResult.RUNNING;
        plan(now);
    }

    /** A run that served it has ended, maybe without having been heard of before. */
    void ended(Instant start, RunResult result, Instant now) {
        begun(start, now);
        lastResult = result;
        lastSuccess = result == RunResult.SUCCESS ? start : lastSuccess;
        before = null;
    }

    /** A run that was to serve it has ended and did not, since it changed meanwhile: all is as it was before that. */
    void notServed(Instant now) {
        if (before != null) {
            countFrom = before.countFrom;
            cutOff = before.cutOff;
            last = before.last;
            lastResult = before.lastResult;
            before = null;
            plan(now);
        }
    }

    boolean isDue(Instant now) {
        if (due == null) {
            return false;
        }
        due = schedule.timetable().bounded(due, countFrom, now);
        return !due.isAfter(now);
    }

    /** Whether it is due, and no pause after a refusal goes on. */
    boolean isReady(Instant now) {
        if (!isDue(now)) {
            return false;
        }
        if (retryAt != null && retryAt.isAfter(now.plus(retryDelay))) {
            // The clock was set back.
            retryAt = now.plus(retryDelay);
        }
        return retryAt == null || !retryAt.isAfter(now);
    }

    /** Whether it waits for one of the others to have gone well since it was due. */
    boolean waitsFor(List<Plan> others) {
        Instant since = due;
        return schedule.followsBackup()
                && since != null
                && others.stream()
                        .noneMatch(other -> other.schedule.kind().equals(Schedule.BACKUP)
                                && other.lastSuccess != null
                                && !other.lastSuccess.isBefore(since));
    }

    /** Whether it comes before the other, when both are ready: what was cut off, then what waits longest. */
    boolean isBefore(Plan other) {
        if (cutOff != other.cutOff) {
            return cutOff;
        }
        return due != null && (other.due == null || due.isBefore(other.due));
    }

    Trigger trigger() {
        if (last == null && lastSuccess == null) {
            return Trigger.FIRST;
        }
        return missed ? Trigger.CATCH_UP : Trigger.SCHEDULE;
    }

    /** Returns how long to wait before asking again; longer each time. */
    Duration refused(Instant now) {
        Duration longer = retryDelay.isZero() ? FIRST_RETRY : retryDelay.multipliedBy(2);
        Duration longest = schedule.timetable().longestRetry();
        return retryIn(longer.compareTo(longest) > 0 ? longest : longer, now);
    }

    Duration retryIn(Duration delay, Instant now) {
        retryDelay = delay;
        retryAt = now.plus(delay);
        return delay;
    }

    /** @param free whether nothing stands in its way */
    SchedulerMessage.Schedule status(boolean free, Instant now) {
        Instant next = due != null && retryAt != null && retryAt.isAfter(due) ? retryAt : due;
        boolean overdue = due != null && free && due.isBefore(now);
        return new SchedulerMessage.Schedule(
                schedule.name(),
                schedule.kind(),
                schedule.buckets(),
                schedule.rule(),
                new SchedulerMessage.Times(overdue, next, last, lastResult, lastSuccess));
    }

    /** For the log: {@code every 6 h, next backup at …}. */
    String describe() {
        return "%s, next %s %s"
                .formatted(
                        schedule.timetable().describe(),
                        schedule.kind(),
                        due == null ? "never" : "at " + due.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Returns whether a run is overdue. */
    private boolean plan(Instant now) {
        missed = false;
        retryAt = null;
        retryDelay = Duration.ZERO;
        NextRun next = active ? NextRun.plan(schedule.timetable(), countFrom, now) : new NextRun(null, false);
        due = next.due();
        return next.overdue();
    }
}
