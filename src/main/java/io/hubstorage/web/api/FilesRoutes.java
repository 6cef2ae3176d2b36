package io.hubstorage.web.api;

import io.hubstorage.browse.Timeline;
import io.hubstorage.bus.BusJson;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/files}: a bucket by what is in it, with the snapshots as its time: a folder, a file, then and now. */
public final class FilesRoutes {
    private final SnapshotAccess access;
    private final Timeline timeline = new Timeline();

    public FilesRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/files/timeline").respond(this::timeline);
    }

    private Future<Buffer> timeline(RoutingContext context) {
        String bucket = new Query(context).required("bucket", SnapshotAccess.MOST_NAME);
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        return access.run(() -> {
            JsonArray snapshots = new JsonArray();
            timeline.of(new Layout(access.store().dataPath()), bucket).forEach(moment -> snapshots.add(json(moment)));
            // Of ten thousand it is megabytes: not for an event loop.
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("snapshots", snapshots)
                    .toBuffer();
        });
    }

    private static JsonObject json(Timeline.Moment moment) {
        Timeline.Held held = moment.held();
        JsonObject json = new JsonObject()
                .put("name", moment.name())
                .put("legacy", held == null)
                .put("pinned", moment.pinned());
        return held == null
                ? json.putNull("at")
                        .putNull("result")
                        .putNull("left_out")
                        .putNull("files")
                        .putNull("added")
                        .putNull("removed")
                : json.put("at", held.at().toString())
                        .put("result", BusJson.word(held.result()))
                        .put("left_out", held.leftOut())
                        .put("files", BusJson.encode(held.files()))
                        .put("added", BusJson.encode(held.added()))
                        .put("removed", BusJson.encode(held.removed()));
    }
}
