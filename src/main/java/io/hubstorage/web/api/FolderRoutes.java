package io.hubstorage.web.api;

import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderMap;
import io.hubstorage.browse.history.FolderView;
import io.hubstorage.browse.history.FolderView.Edge;
import io.hubstorage.browse.history.FolderWindow;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Of {@code /api/files}: what is in a folder of a bucket, then and now. */
public final class FolderRoutes {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1000;
    private static final int MOST_SKIPPED = 1_000_000;
    private static final int MOST_QUERY = 1024;
    private static final Duration MOST_FILTERING = Duration.ofSeconds(2);
    /** Some hundred kilobytes each. */
    private static final int MAPS_KEPT = 8;
    /** Some megabytes each. */
    private static final int SORTED_KEPT = 3;

    private final SnapshotAccess access;
    private final LastUsed<FolderMap> maps = new LastUsed<>(MAPS_KEPT);
    private final LastUsed<FolderView.Sorted> sorted = new LastUsed<>(SORTED_KEPT);

    public FolderRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/files/folder").respond(this::folder);
        router.get("/api/files/map").respond(this::map);
    }

    /** What a request asks to see: a folder of a bucket, when, and beside when. */
    private record Asked(
            String bucket,
            @Nullable String at,
            @Nullable String since,
            String prefix,
            @Nullable String filter,
            boolean changes) {
        static Asked of(Query query) {
            return new Asked(
                    query.required("bucket", SnapshotAccess.MOST_NAME),
                    query.text("at", SnapshotAccess.MOST_NAME),
                    query.text("since", SnapshotAccess.MOST_NAME),
                    query.text("prefix", SnapshotAccess.MOST_KEY, ""),
                    query.text("q", MOST_QUERY),
                    query.flag("changes", false));
        }
    }

    @FunctionalInterface
    private interface Reading {
        JsonObject of(FolderView.Opening opening) throws Exception;
    }

    /**
     * Reads from the snapshots that were asked for. What is damaged in the one that is only compared with does not hide the other;
     * what was taken away meanwhile is said as that.
     */
    private JsonObject reading(Asked asked, Reading reading) throws Exception {
        SnapshotReader at = access.at(asked.bucket, asked.at);
        SnapshotReader since = access.since(asked.bucket, asked.since, at);
        try {
            return answer(asked, at, since, reading);
        } catch (IOException e) {
            access.named(at.name());
            if (since != null
                    && asked.since == null
                    && access.all().folder(since.name()).isEmpty()) {
                // Nobody has asked for that one.
                return reading(asked, reading);
            }
            if (since == null || !(e instanceof CorruptManifestException)) {
                throw e;
            }
            access.named(since.name());
            return answer(asked, at, null, reading).put("unreadable", since.name());
        }
    }

    private static JsonObject answer(Asked asked, SnapshotReader at, @Nullable SnapshotReader since, Reading reading)
            throws Exception {
        KeyQuery filter = asked.filter == null ? null : KeyQuery.of(asked.filter);
        JsonObject head = new JsonObject()
                .put("bucket", asked.bucket)
                .put("at", at.name())
                .put("since", since == null ? null : since.name())
                .putNull("unreadable")
                .put("prefix", asked.prefix);
        return head.mergeIn(
                reading.of(new FolderView.Opening(at, since, asked.bucket, asked.prefix, filter, asked.changes)));
    }

    private Future<Buffer> folder(RoutingContext context) {
        Query query = new Query(context);
        Asked asked = Asked.of(query);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT);
        boolean descending = "desc".equals(query.oneOf("order", List.of("asc", "desc")));
        String sort = query.oneOf("sort", List.of("name", "size", "time"));
        if (sort == null || sort.equals("name")) {
            FolderView.Place place = place(query, asked.prefix, limit, descending);
            if (query.text("offset", 100) != null) {
                throw HttpProblem.badInput(
                        "offset", "sort=name", "after, before or from; offset goes with another sort");
            }
            return asked.filter == null && !asked.changes
                    ? access.runJson(context, () -> window(asked, place))
                    : access.searchJson(context, _ -> window(asked, place));
        }
        FolderView.Sorting by = FolderView.Sorting.valueOf(sort.toUpperCase(Locale.ROOT));
        for (String name : List.of("after", "before", "from", "skip")) {
            if (query.text(name, SnapshotAccess.MOST_KEY) != null) {
                throw HttpProblem.badInput(name, "sort=" + sort, "offset, unless rows are sorted by name");
            }
        }
        int offset = query.number("offset", 0, FolderView.MOST_SORTED, 0);
        return access.searchJson(context, cancelled -> sorted(asked, by, descending, offset, limit, cancelled));
    }

    private static FolderView.Place place(Query query, String prefix, int limit, boolean descending) {
        Edge edge = Edge.NONE;
        String key = "";
        for (Edge each : List.of(Edge.FROM, Edge.AFTER, Edge.BEFORE)) {
            String name = BusJson.word(each);
            String value = query.text(name, SnapshotAccess.MOST_KEY);
            if (value == null) {
                continue;
            }
            if (edge != Edge.NONE) {
                throw HttpProblem.badInput(name, value, "only one of from, after and before");
            }
            if (!value.startsWith(prefix)) {
                throw HttpProblem.badInput(name, value, "something that begins with the prefix");
            }
            edge = each;
            key = value;
        }
        return new FolderView.Place(edge, key, query.number("skip", 0, MOST_SKIPPED, 0), limit, descending);
    }

    private JsonObject window(Asked asked, FolderView.Place place) throws Exception {
        return reading(asked, opening -> {
            try (FolderView view = FolderView.open(opening)) {
                FolderWindow window = view.read(place, MOST_FILTERING);
                return new JsonObject()
                        .put("rows", rows(window.rows()))
                        .put("previous", window.previous())
                        .put("next", window.next());
            }
        });
    }

    private JsonObject sorted(
            Asked asked, FolderView.Sorting by, boolean descending, int offset, int limit, BooleanSupplier cancelled)
            throws Exception {
        return reading(asked, opening -> {
            try (FolderView view = FolderView.open(opening)) {
                FolderView.Sorted all = sorted.get(
                        key(asked, opening, by, descending, asked.changes),
                        () -> view.sorted(by, descending, cancelled));
                return new JsonObject()
                        .put("rows", rows(view.page(all, offset, limit)))
                        .putNull("previous")
                        .putNull("next")
                        .put("position", offset)
                        .put("total", all.total())
                        .put("limited", all.total() > all.rows().size());
            }
        });
    }

    /** What an answer is remembered by: manifests never change, but a name could be of another snapshot by now. */
    private static List<Object> key(Asked asked, FolderView.Opening opening, Object... more) {
        List<Object> key = new ArrayList<>(List.of(more));
        key.add(asked.bucket);
        key.add(asked.prefix);
        key.add(asked.filter == null ? "" : asked.filter);
        key.add(opening.at().stamp(asked.bucket));
        key.add(opening.since() == null ? "" : opening.since().stamp(asked.bucket));
        return key;
    }

    private static JsonArray rows(List<FolderWindow.Row> rows) {
        JsonArray all = new JsonArray();
        for (FolderWindow.Row row : rows) {
            FolderWindow.Seen shown = row.now() == null ? row.before() : row.now();
            JsonObject json = new JsonObject()
                    .put("key", row.key())
                    .put("folder", row.folder())
                    .put("state", row.state() == null ? null : BusJson.word(row.state()));
            put(json, row.folder(), shown);
            all.add(json.put(
                    "before", row.before() == null ? null : put(new JsonObject(), row.folder(), row.before())));
        }
        return all;
    }

    private static JsonObject put(JsonObject json, boolean folder, FolderWindow.@Nullable Seen seen) {
        Tally files = seen == null ? null : seen.files();
        Instant modified = seen == null ? null : seen.lastModified();
        return json.put("objects", folder && files != null ? files.objects() : null)
                .put("bytes", files == null ? null : files.bytes())
                .put("last_modified", modified == null ? null : modified.toString());
    }

    private Future<Buffer> map(RoutingContext context) {
        Asked asked = Asked.of(new Query(context));
        return access.searchJson(
                context,
                cancelled -> reading(asked, opening -> {
                    FolderMap map = maps.get(key(asked, opening), () -> FolderMap.of(opening, cancelled));
                    return new JsonObject()
                            .put("total", map.total())
                            .put("every", map.every())
                            .put("keys", new JsonArray(map.keys()))
                            .put("objects", map.files().objects())
                            .put("bytes", map.files().bytes())
                            .put("added", BusJson.encode(map.added()))
                            .put("changed", BusJson.encode(map.changed()))
                            .put("removed", BusJson.encode(map.removed()));
                }));
    }
}
