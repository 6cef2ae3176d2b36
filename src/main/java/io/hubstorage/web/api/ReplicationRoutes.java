package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.Trigger;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/replications}: bring the second copy up to date. How it goes is told as of every job, by {@link JobRoutes}. */
public record ReplicationRoutes(Bus bus, BasePath base) {
    public void mount(Router router) {
        router.post("/api/replications").respond(this::start);
    }

    /** Whoever asks over HTTP is always {@link Trigger#MANUAL}. */
    private record Start(
            @Nullable String to,
            @Nullable List<String> snapshots,
            @Nullable Boolean prune,
            @Nullable Double maxMbPerSecond) {}

    private Future<JsonObject> start(RoutingContext context) {
        Start asked = Body.read(context, Start.class);
        ReplicationStart start = new ReplicationStart(
                Trigger.MANUAL,
                asked.to,
                asked.snapshots == null ? List.of() : asked.snapshots,
                asked.prune,
                asked.maxMbPerSecond);
        return bus.ask(Addresses.REPLICATION_START, BusJson.encode(start), Bus.PATIENT)
                .onSuccess(started -> JobRoutes.begun(context, base, started));
    }
}
