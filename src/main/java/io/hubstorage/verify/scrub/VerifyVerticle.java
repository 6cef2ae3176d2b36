package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.bus.VerifyStart;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Has stored files proven: when somebody asks for it, and by itself when a cycle is due and its hours have begun, unless the schedule is
 * paused. Not by the scheduler, which begins one thing at a time: a cycle may take days, and backups go on meanwhile.
 */
public final class VerifyVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyVerticle.class);

    /** How often it is looked whether something is due. */
    public static final Duration TICK = Duration.ofSeconds(30);

    private final ScrubWork.Surroundings around;
    private final Jobs jobs;
    private final HistoryStore history;
    private final Duration tick;
    private boolean looking;

    /** Keeps what is known of damage, which can be long to read. */
    private Integrity.@Nullable Finder finder;

    /** Reads the data folder of this configuration. */
    public VerifyVerticle(ConfigStore config, Jobs jobs, HistoryStore history, InstantSource clock) {
        this(new ScrubWork.Surroundings(config, jobs, clock, System::nanoTime), history, TICK);
    }

    VerifyVerticle(ScrubWork.Surroundings around, HistoryStore history, Duration tick) {
        this.around = around;
        this.jobs = around.jobs();
        this.history = history;
        this.tick = tick;
    }

    @Override
    public Future<?> start() {
        return Future.all(
                        bus().answer(Addresses.VERIFY_START, this::start),
                        bus().answer(Addresses.VERIFY_PAUSE, this::pause),
                        bus().answer(Addresses.VERIFY_STATUS, this::status),
                        bus().listen(JobKind.VERIFY.finished(), VerifyRecord.class, this::ended),
                        bus().listen(JobKind.BACKUP.finished(), RunRecord.class, this::backedUp))
                .compose(_ -> jobs.settle(VerifyRecord.class, _ -> Optional.empty()))
                .onSuccess(_ -> vertx.setPeriodic(Math.max(1, tick.toMillis()), _ -> look()));
    }

    private Bus bus() {
        return new Bus(vertx);
    }

    private Future<VerifyMessage.Started> start(JsonObject body) {
        Trigger trigger = BusJson.request(body, VerifyStart.class).trigger();
        return start(trigger == null ? Trigger.MANUAL : trigger);
    }

    private Future<VerifyMessage.Started> start(Trigger trigger) {
        String id = Job.id(around.clock().instant(), ThreadLocalRandom.current());
        return jobs.start(new ScrubWork(id, trigger, around)).map(VerifyMessage.Started::new);
    }

    private Future<VerifyMessage.Pause> pause(JsonObject body) {
        VerifyMessage.Pause asked = BusJson.request(body, VerifyMessage.Pause.class);
        return Future.succeededFuture(new VerifyMessage.Pause(jobs.cancel(JobKind.VERIFY, asked.runId())));
    }

    private void ended(VerifyRecord job) {
        if (job.outcome().damagedFiles() > 0) {
            vertx.executeBlocking(() -> finder().find().damage(), false)
                    .onSuccess(damage -> bus().publish(Addresses.VERIFY_DAMAGED, summary(damage)))
                    .onFailure(e -> LOG.warn("What is damaged cannot be told: {}", e.getMessage()));
        }
    }

    /** The list goes on with the files that are linked on. */
    private void backedUp(RunRecord run) {
        String snapshot = run.snapshot();
        if (run.newSnapshot() && snapshot != null) {
            vertx.executeBlocking(
                            () -> {
                                DamageReview.carryOn(around.layout(), snapshot, around.clock());
                                return snapshot;
                            },
                            false)
                    .onFailure(e -> LOG.warn(
                            "What {} has of damaged files is told by the next cycle only: {}",
                            snapshot,
                            e.getMessage()));
        }
    }

    /** Begins what is due. */
    private void look() {
        if (looking || jobs.isUnderWay(JobKind.VERIFY) || jobs.isUnderWay(JobKind.BACKUP)) {
            return;
        }
        looking = true;
        vertx.executeBlocking(this::isDue, false)
                .compose(due -> due ? mayStart() : Future.succeededFuture(false))
                .compose(may -> may ? start(Trigger.SCHEDULE).<Void>mapEmpty() : Future.succeededFuture())
                // It is tried again in a moment, and what another job is in the way of is nothing to warn of.
                .onFailure(e -> LOG.atLevel(isBusy(e) ? Level.DEBUG : Level.WARN)
                        .log("Stored files are not proven now: {}", e.getMessage()))
                .onComplete(_ -> looking = false);
    }

    private static boolean isBusy(Throwable failure) {
        return failure instanceof ReplyException refused
                && (refused.failureCode() == Bus.CONFLICT
                        || refused.failureCode() == Bus.LOCKED
                        // The last snapshot has just been removed.
                        || refused.failureCode() == Bus.NOT_FOUND);
    }

    private boolean isDue() throws IOException {
        Instant now = around.clock().instant();
        return around.trouble().isEmpty()
                && next(now).filter(at -> !at.isAfter(now)).isPresent();
    }

    private Optional<Instant> next(Instant now) throws IOException {
        VerifyRecord.Cycle cycle = finder().find().cycle();
        return new ProofTimes(
                        around.config().config(),
                        cycle,
                        cycle.cycleNumber() == 0 ? oldestSnapshot() : null,
                        history.lastEnded(JobKind.VERIFY).orElse(null))
                .next(now);
    }

    private @Nullable Instant oldestSnapshot() throws IOException {
        try (Stream<Snapshots.Folder> newestFirst = new Snapshots(around.layout()).folders(null)) {
            return newestFirst
                    .filter(folder -> !folder.legacy())
                    .reduce((_, older) -> older)
                    .flatMap(folder -> snapshot(folder.name()))
                    .orElse(null);
        }
    }

    private Optional<Instant> snapshot(String name) {
        try {
            return new Snapshots(around.layout()).find(name).map(found -> found.startedAt());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Nothing begins by itself while the schedule is paused or switched off. */
    private Future<Boolean> mayStart() {
        return bus().ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class)
                .map(scheduler -> scheduler.enabled() && !scheduler.paused());
    }

    private synchronized Integrity.Finder finder() {
        // The data folder may be another one by now.
        if (finder == null || !finder.isOf(around.layout())) {
            finder = new Integrity.Finder(around.layout());
        }
        return Objects.requireNonNull(finder);
    }

    private Future<VerifyMessage.Status> status(JsonObject body) {
        VerifyMessage.Query query = BusJson.request(body, VerifyMessage.Query.class);
        int limit = query.limit() == null ? VerifyMessage.USUAL : query.limit();
        long after = query.after() == null ? 0 : query.after();
        if (limit < 0 || limit > VerifyMessage.MOST) {
            throw new IllegalArgumentException(
                    "limit: found %d, allowed: 0 to %d".formatted(limit, VerifyMessage.MOST));
        }
        if (after < 0) {
            throw new IllegalArgumentException("after: found %d, allowed: 0 or more".formatted(after));
        }
        return vertx.executeBlocking(() -> status(limit, after), false);
    }

    private VerifyMessage.Status status(int limit, long after) throws IOException {
        Instant now = around.clock().instant();
        Optional<ScrubWork> current = jobs.current(ScrubWork.class);
        Integrity known = finder().find();
        List<VerifyMessage.DamagedFile> damaged = new ArrayList<>();
        if (limit > 0) {
            for (Damage each : new DamageList(around.layout()).page(after, limit)) {
                damaged.add(new VerifyMessage.DamagedFile(
                        each.snapshot(),
                        each.bucket(),
                        each.key(),
                        each.path(),
                        each.kind().word(),
                        each.foundAt()));
            }
        }
        long behind = after + damaged.size();
        return new VerifyMessage.Status(
                known.sentence(now, around.config().config().zone()),
                current.map(ScrubWork::state).orElse(null),
                known.cycle(),
                current.isPresent() ? null : next(now).orElse(null),
                known.due(),
                summary(known.damage()),
                damaged,
                limit > 0 && behind < known.damage().damages() ? behind : null);
    }

    private static VerifyMessage.DamageSummary summary(DamageList.Summary damage) {
        return new VerifyMessage.DamageSummary(damage.files(), damage.snapshots(), damage.newest(), damage.since());
    }
}
