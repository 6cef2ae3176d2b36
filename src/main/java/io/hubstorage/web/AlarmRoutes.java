package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.AlarmMessage;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/alarms}: what somebody has to look at. */
final class AlarmRoutes {
    private final Bus bus;

    AlarmRoutes(Bus bus) {
        this.bus = bus;
    }

    void mount(Router router) {
        router.get("/api/alarms").handler(context -> Answers.json(context, 200, bus.ask(Addresses.ALARMS_LIST)));
        router.post("/api/alarms/:alarm_id/acknowledge").handler(this::acknowledge);
    }

    private void acknowledge(RoutingContext context) {
        Body.optional(context).allowing();
        AlarmMessage.Acknowledge one = new AlarmMessage.Acknowledge(context.pathParam("alarm_id"), false);
        Answers.json(context, 200, bus.ask(Addresses.ALARMS_ACKNOWLEDGE, one));
    }
}
