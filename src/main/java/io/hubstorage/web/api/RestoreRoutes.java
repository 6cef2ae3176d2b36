package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.RoleHandler;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/restores}: plan a restore, look at the plan, start it, and follow it. */
public record RestoreRoutes(Bus bus, BasePath base) {
    private static final int DEFAULT_LIST = 50;
    private static final int DEFAULT_OBJECTS = 100;
    private static final int MOST = 1_000;
    private static final int MOST_ID = 100;
    private static final List<String> ACTIONS = List.of("write", "identical", "skip", "fail", "delete", "not_written");

    public void mount(Router router) {
        router.post("/api/restores").respond(this::plan);
        router.get("/api/restores").respond(this::list);
        router.get("/api/restores/:id").respond(context -> view(id(context)));
        router.get("/api/restores/:id/objects").respond(this::objects);
        router.post("/api/restores/:id/start").respond(this::start);
        router.delete("/api/restores/:id").respond(this::remove);
    }

    private static String id(RoutingContext context) {
        return context.pathParam("id");
    }

    private Future<JsonObject> plan(RoutingContext context) {
        JsonObject asked = BusJson.encode(Body.read(context, RestoreRequest.class));
        RoleHandler.require(context, Permits.least(Addresses.RESTORE_PLAN, asked));
        return bus.ask(Addresses.RESTORE_PLAN, asked, Bus.PATIENT)
                .onSuccess(view -> accepted(context, view.getString("id")));
    }

    private void accepted(RoutingContext context, String id) {
        context.response().setStatusCode(202).putHeader(HttpHeaders.LOCATION, base.text() + "/api/restores/" + id);
    }

    private Future<JsonObject> list(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MOST, DEFAULT_LIST);
        RestoreMessage.Query asked = new RestoreMessage.Query(limit, query.text("before", MOST_ID));
        return bus.ask(Addresses.RESTORE_LIST, BusJson.encode(asked), Bus.PATIENT);
    }

    private Future<JsonObject> view(String id) {
        return bus.ask(Addresses.RESTORE_STATUS, BusJson.encode(new RestoreMessage.Get(id)), Bus.PATIENT);
    }

    private Future<JsonObject> objects(RoutingContext context) {
        Query query = new Query(context);
        RestoreMessage.ObjectsQuery asked = new RestoreMessage.ObjectsQuery(
                id(context),
                query.oneOf("action", ACTIONS),
                after(query),
                query.number("limit", 1, MOST, DEFAULT_OBJECTS));
        return bus.ask(Addresses.RESTORE_OBJECTS, BusJson.encode(asked), Bus.PATIENT);
    }

    private static @Nullable Long after(Query query) {
        int after = query.number("after", 0, Integer.MAX_VALUE, 0);
        return after == 0 ? null : Long.valueOf(after);
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Start(String digest) {}

    private Future<JsonObject> start(RoutingContext context) {
        String id = id(context);
        RestoreMessage.Start start =
                new RestoreMessage.Start(id, Body.read(context, Start.class).digest, Trigger.MANUAL);
        return bus.ask(Addresses.RESTORE_START, BusJson.encode(start), Bus.PATIENT)
                .compose(_ -> view(id))
                .onSuccess(_ -> accepted(context, id));
    }

    private Future<JsonObject> remove(RoutingContext context) {
        Body.requireEmpty(context);
        return bus.ask(Addresses.RESTORE_REMOVE, BusJson.encode(new RestoreMessage.Remove(id(context))), Bus.PATIENT);
    }
}
