package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.bus.VerifyStart;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/verify}: when stored files were proven, and which are damaged. How it goes is told as of every job, by {@link JobRoutes}. */
public record VerifyRoutes(Bus bus, BasePath base) {
    private static final int MOST_AFTER = 1_000_000_000;

    public void mount(Router router) {
        router.get("/api/verify").respond(this::status);
        router.post("/api/verify/start").respond(this::start);
        router.post("/api/verify/pause").respond(this::pause);
    }

    private Future<JsonObject> status(RoutingContext context) {
        Query query = new Query(context);
        VerifyMessage.Query asked =
                new VerifyMessage.Query(query.number("limit", 0, VerifyMessage.MOST, VerifyMessage.USUAL), (long)
                        query.number("after", 0, MOST_AFTER, 0));
        return bus.ask(Addresses.VERIFY_STATUS, BusJson.encode(asked), Bus.PATIENT);
    }

    private Future<JsonObject> start(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.VERIFY_START, BusJson.encode(new VerifyStart(Trigger.MANUAL)), Bus.PATIENT)
                .onSuccess(started -> JobRoutes.begun(context, base, started));
    }

    private Future<JsonObject> pause(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.VERIFY_PAUSE).onSuccess(_ -> context.response().setStatusCode(202));
    }
}
