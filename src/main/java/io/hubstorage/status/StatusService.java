package io.hubstorage.status;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.config.ConfigStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;

/** Asks the other rooms how things stand and puts their answers together. A room that is silent is shown as null. */
public record StatusService(Bus bus, ConfigStore store, InstantSource clock) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String SILENT =
            "Parts of HubStorage do not answer, so nothing can be said about the backups. Look into the log, and"
                    + " restart HubStorage if this stays.";

    /** What a page begins with: {@code status}, {@code backup}, {@code jobs}, {@code scheduler}, {@code config}. Never fails. */
    public Future<JsonObject> state() {
        Future<Optional<JsonObject>> status = silent(Addresses.STATUS);
        Future<Optional<JsonObject>> backup = silent(Addresses.BACKUP_STATUS);
        Future<Optional<JsonObject>> scheduler = silent(Addresses.SCHEDULER_STATUS);
        Future<Optional<JsonObject>> jobs = silent(Addresses.JOBS_STATUS);
        return Future.all(status, backup, scheduler, jobs)
                .map(all -> new JsonObject()
                        .put("at", clock.instant().toString())
                        .put("health", health(status.result()))
                        .put("status", status.result().orElse(null))
                        .put("backup", backup.result().orElse(null))
                        .put("jobs", jobs.result().map(StatusService::underWay).orElse(null))
                        .put("scheduler", scheduler.result().orElse(null))
                        .put("config", summary()));
    }

    /** The states of all jobs that are under way. */
    private static JsonArray underWay(JsonObject jobs) {
        return new JsonArray(BusJson.decode(jobs, JobMessage.Status.class).kinds().stream()
                .map(JobMessage.OfKind::current)
                .filter(Objects::nonNull)
                .map(BusJson::encode)
                .toList());
    }

    private static JsonObject health(Optional<JsonObject> status) {
        return new JsonObject()
                .put("state", status.map(judged -> judged.getString("state")).orElse("failing"))
                .put(
                        "sentence",
                        status.map(judged -> judged.getString("sentence")).orElse(SILENT));
    }

    /** The hash and the buckets; the whole is had from {@code /api/config}. */
    private JsonObject summary() {
        ConfigMessage.Current current = store.current();
        return new JsonObject()
                .put("hash", current.hash())
                .put("buckets", current.config().getJsonArray("s3_buckets", new JsonArray()))
                .put("dynamic_buckets", store.config().selection().dynamic())
                .put("broken", BusJson.encode(current).getJsonArray("broken"));
    }

    private Future<Optional<JsonObject>> silent(String address) {
        return bus.ask(address, new JsonObject(), PATIENCE).map(Optional::of).otherwise(Optional.empty());
    }
}
