package io.hubstorage.backup;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, watches and stops runs, one at a time. Its state is touched on its event loop only. */
public final class BackupVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(BackupVerticle.class);
    private static final long PROGRESS_MILLIS = 200;
    private static final int DEFAULT_HISTORY = 50;
    /** As in HTTP: another process is at work on the data folder. */
    private static final int LOCKED = 423;
    /** As in HTTP: the data folder cannot be written to just now. */
    private static final int UNUSABLE = 503;

    private final ConfigStore config;
    private final Jobs jobs;
    private final HistoryStore history;
    private final InstantSource clock;
    private final String version;
    private @Nullable ActiveRun active;

    /** @param version of the program, for certificates */
    public BackupVerticle(ConfigStore config, Jobs jobs, HistoryStore history, InstantSource clock, String version) {
        this.config = config;
        this.jobs = jobs;
        this.history = history;
        this.clock = clock;
        this.version = version;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(PROGRESS_MILLIS, _ -> progress());
        return Future.all(List.of(
                consume(Addresses.BACKUP_START, this::startRun),
                consume(Addresses.BACKUP_CANCEL, this::cancel),
                consume(Addresses.BACKUP_STATUS, this::status),
                consume(Addresses.BACKUP_HISTORY, this::history),
                tell(Addresses.TRANSFER_HEARTBEAT, TransferMessage.Heartbeat.class, ActiveRun::heartbeat),
                tell(Addresses.TRANSFER_DISCOVERING, TransferMessage.Discovering.class, ActiveRun::discovering),
                tell(Addresses.TRANSFER_RESULT, TransferMessage.Result.class, ActiveRun::result)));
    }

    /** Stops the run so that the next one can go on with what it had; the record says so. */
    @Override
    public Future<?> stop() {
        ActiveRun run = active;
        if (run == null) {
            return Future.succeededFuture();
        }
        run.stop(RunResult.INTERRUPTED, "the service was stopped; the next run goes on with what was downloaded");
        return run.ended();
    }

    private Future<Void> consume(String address, Handler<Message<JsonObject>> handler) {
        return vertx.eventBus()
                .<JsonObject>consumer(address, message -> {
                    try {
                        handler.handle(message);
                    } catch (IllegalArgumentException e) {
                        message.fail(400, e.getMessage());
                    }
                })
                .completion();
    }

    /** Hands on what workers tell, while there is a run. */
    private <T> Future<Void> tell(String address, Class<T> type, BiConsumer<ActiveRun, T> run) {
        return consume(address, message -> {
            if (active != null) {
                run.accept(active, BusJson.decode(message.body(), type));
            }
        });
    }

    private void startRun(Message<JsonObject> message) {
        BackupMessage.Start start = BusJson.request(message.body(), BackupMessage.Start.class);
        RunPlan plan = RunPlan.of(start, config, clock.instant());
        Optional<String> problem = plan.problem();
        if (problem.isPresent()) {
            message.fail(400, problem.get());
            return;
        }
        Job job;
        try {
            job = jobs.begin(plan.dryRun() ? Job.Kind.DRY_RUN : Job.Kind.BACKUP, plan.runId());
        } catch (Jobs.ExcludedException e) {
            message.fail(409, e.getMessage());
            return;
        }
        ActiveRun run =
                new ActiveRun(vertx, plan, job, clock, now -> config.config().bandwidthLimit(now));
        active = run;
        run.begin(history, version, record -> finished(run, record))
                .onSuccess(_ -> admitted(run, message))
                .onFailure(taken -> refused(run, message, taken));
    }

    private void admitted(ActiveRun run, Message<JsonObject> message) {
        RunPlan plan = run.plan();
        message.reply(BusJson.encode(new BackupMessage.Accepted(plan.runId())));
        LOG.info(
                "{} {} begins ({})",
                plan.dryRun() ? "Dry run" : "Backup",
                plan.runId(),
                plan.start().trigger().name().toLowerCase(Locale.ROOT));
        vertx.eventBus()
                .publish(Addresses.BACKUP_STARTED, BusJson.encode(run.monitor().state()));
    }

    private void refused(ActiveRun run, Message<JsonObject> message, Throwable taken) {
        end(run);
        run.told();
        message.fail(
                taken instanceof Preflight.UnusableException ? UNUSABLE : LOCKED, String.valueOf(taken.getMessage()));
    }

    private void end(ActiveRun run) {
        active = null;
        jobs.end(run.job());
    }

    private void finished(ActiveRun run, RunRecord record) {
        end(run);
        vertx.eventBus().publish(Addresses.BACKUP_PROGRESS, BusJson.encode(run.lastState(record)));
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, BusJson.encode(record));
        run.told();
    }

    private void progress() {
        if (active != null) {
            active.watchDestination();
            vertx.eventBus()
                    .publish(
                            Addresses.BACKUP_PROGRESS,
                            BusJson.encode(active.monitor().state()));
        }
    }

    private void cancel(Message<JsonObject> message) {
        BackupMessage.Cancel cancel = BusJson.request(message.body(), BackupMessage.Cancel.class);
        if (active == null) {
            message.fail(404, "no backup is running");
        } else if (cancel.runId() != null
                && !cancel.runId().equals(active.plan().runId())) {
            message.fail(
                    404,
                    "the run in progress is %s, not %s".formatted(active.plan().runId(), cancel.runId()));
        } else if (active.stop(
                RunResult.CANCELLED, "stopped on request; the next run goes on with what was downloaded")) {
            message.reply(new JsonObject().put("run_id", active.plan().runId()));
        } else {
            message.fail(409, "the run is committing its snapshot and ends in a moment");
        }
    }

    private void status(Message<JsonObject> message) {
        ActiveRun run = active;
        blocking(
                message,
                () -> new BackupMessage.Status(
                        run != null,
                        run == null ? null : run.monitor().state(),
                        history.lastEnded().orElse(null),
                        history.lastSuccess().orElse(null)));
    }

    private void history(Message<JsonObject> message) {
        BackupMessage.HistoryQuery query = BusJson.request(message.body(), BackupMessage.HistoryQuery.class);
        int limit = query.limit() == null ? DEFAULT_HISTORY : query.limit();
        if (limit < 1 || limit > 1000) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to 1000".formatted(limit));
        }
        String runId = query.runId();
        blocking(
                message,
                () -> new BackupMessage.History(
                        runId == null
                                ? history.newest(limit, query.before())
                                : history.find(runId).stream().toList()));
    }

    private void blocking(Message<JsonObject> message, Callable<? extends Record> work) {
        vertx.executeBlocking(work, false)
                .onSuccess(found -> message.reply(BusJson.encode(found)))
                .onFailure(e -> message.fail(500, String.valueOf(e.getMessage())));
    }
}
