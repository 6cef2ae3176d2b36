package io.hubstorage.schedule;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.HistoryStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what is due by the schedules, by asking for it on the bus. It compares the wall clock with the due time at every tick
 * and keeps no timer to a far moment: a clock that jumps and a machine that sleeps make no difference. Deploy it after
 * the backup verticle.
 */
public final class SchedulerVerticle extends VerticleBase {
    public static final Duration TICK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(SchedulerVerticle.class);
    /** What is on a schedule beside backups. */
    private static final List<JobKind> OTHERS = List.of(JobKind.DRILL, JobKind.RETENTION, JobKind.REPLICATION);

    private static final Duration CHECK = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final ConfigStore config;
    private final HistoryStore history;
    private final Supplier<Optional<Instant>> newestSnapshot;
    private final Supplier<Optional<String>> destinationProblem;
    private final InstantSource clock;
    private final Duration tick;
    private final PauseFile pauseFile;
    private final Planner planner;
    private @Nullable Instant checked;
    private @Nullable Instant looked;
    private SchedulerMessage.@Nullable Status published;

    /**
     * @param newestSnapshot when the newest snapshot was begun, for the case that there is no history; may block
     * @param destinationProblem why no backup can be written at the moment, with what to do; empty when one can; may block
     * @param tick how often the clock is looked at, {@link #TICK} in production
     */
    public SchedulerVerticle(
            ConfigStore config,
            HistoryStore history,
            Supplier<Optional<Instant>> newestSnapshot,
            Supplier<Optional<String>> destinationProblem,
            InstantSource clock,
            Duration tick) {
        this.config = config;
        this.history = history;
        this.newestSnapshot = newestSnapshot;
        this.destinationProblem = destinationProblem;
        this.clock = clock;
        this.tick = tick;
        this.pauseFile = new PauseFile(config.settings().configFolder());
        this.planner = new Planner(config.config());
    }

    @Override
    public Future<?> start() {
        return Future.join(OTHERS.stream().map(this::follow).toList())
                .compose(_ -> Future.join(List.of(
                        bus().listen(Addresses.BACKUP_STARTED, RunState.class, run -> {
                            planner.started(run.start(), clock.instant());
                            publishIfChanged();
                        }),
                        bus().listen(Addresses.BACKUP_FINISHED, RunRecord.class, run -> {
                            planner.finished(run, clock.instant());
                            LOG.info("Schedule: {}", planner.describe());
                            publishIfChanged();
                        }),
                        bus().listen(Addresses.CONFIG_CHANGED, this::configChanged),
                        bus().answer(Addresses.SCHEDULER_STATUS, _ -> Future.succeededFuture(status())),
                        bus().answer(Addresses.SCHEDULER_RESTART, _ -> restart()),
                        bus().answer(Addresses.SCHEDULER_PAUSE, this::pause))))
                .compose(_ -> begin())
                .onSuccess(_ -> vertx.setPeriodic(0, Math.max(1, tick.toMillis()), _ -> tick()));
    }

    private Future<?> follow(JobKind kind) {
        return Future.join(
                bus().listen(kind.started(), JobState.class, job -> {
                    planner.started(kind.word(), job.runId(), job.at(), clock.instant());
                    publishIfChanged();
                }),
                bus().listen(kind.finished(), JobRecord.class, job -> {
                    planner.finished(kind.word(), job.runId(), job.startedAt(), job.result(), clock.instant());
                    publishIfChanged();
                }));
    }

    /** Reads what the disk remembers, asks whether a run goes on, and plans. */
    private Future<Void> begin() {
        HubConfig planned = config.config();
        List<Schedule> schedules = Schedule.ofAllKinds(planned);
        return vertx.executeBlocking(() -> new Memory(past(schedules), pauseFile.paused()))
                .compose(memory -> askForStatus().compose(status -> {
                    if (!config.config().equals(planned)) {
                        return begin();
                    }
                    planner.begin(planned, memory.schedules, memory.paused, clock.instant());
                    take(status);
                    LOG.info("Schedule: {}", planner.describe());
                    publishIfChanged();
                    return Future.succeededFuture();
                }));
    }

    private record Memory(Map<Schedule, Plan.Past> schedules, boolean paused) {}

    /** What the history, or else the newest snapshot, tells of each. Blocks. */
    private Map<Schedule, Plan.Past> past(List<Schedule> schedules) {
        boolean known = history.query(runs -> runs.anyMatch(run -> !run.dryRun()));
        Instant snapshot = known ? null : newestSnapshot.get().orElse(null);
        List<Schedule> backups = schedules.stream()
                .filter(each -> each.kind().equals(Schedule.BACKUP))
                .toList();
        Map<Schedule, Plan.Past> past =
                new LinkedHashMap<>(history.query(runs -> Plan.Past.of(backups, runs.iterator(), snapshot)));
        schedules.stream()
                .filter(each -> !each.kind().equals(Schedule.BACKUP))
                .forEach(other -> past.put(other, Plan.Past.ofKind(JobKind.of(other.kind()), history)));
        return past;
    }

    private void tick() {
        Instant now = clock.instant();
        look(now);
        Optional<Schedule> due = planner.toStart(now);
        if (due.isPresent()) {
            startRun(due.get());
        } else if (planner.waitsForOther(now)) {
            check(now);
        } else {
            checked = null;
        }
    }

    /** Sees now and then whether a run could begin, so that nobody learns only when it is due that none can. */
    private void look(Instant now) {
        Instant last = looked;
        if (last != null && Duration.between(last, now).abs().compareTo(LOOK) < 0) {
            return;
        }
        looked = now;
        vertx.executeBlocking(destinationProblem::get, false).onSuccess(problem -> destination(problem.orElse(null)));
    }

    private void destination(@Nullable String problem) {
        if (planner.destination(problem, clock.instant())) {
            tellDestination();
            publishIfChanged();
        }
    }

    private void tellDestination() {
        RunState.Waiting waiting = planner.waiting();
        if (waiting == null) {
            LOG.info("The data folder can be used again");
        } else {
            LOG.warn("No backup can begin: {} This is tried again every minute.", waiting.cause());
        }
    }

    private void startRun(Schedule schedule) {
        Trigger trigger = planner.ask(schedule);
        if (planner.waiting() == null) {
            String by = schedule.isMain() ? "" : " by schedule " + schedule.name();
            LOG.info(
                    switch (trigger) {
                        case FIRST -> "The first {}{} begins";
                        case CATCH_UP -> "A {}{} is overdue: catching up now";
                        default -> "A {}{} is due: starting it";
                    },
                    schedule.kind(),
                    by);
        }
        JsonObject start = BusJson.encode(request(schedule, trigger));
        bus().ask(Addresses.start(schedule.kind()), start, Bus.PATIENT)
                .map(reply -> BusJson.decode(reply, BackupMessage.Accepted.class))
                .onSuccess(accepted -> {
                    planner.accepted(accepted.runId(), clock.instant());
                    destination(null);
                })
                .onFailure(e -> notStarted(schedule.kind(), e))
                .onComplete(then -> publishIfChanged());
    }

    private static Record request(Schedule schedule, Trigger trigger) {
        return switch (JobKind.of(schedule.kind())) {
            case DRILL -> new DrillStart(trigger, null, List.of(), null, null);
            case RETENTION -> new RetentionStart(trigger, null, null);
            case REPLICATION -> new ReplicationStart(trigger, null, List.of(), null, null);
            case BACKUP, RESTORE, VERIFY, REPAIR -> new BackupMessage.Start(trigger, false, null, schedule.name());
        };
    }

    private void notStarted(String kind, Throwable e) {
        // Whatever else may be in another one's way, no backup waits for it.
        if (e instanceof ReplyException reply && reply.failureCode() == Bus.CONFLICT && kind.equals(Schedule.BACKUP)) {
            LOG.info("A {} is running already; the schedule goes on when it has ended", kind);
            planner.busy();
            checked = clock.instant();
        } else if (e instanceof ReplyException reply && reply.failureCode() == Bus.UNUSABLE) {
            RunState.Waiting before = planner.waiting();
            planner.unusable(String.valueOf(e.getMessage()), clock.instant());
            if (!Objects.equals(before, planner.waiting())) {
                tellDestination();
            }
        } else {
            Duration delay = planner.refused(clock.instant());
            LOG.warn("The {} could not be started, next try in {} s: {}", kind, delay.toSeconds(), e.getMessage());
        }
    }

    /** A run is due but another goes on, or so we think: now and then it is asked for, in case its end was not heard. */
    private void check(Instant now) {
        Instant last = checked;
        if (last != null && Duration.between(last, now).abs().compareTo(CHECK) < 0) {
            return;
        }
        checked = now;
        askForStatus().onSuccess(status -> {
            take(status);
            publishIfChanged();
        });
    }

    /** Whether a run goes on; null when nobody can say. Never fails. */
    private Future<BackupMessage.@Nullable Status> askForStatus() {
        return bus().ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class, Bus.PATIENT)
                .otherwise(e -> {
                    LOG.debug("The state of the backup is unknown", e);
                    return null;
                });
    }

    private void take(BackupMessage.@Nullable Status status) {
        RunState current = status == null ? null : status.current();
        if (current != null) {
            planner.started(current.start(), clock.instant());
        } else if (status == null || !status.running()) {
            planner.idle();
        }
    }

    private void configChanged() {
        HubConfig changed = config.config();
        List<Schedule> schedules;
        try {
            schedules = Schedule.ofAllKinds(changed);
        } catch (IllegalArgumentException e) {
            LOG.warn("The new schedule cannot be understood, so the old one stays: {}", e.getMessage());
            return;
        }
        vertx.executeBlocking(() -> past(schedules))
                .onSuccess(past -> {
                    if (planner.configure(changed, past, clock.instant())) {
                        LOG.info("The schedule has changed: {}", planner.describe());
                        publishIfChanged();
                    }
                })
                .onFailure(e -> LOG.warn("The history cannot be read, so the old schedule stays: {}", e.getMessage()));
    }

    private Future<SchedulerMessage.Status> restart() {
        LOG.info("The scheduler was told to begin anew");
        return begin().map(_ -> status());
    }

    private Future<SchedulerMessage.Status> pause(JsonObject body) {
        boolean paused = BusJson.request(body, SchedulerMessage.Pause.class).paused();
        return vertx.executeBlocking(() -> {
                    pauseFile.write(paused);
                    return paused;
                })
                .map(_ -> {
                    planner.pause(paused, clock.instant());
                    LOG.info("Schedule: {}", planner.describe());
                    // Behind the answer.
                    vertx.runOnContext(_ -> publishIfChanged());
                    return status();
                });
    }

    private Bus bus() {
        return new Bus(vertx);
    }

    private SchedulerMessage.Status status() {
        return planner.status(clock.instant());
    }

    private void publishIfChanged() {
        SchedulerMessage.Status now = status();
        if (!now.equals(published)) {
            published = now;
            bus().publish(Addresses.SCHEDULER_CHANGED, now);
        }
    }
}
