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
import io.hubstorage.web.http.Responses;
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
        router.post("/api/backup/run").handler(this::run);
        router.post("/api/backup/cancel").handler(this::cancel);
        router.get("/api/backup/status")
                .handler(context -> Responses.json(context, 200, bus.ask(Addresses.BACKUP_STATUS)));
        router.get("/api/backup/last").handler(this::last);
        router.get("/api/backup/history").handler(this::history);
        router.get("/api/backup/runs/:run_id").handler(this::one);
        router.get("/api/scheduler/status")
                .handler(context -> Responses.json(context, 200, bus.ask(Addresses.SCHEDULER_STATUS)));
        router.post("/api/scheduler/restart").handler(context -> {
            Body.optional(context).allowing();
            Responses.json(context, 200, bus.ask(Addresses.SCHEDULER_RESTART));
        });
        router.post("/api/scheduler/pause").handler(this::pause);
    }

    private void run(RoutingContext context) {
        Body body = Body.optional(context).allowing("dry_run", "buckets");
        BackupMessage.Start start =
                new BackupMessage.Start(Trigger.MANUAL, body.flag("dry_run", false), body.texts("buckets"));
        Responses.json(
                context,
                202,
                bus.ask(Addresses.BACKUP_START, start)
                        // Only an accepted run is to be looked at there.
                        .onSuccess(accepted -> context.response()
                                .putHeader(HttpHeaders.LOCATION, base.text() + "/api/backup/status")));
    }

    private void cancel(RoutingContext context) {
        Body body = Body.optional(context).allowing("run_id");
        Responses.json(context, 202, bus.ask(Addresses.BACKUP_CANCEL, new BackupMessage.Cancel(body.text("run_id"))));
    }

    private void last(RoutingContext context) {
        Responses.json(
                context,
                200,
                bus.ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class).map(BackupRoutes::lastOf));
    }

    private static JsonObject lastOf(BackupMessage.Status status) {
        JsonObject json = BusJson.encode(status);
        return new JsonObject()
                .put(
                        "last_backup",
                        status.lastSuccess() == null
                                ? null
                                : status.lastSuccess().startedAt().toString())
                .put("last", json.getValue("last"))
                .put("last_success", json.getValue("last_success"));
    }

    private void history(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_HISTORY, DEFAULT_HISTORY);
        Responses.json(
                context,
                200,
                bus.ask(
                        Addresses.BACKUP_HISTORY,
                        new BackupMessage.HistoryQuery(limit, query.text("before", MAX_RUN_ID), null)));
    }

    private void one(RoutingContext context) {
        String runId = context.pathParam("run_id");
        BackupMessage.HistoryQuery query = new BackupMessage.HistoryQuery(1, null, runId);
        Responses.json(
                context,
                200,
                bus.ask(Addresses.BACKUP_HISTORY, query)
                        .map(body -> BusJson.decode(body, BackupMessage.History.class).runs().stream()
                                .findFirst()
                                .map(BusJson::encode)
                                .orElseThrow(() -> new HttpProblem(
                                        404, "The history knows no run of this name; it keeps the last 10,000."))));
    }

    private void pause(RoutingContext context) {
        boolean paused = Body.optional(context).allowing("paused").requiredFlag("paused");
        Responses.json(context, 200, bus.ask(Addresses.SCHEDULER_PAUSE, new SchedulerMessage.Pause(paused)));
    }
}
