package io.hubstorage.web.api;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderRanking;
import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/files/folders}: where the bytes of a bucket are. What was added up is remembered, as snapshots do not change. */
public final class FolderRankingRoutes {
    private static final int MOST_REMEMBERED = 200;

    private final SnapshotAccess access;
    private final LastUsed<FolderRanking> remembered = new LastUsed<>(MOST_REMEMBERED);

    public FolderRankingRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/files/folders").respond(this::folders);
    }

    private Future<Buffer> folders(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String at = query.text("at", SnapshotAccess.MOST_NAME);
        String since = query.text("since", SnapshotAccess.MOST_NAME);
        return access.searchJson(context, cancelled -> {
            SnapshotReader snapshot = access.at(bucket, at);
            SnapshotReader older = access.since(bucket, since, snapshot);
            FolderRanking ranking = remembered.get(
                    List.of(bucket, snapshot.stamp(bucket), older == null ? "" : older.stamp(bucket)),
                    () -> ranking(bucket, snapshot, older, cancelled));
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("at", snapshot.name())
                    .put("since", older == null ? null : older.name())
                    .put("files", BusJson.encode(ranking.files()))
                    .put("change", ranking.change() == null ? null : BusJson.encode(ranking.change()))
                    .put("largest", json(ranking.largest()))
                    .put("growing", json(ranking.growing()));
        });
    }

    private static FolderRanking ranking(
            String bucket, SnapshotReader snapshot, @Nullable SnapshotReader older, BooleanSupplier cancelled)
            throws IOException {
        try (KeyCursor now = snapshot.open(bucket);
                KeyCursor before = older == null ? null : older.openIfThere(bucket)) {
            return FolderRanking.of(now, before, cancelled);
        }
    }

    private static JsonArray json(List<FolderRanking.Folder> folders) {
        JsonArray json = new JsonArray();
        folders.forEach(folder -> json.add(new JsonObject()
                .put("prefix", folder.prefix())
                .put("objects", folder.sum().objects())
                .put("bytes", folder.sum().bytes())));
        return json;
    }
}
