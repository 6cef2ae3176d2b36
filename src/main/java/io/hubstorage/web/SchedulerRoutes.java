package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.SchedulerMessage;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/scheduler/…}. */
final class SchedulerRoutes {
    private final Bus bus;

    SchedulerRoutes(Bus bus) {
        this.bus = bus;
    }

    void mount(Router router) {
        router.get("/api/scheduler/status")
                .handler(context -> Answers.json(context, 200, bus.ask(Addresses.SCHEDULER_STATUS)));
        router.post("/api/scheduler/restart").handler(this::restart);
        router.post("/api/scheduler/pause").handler(this::pause);
    }

    private void restart(RoutingContext context) {
        Body.optional(context).allowing();
        Answers.json(context, 200, bus.ask(Addresses.SCHEDULER_RESTART));
    }

    private void pause(RoutingContext context) {
        boolean paused = Body.optional(context).allowing("paused").requiredFlag("paused");
        Answers.json(context, 200, bus.ask(Addresses.SCHEDULER_PAUSE, new SchedulerMessage.Pause(paused)));
    }
}
