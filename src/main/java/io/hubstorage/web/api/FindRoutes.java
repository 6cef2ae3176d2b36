package io.hubstorage.web.api;

import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.KeySearch;
import io.hubstorage.browse.KeyVersions;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.hubstorage.web.http.ResponseStream;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/find}: keys over all snapshots, each as soon as it is found. Lines of JSON rather than server-sent events:
 * an event source would begin the search anew when it has ended, and a fetch can be cancelled.
 */
public final class FindRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final int MOST_QUERY = 1024;
    private static final Duration MOST_TIME = Duration.ofSeconds(10);

    private final SnapshotAccess access;
    private final Background background;

    public FindRoutes(SnapshotAccess access, Background background) {
        this.access = access;
        this.background = background;
    }

    public void mount(Router router) {
        router.get("/api/find").handler(this::find);
    }

    private void find(RoutingContext context) {
        Query query = new Query(context);
        KeyQuery wanted = KeyQuery.of(query.required("q", MOST_QUERY));
        String bucket = query.text("bucket", SnapshotAccess.MOST_NAME);
        KeySearch.Place from = place(query.text("from", SnapshotAccess.MOST_NAME + SnapshotAccess.MOST_KEY + 2));
        KeySearch.Limits limits = new KeySearch.Limits(query.number("limit", 1, MAX_LIMIT, DEFAULT_LIMIT), MOST_TIME);
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
                    .put("content", BrowseRoutes.content(version.entry()))
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
