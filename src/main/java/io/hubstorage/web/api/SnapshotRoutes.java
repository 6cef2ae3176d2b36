package io.hubstorage.web.api;

import io.hubstorage.browse.CertificateWords;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
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
import org.jspecify.annotations.Nullable;

/** {@code /api/snapshots}: which snapshots there are, what they prove, and which are to be kept. Read from the disk each time. */
public record SnapshotRoutes(SnapshotAccess access) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final String LEGACY = "Made by the old tool: there is no certificate, only the files.";

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
                    .put("certificate_sha256", snapshot.certificateSha256())
                    .put("problems", new JsonArray(certificate == null ? List.of() : certificate.problems()));
        });
    }

    private record Pin(Boolean pinned) {}

    private Future<JsonObject> pin(RoutingContext context) {
        boolean pinned = Body.read(context, Pin.class).pinned;
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

    /** One bucket of a snapshot, of which only name and words are known where the old tool made it. */
    private record BucketLine(
            String bucket,
            @Nullable RunResult result,
            @Nullable Tally files,
            @Nullable BucketCounts counts,
            String words) {}

    private static JsonObject withoutCertificate(JsonObject json, SnapshotInfo snapshot) throws IOException {
        JsonArray buckets = new JsonArray();
        snapshot.buckets().forEach(name -> buckets.add(BusJson.encode(new BucketLine(name, null, null, null, LEGACY))));
        return json.put("run_id", null)
                .put("started_at", null)
                .put("finished_at", null)
                .put("result", null)
                .put("files", null)
                .put("added", null)
                .put("allocated_bytes", null)
                .put("words", LEGACY)
                .put("buckets", buckets);
    }

    private static JsonObject withCertificate(JsonObject json, Certificate certificate) {
        JsonArray buckets = new JsonArray();
        Tally files = Tally.ZERO;
        Tally added = Tally.ZERO;
        for (Certificate.Bucket bucket : certificate.buckets()) {
            files = files.plus(bucket.files());
            added = added.plus(bucket.counts().downloaded());
            buckets.add(BusJson.encode(new BucketLine(
                    bucket.name(),
                    bucket.outcome().result(),
                    bucket.files(),
                    bucket.counts(),
                    CertificateWords.of(bucket))));
        }
        return json.put("run_id", certificate.runId())
                .put("started_at", certificate.startedAt().toString())
                .put("finished_at", certificate.run().finishedAt().toString())
                .put("result", BusJson.word(certificate.result()))
                .put("files", BusJson.encode(files))
                .put("added", BusJson.encode(added))
                .put("allocated_bytes", certificate.allocatedBytes())
                .put("words", CertificateWords.of(certificate))
                .put("buckets", buckets);
    }
}
