package io.hubstorage.web.api;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.FolderPage;
import io.hubstorage.browse.Preview;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Looking into a snapshot: folder by folder, one file at a time, and beside another snapshot. */
public final class BrowseRoutes {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1000;

    private final SnapshotAccess access;

    public BrowseRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/snapshots/:id/browse").respond(this::browse);
        router.get("/api/snapshots/:id/preview").respond(this::preview);
        router.get("/api/snapshots/:id/diff").respond(this::compare);
    }

    private Future<JsonObject> browse(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String prefix = query.text("prefix", SnapshotAccess.MOST_KEY, "");
        String after = query.text("after", SnapshotAccess.MOST_KEY);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        if (after != null && !after.startsWith(prefix)) {
            throw HttpProblem.badInput("after", after, "something that begins with the prefix");
        }
        return access.read(context, snapshot -> {
            try (KeyCursor entries = snapshot.open(bucket)) {
                FolderPage page = FolderPage.read(entries, prefix, after, limit);
                JsonArray items = new JsonArray();
                page.items().forEach(item -> items.add(json(item)));
                return new JsonObject()
                        .put("bucket", bucket)
                        .put("prefix", prefix)
                        .put("items", items)
                        .put("next", page.next());
            }
        });
    }

    private static JsonObject json(FolderPage.Item item) {
        return switch (item) {
            case FolderPage.Folder folder ->
                new JsonObject().put("folder", true).put("key", folder.name()).put("content", null);
            case FolderPage.File file ->
                new JsonObject().put("folder", false).put("key", file.name()).put("content", content(file.entry()));
        };
    }

    /** What is known of an entry's content, and when it was last changed. */
    static @Nullable JsonObject content(@Nullable ManifestEntry entry) {
        return entry == null
                ? null
                : new JsonObject()
                        .put("size", entry.size())
                        .put("last_modified", entry.lastModified().toString())
                        .put("etag", entry.etag())
                        .put("sha256", entry.sha256())
                        .put("state", entry.state().word());
    }

    private Future<JsonObject> preview(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        return access.read(context, snapshot -> {
            ManifestEntry entry = snapshot.entry(bucket, key);
            Preview preview = entry.directory()
                    ? new Preview(Preview.Kind.EMPTY, null, null, false)
                    : Preview.of(snapshot.file(bucket, entry));
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("key", key)
                    .put("content", content(entry))
                    .put("storage_class", entry.metadata().storageClass())
                    .put("version", entry.metadata().version())
                    .put("headers", new JsonObject(Map.copyOf(entry.metadata().headers())))
                    .put("metadata", new JsonObject(Map.copyOf(entry.metadata().user())))
                    .put("kind", preview.kind().name().toLowerCase(Locale.ROOT))
                    .put("text", preview.text())
                    .put("truncated", preview.truncated());
        });
    }

    private Future<JsonObject> compare(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String with = query.required("with", SnapshotAccess.MOST_NAME);
        String after = query.text("after", SnapshotAccess.MOST_KEY);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        boolean counts = query.flag("counts", after == null);
        AtomicBoolean gone = new AtomicBoolean();
        context.response().closeHandler(ignored -> gone.set(true));
        return access.search(
                context, newer -> compare(access.find(with), newer, bucket, after, limit, counts, gone::get));
    }

    private static JsonObject compare(
            SnapshotReader older,
            SnapshotReader newer,
            String bucket,
            @Nullable String after,
            int limit,
            boolean wholeCounts,
            BooleanSupplier cancelled)
            throws IOException {
        try (KeyCursor before = older.openIfThere(bucket);
                KeyCursor now = newer.openIfThere(bucket)) {
            Comparison comparison = Comparison.of(before, now, after, limit, wholeCounts, cancelled);
            JsonArray changes = new JsonArray();
            for (Comparison.Change change : comparison.changes()) {
                changes.add(new JsonObject()
                        .put("kind", change.kind().name().toLowerCase(Locale.ROOT))
                        .put("key", change.key())
                        .put("before", content(change.before()))
                        .put("now", content(change.now())));
            }
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("older", older.name())
                    .put("newer", newer.name())
                    .put("counts", counts(comparison.counts()))
                    .put("changes", changes)
                    .put("next", comparison.next());
        }
    }

    private static @Nullable JsonObject counts(Comparison.@Nullable Counts counts) {
        return counts == null ? null : BusJson.encode(counts);
    }
}
