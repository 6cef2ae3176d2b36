package io.hubstorage.web.api;

import io.hubstorage.bus.BusJson;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.Query;
import io.hubstorage.web.http.Responses;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code /api/snapshots}: which snapshots there are, what they prove, and which are to be kept. Read from the disk each time. */
public final class SnapshotRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final SnapshotAccess access;

    public SnapshotRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/snapshots").handler(this::list);
        router.get("/api/snapshots/:id").handler(this::certificate);
        router.post("/api/snapshots/:id/pin").handler(this::pin);
    }

    private void list(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        String before = query.text("before", SnapshotAccess.MOST_NAME);
        Responses.json(context, 200, access.run(() -> {
            Snapshots all = access.all();
            JsonArray page = new JsonArray();
            for (SnapshotInfo snapshot : all.newestFirst(before).limit(limit).toList()) {
                page.add(SnapshotJson.describe(snapshot));
            }
            return new JsonObject().put("snapshots", page).put("total", all.count());
        }));
    }

    private void certificate(RoutingContext context) {
        String id = context.pathParam("id");
        Responses.json(context, 200, access.run(() -> {
            SnapshotInfo snapshot = access.info(id);
            Certificate certificate = snapshot.certificate();
            return SnapshotJson.describe(snapshot)
                    .put("certificate", certificate == null ? null : BusJson.encode(certificate))
                    .put("problems", new JsonArray(certificate == null ? List.of() : certificate.problems()));
        }));
    }

    private void pin(RoutingContext context) {
        boolean pinned = Body.optional(context).allowing("pinned").requiredFlag("pinned");
        String id = context.pathParam("id");
        Responses.json(context, 200, access.run(() -> {
            SnapshotInfo snapshot = access.info(id);
            snapshot.pin(pinned);
            return SnapshotJson.describe(snapshot);
        }));
    }
}
