package io.hubstorage.web;

import io.hubstorage.bus.BusJson;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code /api/snapshots}: which snapshots there are, what they prove, and which are to be kept. Read from the disk each time. */
final class SnapshotRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final SnapshotAccess access;

    SnapshotRoutes(SnapshotAccess access) {
        this.access = access;
    }

    void mount(Router router) {
        router.get("/api/snapshots").handler(this::list);
        router.get("/api/snapshots/:id").handler(this::certificate);
        router.post("/api/snapshots/:id/pin").handler(this::pin);
    }

    private void list(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        String before = query.text("before", SnapshotAccess.MOST_NAME);
        Answers.json(context, 200, access.run(() -> {
            List<SnapshotInfo> all = access.all().list();
            List<SnapshotInfo> wanted = before == null
                    ? all
                    : all.stream()
                            .dropWhile(snapshot -> !snapshot.name().equals(before))
                            .skip(1)
                            .toList();
            JsonArray page = new JsonArray();
            for (SnapshotInfo snapshot : wanted.subList(0, Math.min(limit, wanted.size()))) {
                page.add(SnapshotJson.describe(snapshot));
            }
            return new JsonObject().put("snapshots", page).put("total", all.size());
        }));
    }

    private void certificate(RoutingContext context) {
        Answers.json(context, 200, access.read(context, reader -> {
            Certificate certificate = reader.snapshot().certificate();
            return SnapshotJson.describe(reader.snapshot())
                    .put("certificate", certificate == null ? null : BusJson.encode(certificate))
                    .put("problems", new JsonArray(certificate == null ? List.of() : certificate.problems()));
        }));
    }

    private void pin(RoutingContext context) {
        boolean pinned = Body.optional(context).allowing("pinned").requiredFlag("pinned");
        Answers.json(context, 200, access.read(context, reader -> {
            reader.snapshot().pin(pinned);
            return SnapshotJson.describe(reader.snapshot());
        }));
    }
}
