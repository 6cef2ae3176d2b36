package io.hubstorage.backup;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;

/** Answers for backups, and hands on to the one under way what its workers tell. */
public final class BackupVerticle extends VerticleBase {
    private final ConfigStore config;
    private final Jobs jobs;
    private final HistoryStore history;
    private final InstantSource clock;
    private final String version;
    private final Workers workers;

    /** @param version of the program, for certificates */
    public BackupVerticle(
            ConfigStore config, Jobs jobs, HistoryStore history, InstantSource clock, String version, Workers workers) {
        this.workers = workers;
        this.config = config;
        this.jobs = jobs;
        this.history = history;
        this.clock = clock;
        this.version = version;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        return Future.all(List.of(
                bus.answer(Addresses.BACKUP_START, this::startRun),
                bus.answer(Addresses.BACKUP_CANCEL, this::cancel),
                bus.answer(Addresses.BACKUP_STATUS, _ -> vertx.executeBlocking(this::status, false)),
                bus.answer(Addresses.BACKUP_HISTORY, this::history),
                tell(Addresses.TRANSFER_HEARTBEAT, TransferMessage.Heartbeat.class, ActiveRun::heartbeat),
                tell(Addresses.TRANSFER_DISCOVERING, TransferMessage.Discovering.class, ActiveRun::discovering),
                results()));
    }

    /** Each is answered, wanted or not: a worker in another process tells it until it is. */
    private Future<Void> results() {
        return vertx.eventBus()
                .<JsonObject>consumer(Addresses.TRANSFER_RESULT, message -> {
                    TransferMessage.Result result = BusJson.decode(message.body(), TransferMessage.Result.class);
                    jobs.current(ActiveRun.class).ifPresent(active -> active.result(result));
                    message.reply(new JsonObject());
                })
                .completion();
    }

    private <T extends Record> Future<Void> tell(String address, Class<T> type, BiConsumer<ActiveRun, T> run) {
        return new Bus(vertx)
                .listen(
                        address,
                        type,
                        told -> jobs.current(ActiveRun.class).ifPresent(active -> run.accept(active, told)));
    }

    private Future<BackupMessage.Accepted> startRun(JsonObject body) {
        BackupMessage.Start start = BusJson.request(body, BackupMessage.Start.class);
        RunPlan plan = RunPlan.of(start, config, clock.instant());
        plan.problem().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return jobs.start(new ActiveRun(
                        vertx,
                        workers,
                        plan,
                        history,
                        clock,
                        version,
                        now -> config.config().bandwidthLimit(now)))
                .map(BackupMessage.Accepted::new);
    }

    private Future<BackupMessage.Accepted> cancel(JsonObject body) {
        BackupMessage.Cancel cancel = BusJson.request(body, BackupMessage.Cancel.class);
        return Future.succeededFuture(new BackupMessage.Accepted(jobs.cancel(JobKind.BACKUP, cancel.runId())));
    }

    private BackupMessage.Status status() {
        ActiveRun run = jobs.current(ActiveRun.class).orElse(null);
        return new BackupMessage.Status(
                run != null,
                run == null ? null : run.state(),
                history.lastEnded().orElse(null),
                history.lastSuccess().orElse(null));
    }

    private Future<BackupMessage.History> history(JsonObject body) {
        BackupMessage.HistoryQuery query = BusJson.request(body, BackupMessage.HistoryQuery.class);
        int limit = HistoryStore.pageSize(query.limit());
        String runId = query.runId();
        return vertx.executeBlocking(
                () -> new BackupMessage.History(runId == null ? history.newest(limit, query.before()) : run(runId)),
                false);
    }

    private List<RunRecord> run(String id) {
        return history.find(id).filter(RunRecord.class::isInstance).map(RunRecord.class::cast).stream()
                .toList();
    }
}
