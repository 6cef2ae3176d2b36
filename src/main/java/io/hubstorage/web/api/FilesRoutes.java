package io.hubstorage.web.api;

import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderMap;
import io.hubstorage.browse.history.FolderView;
import io.hubstorage.browse.history.FolderView.Edge;
import io.hubstorage.browse.history.FolderWindow;
import io.hubstorage.browse.history.KeyHistory;
import io.hubstorage.browse.history.TextDiff;
import io.hubstorage.browse.history.Timeline;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.CorruptManifestException;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/files}: a bucket by what is in it, with the snapshots as its time: a folder, a file, then and now. */
public final class FilesRoutes {
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1000;
    private static final int MOST_SKIPPED = 1_000_000;
    private static final int MOST_QUERY = 1024;
    private static final int DEFAULT_VERSIONS = 100;
    /** Compared with nothing. */
    private static final String NONE = "none";

    private static final Duration MOST_FILTERING = Duration.ofSeconds(2);
    private static final Duration MOST_LOOKING = Duration.ofSeconds(10);
    /** Some hundred kilobytes each. */
    private static final int MAPS_KEPT = 8;
    /** Some megabytes each. */
    private static final int SORTED_KEPT = 3;

    private final SnapshotAccess access;
    private final Timeline timeline = new Timeline();
    private final Map<List<Object>, FolderMap> maps = lastUsed(MAPS_KEPT);
    private final Map<List<Object>, FolderView.Sorted> sorted = lastUsed(SORTED_KEPT);

    public FilesRoutes(SnapshotAccess access) {
        this.access = access;
    }

    private static <T> Map<List<Object>, T> lastUsed(int most) {
        return Collections.synchronizedMap(new LinkedHashMap<>(most, 1, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<List<Object>, T> eldest) {
                return size() > most;
            }
        });
    }

    public void mount(Router router) {
        router.get("/api/files/timeline").respond(this::timeline);
        router.get("/api/files/folder").respond(this::folder);
        router.get("/api/files/map").respond(this::map);
        router.get("/api/files/versions").respond(this::versions);
        router.get("/api/files/diff").respond(this::diff);
    }

    /** Something that may take long, for as long as somebody waits for it. */
    private Future<Buffer> search(RoutingContext context, Search work) {
        AtomicBoolean gone = new AtomicBoolean();
        context.response().closeHandler(ignored -> gone.set(true));
        return json(context, access.search(context, () -> work.run(gone::get).toBuffer()));
    }

    @FunctionalInterface
    private interface Search {
        JsonObject run(BooleanSupplier cancelled) throws Exception;
    }

    private Future<Buffer> run(RoutingContext context, Callable<JsonObject> work) {
        // Thousands of rows are made into text where they were read: not on an event loop.
        return json(context, access.run(() -> work.call().toBuffer()));
    }

    private static Future<Buffer> json(RoutingContext context, Future<Buffer> body) {
        return body.onSuccess(ignored -> context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json"));
    }

    private Future<Buffer> timeline(RoutingContext context) {
        String bucket = new Query(context).required("bucket", SnapshotAccess.MOST_NAME);
        return run(context, () -> {
            JsonArray snapshots = new JsonArray();
            moments(bucket).forEach(moment -> snapshots.add(json(moment)));
            return new JsonObject().put("bucket", bucket).put("snapshots", snapshots);
        });
    }

    private List<Timeline.Moment> moments(String bucket) throws IOException {
        return timeline.of(new Layout(access.store().dataPath()), bucket);
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
        SnapshotReader at = at(asked);
        SnapshotReader since = since(asked, at);
        try {
            return answer(asked, at, since, reading);
        } catch (IOException e) {
            requireThere(at.name());
            if (since != null
                    && asked.since == null
                    && access.all().folder(since.name()).isEmpty()) {
                // Nobody has asked for that one.
                return reading(asked, reading);
            }
            if (since == null || !(e instanceof CorruptManifestException)) {
                throw e;
            }
            requireThere(since.name());
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

    private SnapshotReader at(Asked asked) throws IOException {
        return asked.at == null
                ? holding(asked.bucket, null)
                        .orElseThrow(() -> new NotThereException("No snapshot holds anything of this bucket."))
                : named(asked.at);
    }

    private @Nullable SnapshotReader since(Asked asked, SnapshotReader at) throws IOException {
        if (asked.since == null) {
            return holding(asked.bucket, at.name()).orElse(null);
        }
        return asked.since.equalsIgnoreCase(NONE) ? null : named(asked.since);
    }

    /** The newest that holds the bucket, of those older than the one of this name. */
    private Optional<SnapshotReader> holding(String bucket, @Nullable String before) throws IOException {
        return access.all()
                .folders(before)
                .map(SnapshotReader::new)
                .filter(snapshot -> snapshot.has(bucket))
                .findFirst();
    }

    private SnapshotReader named(String name) throws NotThereException {
        return access.all()
                .folder(name)
                .map(SnapshotReader::new)
                .orElseThrow(() -> new NotThereException(
                        "There is no snapshot %s. It may have been removed; choose another one.".formatted(name)));
    }

    private void requireThere(String name) throws NotThereException {
        named(name);
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
                    ? run(context, () -> window(asked, place))
                    : search(context, cancelled -> window(asked, place));
        }
        FolderView.Sorting by = FolderView.Sorting.valueOf(sort.toUpperCase(Locale.ROOT));
        for (String name : List.of("after", "before", "from", "skip")) {
            if (query.text(name, SnapshotAccess.MOST_KEY) != null) {
                throw HttpProblem.badInput(name, "sort=" + sort, "offset, unless rows are sorted by name");
            }
        }
        int offset = query.number("offset", 0, FolderView.MOST_SORTED, 0);
        return search(context, cancelled -> sorted(asked, by, descending, offset, limit, cancelled));
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
                List<Object> key = key(asked, opening, by, descending, asked.changes);
                FolderView.Sorted all = sorted.get(key);
                if (all == null) {
                    all = view.sorted(by, descending, cancelled);
                    sorted.put(key, all);
                }
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
        key.add(opening.since() == null ? NONE : opening.since().stamp(asked.bucket));
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
        return search(
                context,
                cancelled -> reading(asked, opening -> {
                    List<Object> key = key(asked, opening);
                    FolderMap map = maps.get(key);
                    if (map == null) {
                        map = FolderMap.of(opening, cancelled);
                        maps.put(key, map);
                    }
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

    private Future<Buffer> versions(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        String before = query.text("before", SnapshotAccess.MOST_NAME);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_VERSIONS);
        return search(context, cancelled -> {
            List<KeyHistory.Moment> newestFirst = new ArrayList<>();
            for (Timeline.Moment moment : moments(bucket).reversed()) {
                Optional<Snapshots.Folder> folder = access.all().folder(moment.name());
                Instant at = moment.held() == null ? null : moment.held().at();
                folder.ifPresent(found -> newestFirst.add(new KeyHistory.Moment(new SnapshotReader(found), at)));
            }
            return json(
                    bucket,
                    key,
                    KeyHistory.of(older(newestFirst, before), bucket, key, limit, MOST_LOOKING, cancelled));
        });
    }

    private static List<KeyHistory.Moment> older(List<KeyHistory.Moment> newestFirst, @Nullable String before) {
        for (int i = 0; i < newestFirst.size() && before != null; i++) {
            if (newestFirst.get(i).snapshot().name().equals(before)) {
                return newestFirst.subList(i + 1, newestFirst.size());
            }
        }
        if (before != null) {
            throw HttpProblem.badInput("before", before, "a snapshot that holds the bucket");
        }
        return newestFirst;
    }

    private static JsonObject json(String bucket, String key, KeyHistory history) {
        JsonArray versions = new JsonArray();
        for (KeyHistory.Version version : history.versions()) {
            ManifestEntry entry = version.entry();
            versions.add(new JsonObject()
                    .put("first", version.first())
                    .put("last", version.last())
                    .put("snapshots", version.snapshots())
                    .put("at", version.at() == null ? null : version.at().toString())
                    .put("gone", entry == null)
                    .put("size", entry == null ? null : entry.size())
                    .put(
                            "last_modified",
                            entry == null ? null : entry.lastModified().toString())
                    .put("etag", entry == null ? null : entry.etag())
                    .put("sha256", entry == null ? null : entry.sha256()));
        }
        return new JsonObject()
                .put("bucket", bucket)
                .put("key", key)
                .put("versions", versions)
                .put("next", history.next())
                .put("unreadable", new JsonArray(history.unreadable()));
    }

    private Future<Buffer> diff(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        String from = query.required("from", SnapshotAccess.MOST_NAME);
        String to = query.required("to", SnapshotAccess.MOST_NAME);
        return search(context, cancelled -> {
            TextDiff.Side older = side(named(from), bucket, key);
            TextDiff.Side newer = side(named(to), bucket, key);
            if (older == null && newer == null) {
                throw new NotThereException("Neither snapshot holds this key.");
            }
            TextDiff diff = TextDiff.of(older, newer);
            JsonArray hunks = new JsonArray();
            diff.hunks().forEach(hunk -> hunks.add(json(hunk)));
            return new JsonObject()
                    .put("bucket", bucket)
                    .put("key", key)
                    .put("from", from)
                    .put("to", to)
                    .put("kind", BusJson.word(diff.kind()))
                    .put("hunks", hunks)
                    .put("truncated", diff.truncated())
                    .put("coarse", diff.coarse());
        });
    }

    /** Null where the snapshot has no such file. */
    private static TextDiff.@Nullable Side side(SnapshotReader snapshot, String bucket, String key) throws IOException {
        Optional<ManifestEntry> entry = snapshot.has(bucket)
                ? snapshot.find(bucket, key).filter(found -> !found.directory())
                : Optional.empty();
        return entry.isEmpty() ? null : new TextDiff.Side(snapshot.file(bucket, entry.get()), entry.get());
    }

    private static JsonObject json(TextDiff.Hunk hunk) {
        JsonArray lines = new JsonArray();
        hunk.lines()
                .forEach(line -> lines.add(
                        new JsonObject().put("kind", BusJson.word(line.kind())).put("text", line.text())));
        return new JsonObject().put("from", hunk.from()).put("to", hunk.to()).put("lines", lines);
    }
}
