package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.NotifyMessage;
import io.hubstorage.web.http.Body;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/notify}: the channels of notifications, and a test of each. */
public record NotifyRoutes(Bus bus) {
    public void mount(Router router) {
        router.get("/api/notify/channels").respond(_ -> bus.ask(Addresses.NOTIFY_CHANNELS));
        router.post("/api/notify/test").respond(this::test);
    }

    private Future<JsonObject> test(RoutingContext context) {
        NotifyMessage.Test test = Body.read(context, NotifyMessage.Test.class);
        return bus.ask(Addresses.NOTIFY_TEST, BusJson.encode(test), Bus.REMOTE);
    }
}
