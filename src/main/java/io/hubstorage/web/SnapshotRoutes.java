package io.hubstorage.web;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;

/** {@code /api/snapshots}: what is on the disk, read from there each time. */
final class SnapshotRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final int MAX_NAME = 255;

    private final Vertx vertx;
    private final ConfigStore store;

    SnapshotRoutes(Vertx vertx, ConfigStore store) {
        this.vertx = vertx;
        this.store = store;
    }

    void mount(Router router) {
        router.get("/api/snapshots").handler(this::list);
    }

    private void list(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        String before = query.text("before", MAX_NAME);
        Answers.json(
                context,
                200,
                vertx.executeBlocking(
                        () -> {
                            List<SnapshotInfo> all = new Snapshots(new Layout(store.dataPath())).list();
                            List<SnapshotInfo> wanted = before == null
                                    ? all
                                    : all.stream()
                                            .dropWhile(
                                                    snapshot -> !snapshot.name().equals(before))
                                            .skip(1)
                                            .toList();
                            JsonArray page = new JsonArray();
                            for (SnapshotInfo snapshot : wanted.subList(0, Math.min(limit, wanted.size()))) {
                                page.add(describe(snapshot));
                            }
                            return new JsonObject().put("snapshots", page).put("total", all.size());
                        },
                        false));
    }

    private static JsonObject describe(SnapshotInfo snapshot) throws IOException {
        Certificate certificate = snapshot.certificate();
        JsonObject json = new JsonObject()
                .put("name", snapshot.name())
                .put("path", snapshot.folder().toString())
                .put("legacy", snapshot.legacy());
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
                        .put("counts", null)));
        return json.put("run_id", null)
                .put("started_at", null)
                .put("finished_at", null)
                .put("result", null)
                .put("files", null)
                .put("buckets", buckets);
    }

    private static JsonObject withCertificate(JsonObject json, Certificate certificate) {
        JsonArray buckets = new JsonArray();
        Tally files = Tally.ZERO;
        for (Certificate.Bucket bucket : certificate.buckets()) {
            files = files.plus(bucket.files());
            buckets.add(new JsonObject()
                    .put("bucket", bucket.name())
                    .put("result", word(bucket.result()))
                    .put("files", BusJson.encode(bucket.files()))
                    .put("counts", BusJson.encode(bucket.counts())));
        }
        return json.put("run_id", certificate.runId())
                .put("started_at", certificate.startedAt().toString())
                .put("finished_at", certificate.finishedAt().toString())
                .put("result", word(certificate.result()))
                .put("files", BusJson.encode(files))
                .put("buckets", buckets);
    }

    /** An enumeration's value as the messages name it. */
    private static String word(Enum<?> value) {
        return BusJson.mapper().convertValue(value, String.class);
    }
}
