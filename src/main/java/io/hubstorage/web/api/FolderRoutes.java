package io.hubstorage.web.api;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderRanking;
import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /api/files/folders}: where the bytes of a bucket are. What was added up is remembered, as snapshots do not change. */
public final class FolderRoutes {
    private static final int MOST_REMEMBERED = 200;
    /** What is given in place of an older snapshot, so that nothing is compared. */
    private static final String NONE = "none";

    private final SnapshotAccess access;
    private final Map<Asked, FolderRanking> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, FolderRanking> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Asked(String bucket, Path at, @Nullable Path since) {}

    public FolderRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/files/folders").respond(this::folders);
    }

    private Future<JsonObject> folders(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String at = query.text("at", SnapshotAccess.MOST_NAME);
        String since = query.text("since", SnapshotAccess.MOST_NAME);
        AtomicBoolean gone = new AtomicBoolean();
        context.response().closeHandler(_ -> gone.set(true));
        return access.search(context, () -> {
            SnapshotReader snapshot = at == null ? newest(bucket, null) : access.find(at);
            if (snapshot == null) {
                throw new NotThereException("No snapshot holds anything of this bucket.");
            }
            SnapshotReader older =
                    since == null ? newest(bucket, snapshot.name()) : since.equals(NONE) ? null : access.find(since);
            FolderRanking ranking = ranking(bucket, snapshot, older, gone::get);
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

    /** The newest one that holds the bucket, or the newest of those before the one of this name. */
    private @Nullable SnapshotReader newest(String bucket, @Nullable String before) throws IOException {
        try (Stream<Snapshots.Folder> folders = access.all().folders(before)) {
            return folders.map(SnapshotReader::new)
                    .filter(each -> each.has(bucket))
                    .findFirst()
                    .orElse(null);
        }
    }

    private FolderRanking ranking(
            String bucket, SnapshotReader snapshot, @Nullable SnapshotReader older, BooleanSupplier cancelled)
            throws IOException {
        Asked asked = new Asked(bucket, snapshot.folder(), older == null ? null : older.folder());
        synchronized (remembered) {
            FolderRanking known = remembered.get(asked);
            if (known != null) {
                return known;
            }
        }
        try (KeyCursor now = snapshot.open(bucket);
                KeyCursor before = older == null ? null : older.openIfThere(bucket)) {
            FolderRanking ranking = FolderRanking.of(now, before, cancelled);
            synchronized (remembered) {
                remembered.put(asked, ranking);
            }
            return ranking;
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
