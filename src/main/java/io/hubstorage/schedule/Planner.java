package io.hubstorage.schedule;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.HubConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler knows of all schedules, and what follows from it: they begin one thing at a time. Talks to nobody and
 * reads no clock: each question brings the time along. Not thread-safe.
 */
final class Planner {
    private static final Duration UNUSABLE_RETRY = Duration.ofMinutes(1);
    /** What waited for a run begins this soon after it. */
    private static final Duration SOON = Duration.ofSeconds(10);
    /** What may take hours, and what a backup does not wait for. */
    private static final Set<String> BESIDE_OTHERS = Set.of(JobKind.RETENTION.word(), JobKind.REPLICATION.word());

    private HubConfig config;
    private boolean paused;
    private List<Plan> plans = List.of();

    private @Nullable Plan asked;
    private boolean running;
    private @Nullable String finishedId;
    private @Nullable Instant freeSince;
    private RunState.@Nullable Waiting waiting;
    /** Whether a run was refused because of it: then only a run that begins proves that it is over. */
    private boolean refusedByFolder;

    /** @throws IllegalArgumentException when a configured schedule cannot be understood */
    Planner(HubConfig config) {
        Schedule.of(config);
        this.config = config;
    }

    /**
     * Begins anew from what the disk remembers; what is overdue then is caught up on.
     *
     * @param schedules of the configuration, in its order, with their past
     */
    void begin(HubConfig configured, Map<Schedule, Plan.Past> schedules, boolean isPaused, Instant now) {
        config = configured;
        paused = isPaused;
        refusedByFolder = false;
        plans = schedules.entrySet().stream()
                .map(each -> new Plan(each.getKey(), each.getValue(), isActive(), true, now))
                .toList();
    }

    /**
     * Takes over a changed configuration. What has been done by a schedule counts on, whatever its times are now.
     *
     * @param schedules its own, in its order, with the past of those that are new
     * @return whether it means anything to the schedules
     */
    boolean configure(HubConfig changed, Map<Schedule, Plan.Past> schedules, Instant now) {
        config = changed;
        List<Plan> before = plans;
        List<Plan> after = new ArrayList<>();
        boolean same = true;
        for (Map.Entry<Schedule, Plan.Past> each : schedules.entrySet()) {
            Schedule schedule = each.getKey();
            Optional<Plan> known = before.stream()
                    .filter(plan -> plan.schedule().continues(schedule))
                    .findFirst();
            if (known.isPresent()) {
                same &= !known.get().change(schedule, isActive(), now);
            }
            after.add(known.orElseGet(() -> new Plan(schedule, each.getValue(), isActive(), false, now)));
        }
        plans = List.copyOf(after);
        boolean changes = !same || !after.equals(before);
        refusedByFolder &= !changes;
        return changes;
    }

    void pause(boolean pause, Instant now) {
        if (pause != paused) {
            paused = pause;
            refusedByFolder = false;
            plans.forEach(plan -> plan.change(plan.schedule(), isActive(), now));
        }
    }

    /** A backup has begun, whoever asked for it; or goes on, as somebody says who may not know yet that it has ended. */
    void started(RunStart run, Instant now) {
        started(run.runId(), run.startedAt(), schedule -> schedule.begunBy(run), now);
    }

    /** A backup has ended, whoever asked for it. */
    void finished(RunRecord run, Instant now) {
        over(run.runId(), now);
        for (Plan plan : plans) {
            if (plan.schedule().servedBy(run)) {
                refusedByFolder = false;
                plan.ended(run.startedAt(), plan.schedule().resultIn(run), now);
            } else if (plan.schedule().begunBy(run.start())) {
                plan.notServed(now);
            }
        }
    }

    /** The same of a job of another kind, which has no parts that schedules divide among them. */
    void started(String kind, String id, Instant start, Instant now) {
        if (isBesideOthers(kind)) {
            ofKind(kind).forEach(plan -> plan.begun(start, now));
        } else {
            started(id, start, schedule -> schedule.kind().equals(kind), now);
        }
    }

    /** Whether nothing waits for jobs of that kind, nor they for anything. */
    private static boolean isBesideOthers(String kind) {
        return BESIDE_OTHERS.contains(kind);
    }

    private Stream<Plan> ofKind(String kind) {
        return plans.stream().filter(plan -> plan.schedule().kind().equals(kind));
    }

    /** Such a job has ended. */
    void finished(String kind, String id, Instant start, RunResult result, Instant now) {
        if (!isBesideOthers(kind)) {
            over(id, now);
        }
        ofKind(kind).forEach(plan -> plan.ended(start, result, now));
    }

    private void over(String id, Instant now) {
        running = false;
        finishedId = id;
        freeSince = now;
    }

    private void started(String id, Instant start, Predicate<Schedule> served, Instant now) {
        if (id.equals(finishedId)) {
            return;
        }
        running = true;
        for (Plan plan : plans) {
            if (served.test(plan.schedule())) {
                refusedByFolder = false;
                plan.begun(start, now);
            }
        }
    }

    /** The schedule that is to begin something now, if any is: they do so one after the other. */
    Optional<Schedule> toStart(Instant now) {
        if (running || asked != null) {
            return Optional.empty();
        }
        return plans.stream()
                .filter(plan -> plan.isReady(now) && !plan.waitsFor(plans))
                .reduce((first, second) -> second.isBefore(first) ? second : first)
                .map(Plan::schedule);
    }

    /** Whether something is due that must wait for what is in progress: is there really something? */
    boolean waitsForOther(Instant now) {
        return running && plans.stream().anyMatch(plan -> plan.isDue(now) && !plan.waitsFor(plans));
    }

    /** What the schedule begins is being asked for; the answer is one of the next four. */
    Trigger ask(Schedule schedule) {
        Plan plan = plans.stream()
                .filter(each -> each.schedule().continues(schedule))
                .findFirst()
                .orElseThrow();
        asked = plan;
        return plan.trigger();
    }

    void accepted(String runId, Instant now) {
        Plan plan = answered();
        refusedByFolder = false;
        if (isBesideOthers(plan.schedule().kind())) {
            // Or it would be due until we hear of its begin.
            plan.begun(now, now);
            return;
        }
        if (!runId.equals(finishedId) && !running) {
            running = true;
            plan.begun(now, now);
        }
    }

    /** Something else goes on: its end decides when the next one is due. */
    void busy() {
        answered();
        running = true;
    }

    /** Nothing goes on, whatever we thought. */
    void idle() {
        running = false;
    }

    /** Returns how long to wait before asking for it again; longer each time. */
    Duration refused(Instant now) {
        return answered().refused(now);
    }

    /** What was asked for cannot begin, for a reason that outlasts it and concerns all of its kind; asked for again in a minute. */
    void unusable(String why, Instant now) {
        String kind = answered().schedule().kind();
        plans.stream()
                .filter(plan -> plan.schedule().kind().equals(kind) && plan.isDue(now))
                .forEach(plan -> plan.retryIn(UNUSABLE_RETRY, now));
        destination(why, now);
        refusedByFolder = true;
    }

    private Plan answered() {
        Plan plan = Objects.requireNonNull(asked, "nothing was asked for");
        asked = null;
        return plan;
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
        boolean free = !running
                && (freeSince == null || Duration.between(freeSince, now).abs().compareTo(SOON) > 0);
        List<SchedulerMessage.Schedule> schedules = plans.stream()
                .map(plan -> plan.status(free && !plan.waitsFor(plans), now))
                .toList();
        HubConfig.Automation automation = config.automation();
        return new SchedulerMessage.Status(
                true,
                automation.enabled(),
                paused,
                backups(schedules),
                Schedule.rule(automation.intervalHours(), automation.cron(), automation.timeZone()),
                waiting,
                schedules);
    }

    /** All schedules of backups as if they were one. */
    private static SchedulerMessage.Runs backups(List<SchedulerMessage.Schedule> schedules) {
        List<SchedulerMessage.Times> times = schedules.stream()
                .filter(schedule -> schedule.kind().equals(Schedule.BACKUP))
                .map(SchedulerMessage.Schedule::times)
                .toList();
        Optional<SchedulerMessage.Times> last =
                times.stream().filter(each -> each.last() != null).max(Comparator.comparing(each -> each.last()));
        boolean allGood = times.stream().allMatch(each -> each.lastSuccess() != null);
        return new SchedulerMessage.Runs(
                times.stream().anyMatch(SchedulerMessage.Times::overdue),
                times.stream()
                        .map(SchedulerMessage.Times::next)
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                allGood
                        ? times.stream()
                                .map(SchedulerMessage.Times::lastSuccess)
                                .min(Comparator.naturalOrder())
                                .orElse(null)
                        : null,
                last.map(SchedulerMessage.Times::last).orElse(null),
                last.map(SchedulerMessage.Times::lastResult).orElse(null));
    }

    /** For the log: what comes next, by which schedule. */
    String describe() {
        if (!config.automation().enabled()) {
            return "switched off (automation.enabled); backups run by hand only";
        }
        if (paused) {
            return "paused; backups run by hand only until it is resumed";
        }
        if (config.selection().isEmpty()) {
            return "waiting: no bucket is configured yet";
        }
        Plan first = plans.stream()
                .reduce((one, other) -> other.isBefore(one) ? other : one)
                .orElseThrow();
        return plans.size() == 1
                ? first.describe()
                : "%d schedules, the first of them %s: %s"
                        .formatted(plans.size(), first.schedule().name(), first.describe());
    }

    private boolean isActive() {
        return config.automation().enabled() && !config.selection().isEmpty() && !paused;
    }
}
