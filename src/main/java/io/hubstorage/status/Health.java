package io.hubstorage.status;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether the process works, and whether it can do its job; an S3 out of reach only degrades it, because earlier snapshots
 * stay of use. Use it on one context.
 */
public final class Health {
    private static final Set<StatusMessage.State> TROUBLE = Set.of(
            StatusMessage.State.FAILING,
            StatusMessage.State.LATE,
            StatusMessage.State.ATTENTION,
            StatusMessage.State.WAITING);
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration S3_AGE = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final Bus bus;
    private final ConfigStore store;
    private final InstantSource clock;
    private final HealthChecks live;
    private final HealthChecks ready;
    private boolean stopping;
    private @Nullable Instant s3Asked;
    private Status s3 = Status.OK(new JsonObject().put("detail", "not asked yet"));

    public Health(Vertx vertx, ConfigStore store, InstantSource clock) {
        this.vertx = vertx;
        this.bus = new Bus(vertx);
        this.store = store;
        this.clock = clock;
        this.live = HealthChecks.create(vertx).register("process", promise -> promise.complete(Status.OK()));
        long timeout = QUICK.plusSeconds(1).toMillis();
        this.ready = HealthChecks.create(vertx)
                .register("accepting", promise -> promise.complete(accepting()))
                .register("config", timeout, promise -> config().onComplete(promise))
                .register("data_folder", timeout, promise -> dataFolder().onComplete(promise))
                .register("config_folder", timeout, promise -> configFolder().onComplete(promise))
                .register("log_folder", timeout, promise -> logFolder().onComplete(promise))
                .register("scheduler", timeout, promise -> scheduler().onComplete(promise))
                .register("backups", timeout, promise -> backups().onComplete(promise))
                .register("s3", promise -> promise.complete(s3()));
    }

    /** Lets what somebody else knows degrade it; a problem that a restart would not mend never brings it down. */
    public void watch(String name, Supplier<Optional<String>> problem) {
        ready.register(
                name,
                promise -> promise.complete(problem.get()
                        .map(detail ->
                                Status.OK(new JsonObject().put("degraded", true).put("detail", detail)))
                        .orElseGet(Status::OK)));
    }

    public Future<CheckResult> live() {
        return live.checkStatus();
    }

    /** Whether it can do its job; {@code degraded} in the data of a check means that it can, with something amiss. */
    public Future<CheckResult> ready() {
        return ready.checkStatus();
    }

    public void notReady() {
        stopping = true;
    }

    private Status accepting() {
        return stopping ? down("HubStorage is stopping") : Status.OK();
    }

    private Future<Status> config() {
        return bus.ask(Addresses.CONFIG_GET, ConfigMessage.Current.class, QUICK)
                .map(current -> {
                    JsonObject data = new JsonObject().put("hash", current.hash());
                    if (!current.broken().isEmpty()) {
                        data.put("degraded", true)
                                .put(
                                        "detail",
                                        current.broken().stream()
                                                .map(file -> file.sentence() + ' ' + file.instead())
                                                .collect(Collectors.joining(" ")));
                    }
                    return Status.OK(data);
                })
                .otherwise(failure -> down("the configuration cannot be had"));
    }

    /** Never down: what is wrong with the backups is told, and a restart would not mend it. */
    private Future<Status> backups() {
        return bus.ask(Addresses.STATUS, StatusMessage.Current.class, QUICK)
                .map(judged -> {
                    JsonObject data = new JsonObject()
                            .put("state", BusJson.word(judged.state()))
                            .put("detail", judged.sentence())
                            .put("alarms", judged.alarms().size());
                    boolean well = judged.alarms().isEmpty()
                            && judged.conditions().stream()
                                    .allMatch(each -> each.kind().leavesStateAlone())
                            && !TROUBLE.contains(judged.state());
                    return Status.OK(well ? data : data.put("degraded", true));
                })
                .otherwise(failure -> Status.OK(
                        new JsonObject().put("degraded", true).put("detail", "nothing tells how things stand")));
    }

    private Future<Status> scheduler() {
        return bus.ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class, QUICK)
                .map(status -> status.running() ? Status.OK() : down("the scheduler is not running"))
                .otherwise(failure -> down("the scheduler does not answer"));
    }

    private Future<Status> dataFolder() {
        // Asked, not tried out: a probe written twice a minute would let no disk sleep.
        Path folder = store.dataPath();
        Destination destination =
                new Destination(new Layout(folder), store.settings().configFolder());
        return look(() -> destination.problem(false).or(() -> absent(folder)));
    }

    private static Optional<FolderAccess.Problem> absent(Path folder) {
        return Files.isDirectory(folder)
                ? Optional.empty()
                : Optional.of(new FolderAccess.Problem("The data folder %s is not there.".formatted(folder), ""));
    }

    /** The history too: a backup that cannot be written down there looks as if it had not been. */
    private Future<Status> configFolder() {
        Path folder = store.settings().configFolder();
        return look(() -> FolderAccess.tryOut(folder).or(() -> FolderAccess.askFile(HistoryStore.in(folder))));
    }

    private Future<Status> logFolder() {
        return look(() -> FolderAccess.tryOut(store.settings().logPath()));
    }

    private Future<Status> look(Supplier<Optional<FolderAccess.Problem>> look) {
        return vertx.executeBlocking(
                () -> look.get().map(problem -> down(problem.sentence())).orElseGet(Status::OK), false);
    }

    /** What S3 said last; asks it anew, at most once a minute, for those that come later. */
    private Status s3() {
        Instant now = clock.instant();
        if (s3Asked == null || Duration.between(s3Asked, now).abs().compareTo(S3_AGE) >= 0) {
            s3Asked = now;
            bus.ask(Addresses.S3_DIAGNOSE, S3Message.Diagnosis.class, Bus.REMOTE)
                    .map(diagnosis -> diagnosis.ok()
                            ? Status.OK(new JsonObject().put("asked_at", now.toString()))
                            : degraded(now, "see /api/aws_diagnostics"))
                    .otherwise(failure -> degraded(now, "no answer"))
                    .onSuccess(status -> s3 = status);
        }
        return s3;
    }

    private static Status degraded(Instant asked, String detail) {
        return Status.OK(new JsonObject()
                .put("degraded", true)
                .put("asked_at", asked.toString())
                .put("detail", detail));
    }

    private static Status down(String detail) {
        return Status.KO(new JsonObject().put("detail", detail));
    }
}
