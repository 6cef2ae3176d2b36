package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlertMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** What is wrong now, who was told, and what came of each attempt to tell them. */
public record AlertRoutes(Bus bus) {
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 1000;

    public void mount(Router router) {
        router.get("/api/notify/alerts").respond(_ -> bus.ask(Addresses.NOTIFY_ALERTS));
        router.get("/api/notify/deliveries").respond(this::deliveries);
    }

    private Future<JsonObject> deliveries(RoutingContext context) {
        Query query = new Query(context);
        int before = query.number("before", 1, Integer.MAX_VALUE, 0);
        return bus.ask(
                Addresses.NOTIFY_DELIVERIES,
                new AlertMessage.Query(
                        query.number("limit", 1, MAX_PAGE, DEFAULT_PAGE), before == 0 ? null : (long) before));
    }
}
