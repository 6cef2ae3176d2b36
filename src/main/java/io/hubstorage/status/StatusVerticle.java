package io.hubstorage.status;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.HistoryStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges how things stand, keeps the alarms, and answers for both. Deploy it before whoever raises them, and undeploy it
 * after: what was raised is written down when it has stopped.
 */
public final class StatusVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(StatusVerticle.class);
    /** How often it is looked whether something has changed that nobody told: time itself, or another process. */
    private static final long LOOK_MILLIS = 5_000;
    /** How often it is asked how much room there is, which is no matter of minutes. */
    private static final long SPACE_MILLIS = 60_000;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final AlarmStore alarms;
    private final FactFinder facts;
    private StatusMessage.@Nullable Current current;
    private @Nullable Object phase;
    /** Of a while ago: a judgement does not wait for it. */
    private SpaceMessage.@Nullable Current space;

    private @Nullable LoginAttack attack;

    private boolean judging;
    private boolean again;
    /** Those under way. */
    private final Set<Future<?>> judgements = new HashSet<>();

    private boolean stopped;

    /** Judges by this configuration, this history and the data folder; {@code clock} tells what is late. */
    public StatusVerticle(ConfigStore config, HistoryStore history, AlarmStore alarms, InstantSource clock) {
        this.alarms = alarms;
        this.facts = new FactFinder(config, history, alarms, clock);
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(LOOK_MILLIS, _ -> look());
        vertx.setPeriodic(LOOK_MILLIS, SPACE_MILLIS, _ -> askForSpace());
        return Future.all(List.of(
                bus().answer(Addresses.STATUS, _ -> judge()),
                bus().listen(Addresses.BACKUP_STARTED, this::look),
                bus().listen(Addresses.BACKUP_PROGRESS, RunState.class, this::progress),
                bus().listen(Addresses.SCHEDULER_CHANGED, this::look),
                bus().listen(Addresses.CONFIG_CHANGED, this::look),
                bus().listen(Addresses.ALARM_RAISE, Alarm.class, this::raise),
                bus().listen(Addresses.BACKUP_FINISHED, RunRecord.class, this::finished),
                bus().listen(JobKind.VERIFY.finished(), this::look),
                bus().listen(Addresses.LOGIN_ATTACKED, LoginAttack.class, this::attacked),
                bus().answer(Addresses.ALARMS_LIST, _ -> list()),
                bus().answer(Addresses.ALARMS_ACKNOWLEDGE, this::acknowledge)));
    }

    /** Completes when all that was raised is written down, and nothing is judged any more: who asked may close Vert.x then. */
    @Override
    public Future<?> stop() {
        stopped = true;
        return Future.join(List.copyOf(judgements)).otherwiseEmpty().compose(_ -> vertx.executeBlocking(() -> null));
    }

    private Bus bus() {
        return new Bus(vertx);
    }

    private void finished(RunRecord run) {
        run.alarms().forEach(alarm -> raise(ofRun(run, alarm)));
        ofDamage(run).ifPresent(this::raise);
        look();
    }

    private void attacked(LoginAttack told) {
        attack = told;
        look();
    }

    /** Most of what a run tells is how far it is, which changes nothing here. */
    private void progress(RunState run) {
        Object now = List.of(
                run.runId(),
                run.phase(),
                run.buckets().size(),
                String.valueOf(run.stage().retryAt()),
                run.stage().attempt(),
                String.valueOf(run.waiting()),
                String.valueOf(run.stage().bandwidthLimit()));
        if (!now.equals(phase)) {
            phase = now;
            look();
        }
    }

    /** Judges, and tells everybody if that came to something else than last time. */
    private void look() {
        if (stopped) {
            return;
        }
        if (judging) {
            again = true;
            return;
        }
        judging = true;
        judge().onSuccess(this::tell)
                .onFailure(e -> LOG.warn("How things stand cannot be told now: {}", e.toString()))
                .onComplete(_ -> {
                    judging = false;
                    if (again) {
                        again = false;
                        look();
                    }
                });
    }

    private void tell(StatusMessage.Current judged) {
        StatusMessage.Verdict verdict = judged.verdict();
        StatusMessage.Current timeless = new StatusMessage.Current(
                Instant.EPOCH,
                new StatusMessage.Verdict(verdict.state(), verdict.title(), verdict.detail(), ""),
                judged.buckets(),
                judged.conditions(),
                judged.alarms(),
                null,
                judged.bandwidthLimit());
        if (!timeless.equals(current)) {
            current = timeless;
            bus().publish(Addresses.STATUS_CHANGED, judged);
        }
    }

    /** Where nobody answers, as in a command that runs once, nothing is said of it. */
    private void askForSpace() {
        bus().ask(Addresses.SPACE, SpaceMessage.Current.class, Bus.PATIENT).onSuccess(known -> space = known);
    }

    private Future<StatusMessage.Current> judge() {
        Future<BackupMessage.Status> backup = bus().ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class, PATIENCE);
        Future<SchedulerMessage.Status> scheduler =
                bus().ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class, PATIENCE);
        Future<WorkersMessage.Listing> workers =
                bus().ask(Addresses.WORKERS_LIST, WorkersMessage.Listing.class, PATIENCE);
        Future<StatusMessage.Current> judged = Future.join(backup, scheduler, workers)
                .transform(_ -> vertx.executeBlocking(() -> Judge.of(facts.find(new Facts.Rooms(
                        backup.result(),
                        scheduler.result(),
                        !isAbsent(scheduler.cause()),
                        space,
                        attack,
                        workers.result())))));
        judgements.add(judged);
        return judged.onComplete(_ -> judgements.remove(judged));
    }

    /** Whether there is nobody to answer, which is another thing than somebody who does not. */
    private static boolean isAbsent(@Nullable Throwable failure) {
        return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    }

    /** What a run fetched anew, because the disk no longer held it, is damage that older snapshots may share. */
    static Optional<Alarm> ofDamage(RunRecord run) {
        long files = run.totals().refetched().objects();
        return run.dryRun() || files == 0
                ? Optional.empty()
                : Optional.of(Alarm.of(
                                Alarm.Kind.DAMAGE,
                                run.runId(),
                                run.finishedAt() == null ? run.startedAt() : run.finishedAt(),
                                "%s of the last snapshot had gone or changed on the disk; the run fetched them again."
                                        .formatted(Sizes.count(files, "file")),
                                "Older snapshots may lack the same files: run 'verify --all', and look whether the"
                                        + " disk is sound and who else writes to it.")
                        .about(null, run.snapshot()));
    }

    static Alarm ofRun(RunRecord run, RunRecord.Alarm alarm) {
        Instant at = run.finishedAt() == null ? run.startedAt() : run.finishedAt();
        // With the figures: a bucket that goes on losing objects is another thing to look at each time.
        String subject = "%s-%d-%d".formatted(alarm.bucket(), alarm.before(), alarm.now());
        return Alarm.of(
                        Alarm.Kind.SHRUNK,
                        subject,
                        at,
                        alarm.message(),
                        "Look into the bucket: was that deleted on purpose, and do these credentials still see all of"
                                + " it? Acknowledge the alarm once you know.")
                .about(alarm.bucket(), run.snapshot());
    }

    /** In order, one at a time. */
    private void raise(Alarm alarm) {
        vertx.executeBlocking(() -> alarms.raise(alarm)).onSuccess(this::publish);
    }

    private void publish(boolean changed) {
        if (changed && !stopped) {
            list().onSuccess(list -> {
                bus().publish(Addresses.ALARMS_CHANGED, list);
                look();
            });
        }
    }

    private Future<Alarm.Listing> acknowledge(JsonObject body) {
        Alarm.Acknowledge asked = BusJson.request(body, Alarm.Acknowledge.class);
        String id = asked.id();
        if ((id == null) != asked.all()) {
            throw new IllegalArgumentException("id: found %s, allowed: the id of an alarm, or all: true".formatted(id));
        }
        return vertx.executeBlocking(() -> id == null ? alarms.acknowledgeAll() : alarms.acknowledge(id))
                .compose(changed -> {
                    publish(changed);
                    return changed || id == null
                            ? list()
                            : Future.failedFuture(Bus.refusal(Bus.NOT_FOUND, "no open alarm has the id " + id));
                });
    }

    private Future<Alarm.Listing> list() {
        return vertx.executeBlocking(alarms::list);
    }
}
