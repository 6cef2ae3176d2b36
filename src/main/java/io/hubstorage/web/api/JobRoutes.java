package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/jobs/…}: the jobs of every kind, by whatever they were started. */
public record JobRoutes(Bus bus) {
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 1000;
    private static final int MAX_ID = 200;
    private static final int MAX_BUCKET = 300;

    public void mount(Router router) {
        router.get("/api/jobs").respond(this::list);
        router.get("/api/jobs/:id").respond(this::one);
        router.post("/api/jobs/:id/cancel").respond(this::cancel);
    }

    private Future<JsonObject> list(RoutingContext context) {
        Query query = new Query(context);
        return bus.ask(
                Addresses.JOBS_LIST,
                new JobMessage.Query(
                        query.allOf("kind", JobKind.values()),
                        query.number("limit", 1, MAX_PAGE, DEFAULT_PAGE),
                        query.text("before", MAX_ID),
                        query.text("bucket", MAX_BUCKET),
                        query.allOf("result", RunResult.values()),
                        query.allOf("trigger", Trigger.values())));
    }

    private Future<JsonObject> one(RoutingContext context) {
        return bus.ask(Addresses.JOBS_GET, new JobMessage.Get(context.pathParam("id")));
    }

    private Future<JsonObject> cancel(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.JOBS_CANCEL, new JobMessage.Cancel(context.pathParam("id")))
                .onSuccess(accepted -> context.response().setStatusCode(202));
    }

    /** Answers that a job has begun, and where to look how it goes. */
    static void begun(RoutingContext context, BasePath base, JsonObject started) {
        context.response()
                .setStatusCode(202)
                .putHeader(HttpHeaders.LOCATION, base.text() + "/api/jobs/" + started.getString("run_id"));
    }
}
