package io.hubstorage.web.api;

import io.hubstorage.browse.CertificateWords;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
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
        router.get("/api/snapshots").respond(this::list);
        router.get("/api/snapshots/:id").respond(this::certificate);
        router.post("/api/snapshots/:id/pin").respond(this::pin);
    }

    private Future<JsonObject> list(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        String before = query.text("before", SnapshotAccess.MOST_NAME);
        return access.run(() -> {
            Snapshots all = access.all();
            JsonArray page = new JsonArray();
            for (SnapshotInfo snapshot : all.newestFirst(before).limit(limit).toList()) {
                page.add(describe(snapshot));
            }
            return new JsonObject().put("snapshots", page).put("total", all.count());
        });
    }

    private Future<JsonObject> certificate(RoutingContext context) {
        String id = context.pathParam("id");
        return access.run(() -> {
            SnapshotInfo snapshot = access.info(id);
            Certificate certificate = snapshot.certificate();
            return describe(snapshot)
                    .put("certificate", certificate == null ? null : BusJson.encode(certificate))
                    .put("problems", new JsonArray(certificate == null ? List.of() : certificate.problems()));
        });
    }

    private Future<JsonObject> pin(RoutingContext context) {
        boolean pinned = Body.optional(context).allowing("pinned").requiredFlag("pinned");
        String id = context.pathParam("id");
        return access.run(() -> {
            SnapshotInfo snapshot = access.info(id);
            snapshot.pin(pinned);
            return describe(snapshot);
        });
    }

    /** A snapshot in short. Reads the disk for what its certificate cannot say. */
    private static JsonObject describe(SnapshotInfo snapshot) throws IOException {
        Certificate certificate = snapshot.certificate();
        JsonObject json = new JsonObject()
                .put("name", snapshot.name())
                .put("path", snapshot.folder().toString())
                .put("legacy", snapshot.legacy())
                .put("pinned", snapshot.pinned());
        return certificate == null ? withoutCertificate(json, snapshot) : withCertificate(json, certificate);
    }

    /** A snapshot of the old tool: nothing is known but the names. */
    private static JsonObject withoutCertificate(JsonObject json, SnapshotInfo snapshot) throws IOException {
        JsonArray buckets = new JsonArray();
        snapshot.buckets()
                .forEach(name -> buckets.add(new JsonObject()
                        .put("bucket", name)
                        .put("result", null)
                        .put("files", null)
                        .put("counts", null)
                        .put("words", "Made by the old tool: there is no certificate, only the files.")));
        return json.put("run_id", null)
                .put("started_at", null)
                .put("finished_at", null)
                .put("result", null)
                .put("files", null)
                .put("added", null)
                .put("allocated_bytes", null)
                .put("words", "Made by the old tool: there is no certificate, only the files.")
                .put("buckets", buckets);
    }

    private static JsonObject withCertificate(JsonObject json, Certificate certificate) {
        JsonArray buckets = new JsonArray();
        Tally files = Tally.ZERO;
        Tally added = Tally.ZERO;
        for (Certificate.Bucket bucket : certificate.buckets()) {
            files = files.plus(bucket.files());
            added = added.plus(bucket.counts().downloaded());
            buckets.add(new JsonObject()
                    .put("bucket", bucket.name())
                    .put("result", word(bucket.outcome().result()))
                    .put("files", BusJson.encode(bucket.files()))
                    .put("counts", BusJson.encode(bucket.counts()))
                    .put("words", CertificateWords.of(bucket)));
        }
        return json.put("run_id", certificate.runId())
                .put("started_at", certificate.startedAt().toString())
                .put("finished_at", certificate.run().finishedAt().toString())
                .put("result", word(certificate.result()))
                .put("files", BusJson.encode(files))
                .put("added", BusJson.encode(added))
                .put("allocated_bytes", certificate.allocatedBytes())
                .put("words", CertificateWords.of(certificate))
                .put("buckets", buckets);
    }

    /** An enumeration's value as the messages name it. */
    private static String word(Enum<?> value) {
        return BusJson.mapper().convertValue(value, String.class);
    }
}
