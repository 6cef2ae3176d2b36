package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/drills}: try out a restore. How it goes is told as of every job, by {@link JobRoutes}. */
public record DrillRoutes(Bus bus, BasePath base) {
    public void mount(Router router) {
        router.post("/api/drills").respond(this::start);
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Start(
            @Nullable Integer sample,
            @Nullable List<String> buckets,
            @Nullable String to,
            @Nullable Long seed) {}

    private Future<JsonObject> start(RoutingContext context) {
        Start asked = Body.read(context, Start.class);
        List<String> buckets = asked.buckets == null ? List.of() : asked.buckets;
        DrillStart start = new DrillStart(Trigger.MANUAL, asked.sample, buckets, asked.to, asked.seed);
        return bus.ask(Addresses.DRILL_START, BusJson.encode(start), Bus.PATIENT)
                .onSuccess(started -> JobRoutes.begun(context, base, started));
    }
}
