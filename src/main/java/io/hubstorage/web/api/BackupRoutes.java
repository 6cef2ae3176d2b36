package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/backup/…}: start, stop and look at runs; {@code /api/scheduler/…}: when they start by themselves. */
public record BackupRoutes(Bus bus, BasePath base) {
    private static final int DEFAULT_HISTORY = 50;
    private static final int MAX_HISTORY = 1000;
    private static final int MAX_RUN_ID = 100;

    public void mount(Router router) {
        router.post("/api/backup/run").respond(this::run);
        router.post("/api/backup/cancel").respond(this::cancel);
        router.get("/api/backup/status").respond(_ -> bus.ask(Addresses.BACKUP_STATUS));
        router.get("/api/backup/last").respond(_ -> last());
        router.get("/api/backup/history").respond(this::history);
        router.get("/api/backup/runs/:run_id").respond(this::one);
        router.get("/api/scheduler/status").respond(_ -> bus.ask(Addresses.SCHEDULER_STATUS));
        router.post("/api/scheduler/restart").respond(this::restart);
        router.post("/api/scheduler/pause").respond(this::pause);
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Run(
            boolean dryRun,
            @Nullable List<String> buckets,
            @Nullable String schedule) {}

    private Future<JsonObject> run(RoutingContext context) {
        Run asked = Body.read(context, Run.class);
        return bus.ask(
                        Addresses.BACKUP_START,
                        new BackupMessage.Start(Trigger.MANUAL, asked.dryRun, asked.buckets, asked.schedule))
                // Only an accepted run is to be looked at there.
                .onSuccess(accepted -> context.response()
                        .setStatusCode(202)
                        .putHeader(HttpHeaders.LOCATION, base.text() + "/api/backup/status"));
    }

    private Future<JsonObject> cancel(RoutingContext context) {
        return bus.ask(Addresses.BACKUP_CANCEL, Body.read(context, BackupMessage.Cancel.class))
                .onSuccess(accepted -> context.response().setStatusCode(202));
    }

    private Future<JsonObject> last() {
        return bus.ask(Addresses.BACKUP_STATUS).map(status -> {
            JsonObject lastSuccess = status.getJsonObject("last_success");
            return new JsonObject()
                    .put("last_backup", lastSuccess == null ? null : lastSuccess.getString("started_at"))
                    .put("last", status.getValue("last"))
                    .put("last_success", lastSuccess);
        });
    }

    private Future<JsonObject> history(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_HISTORY, DEFAULT_HISTORY);
        boolean failures = query.flag("failures", true);
        return bus.ask(
                        Addresses.BACKUP_HISTORY,
                        new BackupMessage.HistoryQuery(limit, query.text("before", MAX_RUN_ID), null))
                .map(past -> failures ? past : withoutFailures(past));
    }

    /** The same without the names of what failed, which may be many times what is said of the runs themselves. */
    private static JsonObject withoutFailures(JsonObject past) {
        past.getJsonArray("runs").stream()
                .flatMap(run -> ((JsonObject) run).getJsonArray("buckets").stream())
                .forEach(bucket -> ((JsonObject) bucket).put("failures", new JsonArray()));
        return past;
    }

    private Future<JsonObject> one(RoutingContext context) {
        String runId = context.pathParam("run_id");
        BackupMessage.HistoryQuery query = new BackupMessage.HistoryQuery(1, null, runId);
        return bus.ask(Addresses.BACKUP_HISTORY, query)
                .map(body -> BusJson.decode(body, BackupMessage.History.class).runs().stream()
                        .findFirst()
                        .map(BusJson::encode)
                        .orElseThrow(() -> new HttpProblem(
                                404, "The history knows no run of this name; it keeps the last 10,000.")));
    }

    private Future<JsonObject> restart(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.SCHEDULER_RESTART);
    }

    private Future<JsonObject> pause(RoutingContext context) {
        return bus.ask(Addresses.SCHEDULER_PAUSE, Body.read(context, SchedulerMessage.Pause.class));
    }
}
