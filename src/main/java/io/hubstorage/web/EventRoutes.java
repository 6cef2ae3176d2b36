package io.hubstorage.web;

import io.hubstorage.web.auth.Doorkeeper;
import io.hubstorage.web.bridge.Disconnect;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/events}: the event stream. */
final class EventRoutes {
    private final EventHub hub;
    private final Doorkeeper doorkeeper;

    EventRoutes(EventHub hub, Doorkeeper doorkeeper) {
        this.hub = hub;
        this.doorkeeper = doorkeeper;
    }

    void mount(Router router) {
        router.get("/api/events").handler(this::open);
    }

    private void open(RoutingContext context) {
        boolean logs = new Query(context).flag("logs", true);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            // Whoever asks for the headers alone would not read a stream.
            EventHub.describe(context.response()).end();
            return;
        }
        if (!hub.hasRoom()) {
            context.fail(503);
            return;
        }
        hub.open(
                context.request(),
                logs,
                () -> Disconnect.now(context.request().connection()),
                end -> doorkeeper.hold(Gate.visit(context), end));
    }
}
