package io.hubstorage.web.api;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.FolderPage;
import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.KeySearch;
import io.hubstorage.browse.KeyVersions;
import io.hubstorage.browse.Preview;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.hubstorage.web.http.ResponseStream;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Looking into snapshots: folder by folder, one file at a time, beside another snapshot, and for keys in all of them. */
public record BrowseRoutes(SnapshotAccess access, Background background) {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1000;
    private static final int DEFAULT_FOUND = 100;
    private static final int MOST_QUERY = 1024;
    private static final Duration MOST_TIME = Duration.ofSeconds(10);

    public void mount(Router router) {
        router.get("/api/snapshots/:id/browse").respond(this::browse);
        router.get("/api/snapshots/:id/preview").respond(this::preview);
        router.get("/api/snapshots/:id/diff").respond(this::compare);
        router.get("/api/find").handler(this::find);
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
                page.items()
                        .forEach(item -> items.add(new JsonObject()
                                .put("folder", item.entry() == null)
                                .put("key", item.name())
                                .put("content", content(item.entry()))));
                return new JsonObject()
                        .put("bucket", bucket)
                        .put("prefix", prefix)
                        .put("items", items)
                        .put("next", page.next());
            }
        });
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
            Path file = entry.directory() ? null : snapshot.file(bucket, entry);
            Preview preview =
                    file == null ? new Preview(Preview.Kind.EMPTY, null, null, false) : Preview.of(file, entry);
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("key", key)
                    .put("path", file == null ? null : file.toString())
                    .put("content", content(entry))
                    .put("storage_class", entry.metadata().storageClass())
                    .put("version", entry.metadata().version())
                    .put("headers", new JsonObject(Map.copyOf(entry.metadata().headers())))
                    .put("metadata", new JsonObject(Map.copyOf(entry.metadata().user())))
                    .put("kind", BusJson.word(preview.kind()))
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
        String id = context.pathParam("id");
        return access.search(context, cancelled -> {
            SnapshotReader newer = access.find(id);
            return compare(access.find(with), newer, bucket, after, limit, counts, cancelled);
        });
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
                        .put("kind", BusJson.word(change.kind()))
                        .put("key", change.key())
                        .put("before", content(change.before()))
                        .put("now", content(change.now())));
            }
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("older", older.name())
                    .put("newer", newer.name())
                    .put("counts", comparison.counts() == null ? null : BusJson.encode(comparison.counts()))
                    .put("changes", changes)
                    .put("next", comparison.next());
        }
    }

    /**
     * Keys over all snapshots, each as soon as it is found. Lines of JSON rather than server-sent events: an event source would
     * begin the search anew when it has ended, and a fetch can be cancelled.
     */
    private void find(RoutingContext context) {
        Query query = new Query(context);
        KeyQuery wanted = KeyQuery.of(query.required("q", MOST_QUERY));
        String bucket = query.text("bucket", SnapshotAccess.MOST_NAME);
        KeySearch.Place from = place(query.text("from", SnapshotAccess.MOST_NAME + SnapshotAccess.MOST_KEY + 2));
        KeySearch.Limits limits = new KeySearch.Limits(query.number("limit", 1, MAX_LIMIT, DEFAULT_FOUND), MOST_TIME);
        context.response()
                .setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/x-ndjson")
                // Packed, lines would wait for others.
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        background.stream(context, Background.Load.SEARCH, out -> search(wanted, bucket, from, limits, out));
    }

    private void search(
            KeyQuery query,
            @Nullable String bucket,
            KeySearch.@Nullable Place from,
            KeySearch.Limits limits,
            ResponseStream out)
            throws IOException {
        List<SnapshotReader> snapshots =
                access.all().folders(null).map(SnapshotReader::new).toList();
        KeySearch search = new KeySearch(
                snapshots, query, limits, out::gone, found -> line(new JsonObject().put("found", json(found)), out));
        KeySearch.Place more = search.run(bucket, from);
        line(
                new JsonObject()
                        .put(
                                "end",
                                new JsonObject()
                                        .put("from", more == null ? null : more.bucket() + '/' + more.from())
                                        .put("unreadable", new JsonArray(List.copyOf(search.unreadable())))
                                        .put("left_out", search.leftOut())),
                out);
    }

    /** A bucket has no slash in its name. */
    private static KeySearch.@Nullable Place place(@Nullable String text) {
        if (text == null) {
            return null;
        }
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw HttpProblem.badInput("from", text, "the from that an earlier answer ended with");
        }
        return new KeySearch.Place(text.substring(0, slash), text.substring(slash + 1));
    }

    private static JsonObject json(KeyVersions found) {
        JsonArray versions = new JsonArray();
        for (KeyVersions.Version version : found.versions()) {
            versions.add(new JsonObject()
                    .put("content", content(version.entry()))
                    .put("first", version.first())
                    .put("last", version.last())
                    .put("snapshots", version.snapshots()));
        }
        return new JsonObject()
                .put("bucket", found.bucket())
                .put("key", found.key())
                .put("snapshots", found.snapshots())
                .put("versions", versions)
                .put("more_versions", found.more());
    }

    private static void line(JsonObject json, ResponseStream out) {
        try {
            out.write((json.encode() + '\n').getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
