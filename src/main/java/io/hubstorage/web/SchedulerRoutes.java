package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.SchedulerMessage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/scheduler/…}. */
final class SchedulerRoutes {
    private final Bus bus;
    private final SchedulerWatch watch;

    SchedulerRoutes(Bus bus, SchedulerWatch watch) {
        this.bus = bus;
        this.watch = watch;
    }

    void mount(Router router) {
        router.get("/api/scheduler/status")
                .handler(context -> Answers.json(context, 200, bus.ask(Addresses.SCHEDULER_STATUS)));
        router.post("/api/scheduler/restart").handler(this::restart);
        router.post("/api/scheduler/pause").handler(this::pause);
    }

    private void restart(RoutingContext context) {
        Body.optional(context).allowing();
        changed(context, bus.ask(Addresses.SCHEDULER_RESTART));
    }

    private void pause(RoutingContext context) {
        boolean paused = Body.optional(context).allowing("paused").requiredFlag("paused");
        changed(context, bus.ask(Addresses.SCHEDULER_PAUSE, new SchedulerMessage.Pause(paused)));
    }

    private void changed(RoutingContext context, Future<JsonObject> status) {
        Answers.json(context, 200, status.onSuccess(watch::seen));
    }
}
