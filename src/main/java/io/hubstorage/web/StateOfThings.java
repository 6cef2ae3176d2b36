package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.ConfigStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Asks the other rooms how things stand and puts their answers together. A room that is silent is shown as null. */
final class StateOfThings {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int RUNS_LOOKED_AT = 50;

    private final Bus bus;
    private final ConfigStore store;
    private final InstantSource clock;

    StateOfThings(Bus bus, ConfigStore store, InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.clock = clock;
    }

    /** What a page begins with: {@code backup}, {@code scheduler}, {@code config} and {@code health}. Never fails. */
    Future<JsonObject> state() {
        Future<Optional<BackupMessage.Status>> backup = silent(Addresses.BACKUP_STATUS, BackupMessage.Status.class);
        Future<Optional<SchedulerMessage.Status>> scheduler =
                silent(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class);
        Future<List<RunRecord>> runs = backup.compose(this::runs);
        return Future.all(backup, scheduler, runs)
                .map(all -> assemble(backup.result(), scheduler.result(), runs.result()));
    }

    private JsonObject assemble(
            Optional<BackupMessage.Status> backup, Optional<SchedulerMessage.Status> scheduler, List<RunRecord> runs) {
        return new JsonObject()
                .put("at", clock.instant().toString())
                .put("health", health(backup, scheduler, runs))
                .put("backup", backup.map(BusJson::encode).orElse(null))
                .put("scheduler", scheduler.map(BusJson::encode).orElse(null))
                .put("config", summary());
    }

    private JsonObject health(
            Optional<BackupMessage.Status> backup, Optional<SchedulerMessage.Status> scheduler, List<RunRecord> runs) {
        Headline headline = backup.isEmpty()
                ? new Headline(
                        Headline.State.FAILING,
                        "The backup engine does not answer, so nothing can be said about the backups; see the log.")
                : Headline.of(store.config(), backup.get(), runs, scheduler.orElse(null), clock.instant());
        return new JsonObject().put("state", headline.state().word()).put("sentence", headline.sentence());
    }

    /** The hash and the buckets; the whole is had from {@code /api/config}. */
    private JsonObject summary() {
        ConfigMessage.Current current = store.current();
        return new JsonObject()
                .put("hash", current.hash())
                .put("buckets", current.config().getJsonArray("s3_buckets", new JsonArray()))
                .put("dynamic_buckets", store.config().dynamicBuckets())
                .put("broken", BusJson.encode(current).getJsonArray("broken"));
    }

    /** The last run, where it says all there is to say; else the last ones, newest first. */
    private Future<List<RunRecord>> runs(Optional<BackupMessage.Status> status) {
        RunRecord last = status.map(BackupMessage.Status::last).orElse(null);
        if (last == null || Headline.isClear(store.config(), last)) {
            return Future.succeededFuture(last == null ? List.of() : List.of(last));
        }
        return bus.ask(
                        Addresses.BACKUP_HISTORY,
                        BusJson.encode(BackupMessage.HistoryQuery.newest(RUNS_LOOKED_AT)),
                        PATIENCE)
                .map(body -> BusJson.decode(body, BackupMessage.History.class).runs())
                .otherwise(List.of(last));
    }

    private <T extends Record> Future<Optional<T>> silent(String address, Class<T> type) {
        return bus.ask(address, new JsonObject(), PATIENCE)
                .map(body -> Optional.of(BusJson.decode(body, type)))
                .otherwise(Optional.empty());
    }
}
