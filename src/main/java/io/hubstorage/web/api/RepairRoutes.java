package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/repair}: plan the repair of what is damaged, look at the plan, start it. How it goes is told as of every job. */
public record RepairRoutes(Bus bus, BasePath base) {
    public void mount(Router router) {
        router.get("/api/repair").respond(_ -> bus.ask(Addresses.REPAIR_STATUS));
        router.post("/api/repair").respond(this::plan);
        router.post("/api/repair/start").respond(this::start);
    }

    private record Plan(
            @Nullable List<String> snapshots, @Nullable List<String> buckets) {}

    private Future<JsonObject> plan(RoutingContext context) {
        Plan asked = Body.read(context, Plan.class);
        RepairMessage.Request request = new RepairMessage.Request(
                asked.snapshots == null ? List.of() : asked.snapshots,
                asked.buckets == null ? List.of() : asked.buckets);
        return bus.ask(Addresses.REPAIR_PLAN, BusJson.encode(request), Bus.PATIENT)
                .onSuccess(_ -> context.response()
                        .setStatusCode(202)
                        .putHeader(HttpHeaders.LOCATION, base.text() + "/api/repair"));
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Start(String digest) {}

    private Future<JsonObject> start(RoutingContext context) {
        RepairStart start = new RepairStart(Body.read(context, Start.class).digest, Trigger.MANUAL);
        return bus.ask(Addresses.REPAIR_START, BusJson.encode(start), Bus.PATIENT)
                .onSuccess(started -> JobRoutes.begun(context, base, started));
    }
}
