package io.hubstorage.web.api;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.KeyHistory;
import io.hubstorage.browse.history.TextDiff;
import io.hubstorage.browse.history.Timeline;
import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Of {@code /api/files}: which snapshots there are of a bucket, what a file was in each of them, and how its text changed. */
public final class FileHistoryRoutes {
    private static final int MAX_LIMIT = 1000;
    private static final int DEFAULT_VERSIONS = 100;
    private static final Duration MOST_LOOKING = Duration.ofSeconds(10);

    private final SnapshotAccess access;
    private final Timeline timeline = new Timeline();

    public FileHistoryRoutes(SnapshotAccess access) {
        this.access = access;
    }

    public void mount(Router router) {
        router.get("/api/files/timeline").respond(this::timeline);
        router.get("/api/files/versions").respond(this::versions);
        router.get("/api/files/diff").respond(this::diff);
    }

    private Future<Buffer> timeline(RoutingContext context) {
        String bucket = new Query(context).required("bucket", SnapshotAccess.MOST_NAME);
        return access.runJson(context, () -> {
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

    private Future<Buffer> versions(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        String before = query.text("before", SnapshotAccess.MOST_NAME);
        int limit = query.number("limit", 1, MAX_LIMIT, DEFAULT_VERSIONS);
        return access.searchJson(context, cancelled -> {
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
        return access.searchJson(context, _ -> {
            TextDiff.Side older = side(access.named(from), bucket, key);
            TextDiff.Side newer = side(access.named(to), bucket, key);
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
