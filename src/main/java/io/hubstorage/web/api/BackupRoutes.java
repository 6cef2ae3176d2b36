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
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/backup/…}: start, stop and look at runs; {@code /api/scheduler/…}: when they start by themselves. */
public final class BackupRoutes {
    private static final int DEFAULT_HISTORY = 50;
    private static final int MAX_HISTORY = 1000;
    private static final int MAX_RUN_ID = 100;

    private final Bus bus;
    private final BasePath base;

    public BackupRoutes(Bus bus, BasePath base) {
        this.bus = bus;
        this.base = base;
    }

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

    private Future<JsonObject> run(RoutingContext context) {
        Body body = Body.optional(context).allowing("dry_run", "buckets");
        BackupMessage.Start start =
                new BackupMessage.Start(Trigger.MANUAL, body.flag("dry_run", false), body.texts("buckets"));
        return bus.ask(Addresses.BACKUP_START, start)
                // Only an accepted run is to be looked at there.
                .onSuccess(accepted -> context.response()
                        .setStatusCode(202)
                        .putHeader(HttpHeaders.LOCATION, base.text() + "/api/backup/status"));
    }

    private Future<JsonObject> cancel(RoutingContext context) {
        Body body = Body.optional(context).allowing("run_id");
        return bus.ask(Addresses.BACKUP_CANCEL, new BackupMessage.Cancel(body.text("run_id")))
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
        return bus.ask(
                Addresses.BACKUP_HISTORY,
                new BackupMessage.HistoryQuery(limit, query.text("before", MAX_RUN_ID), null));
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
        Body.optional(context).allowing();
        return bus.ask(Addresses.SCHEDULER_RESTART);
    }

    private Future<JsonObject> pause(RoutingContext context) {
        boolean paused = Body.optional(context).allowing("paused").requiredFlag("paused");
        return bus.ask(Addresses.SCHEDULER_PAUSE, new SchedulerMessage.Pause(paused));
    }
}
