package io.hubstorage.web.api;

import io.hubstorage.browse.FolderArchive;
import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.Preview;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.StoredContent;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.Disposition;
import io.hubstorage.web.http.FileRange;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files out of a snapshot: one, the picture in one, or whole folders and several files. A file is only ever handed over to be saved, under a
 * type that no browser opens; a picture is shown by what its bytes say it is, where nothing in it may run.
 */
public record DownloadRoutes(SnapshotAccess access, Background background) {
    private static final String SANDBOX = "default-src 'none'; sandbox";
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    public void mount(Router router) {
        router.get("/api/snapshots/:id/file").handler(this::file);
        router.get("/api/snapshots/:id/image").handler(this::image);
        router.get("/api/snapshots/:id/zip").handler(this::zip);
    }

    private record Found(ManifestEntry entry, Path file) {
        /** Quoted; absent when no hash is known. */
        @Nullable
        String etag() {
            String hash = entry.sha256();
            return hash != null && SHA_256.matcher(hash).matches() ? '"' + hash + '"' : null;
        }
    }

    private static Found find(SnapshotReader snapshot, String bucket, String key) throws IOException {
        ManifestEntry entry = snapshot.entry(bucket, key);
        if (entry.directory()) {
            throw new NotThereException("This key is a folder: there is nothing to download but what is in it.");
        }
        return new Found(entry, snapshot.file(bucket, entry));
    }

    private void file(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        access.read(context, snapshot -> find(snapshot, bucket, key))
                .onSuccess(found -> send(context, found))
                .onFailure(context::fail);
    }

    private void send(RoutingContext context, Found found) {
        String etag = found.etag();
        HttpServerResponse response = context.response();
        if (etag != null && context.etag(etag).isFresh()) {
            response.setStatusCode(304).end();
            return;
        }
        long size = found.entry().size();
        String ifRange = context.request().getHeader("If-Range");
        boolean mayBePart = ifRange == null || ifRange.equals(etag);
        FileRange range;
        try {
            range = mayBePart ? FileRange.of(context.request().getHeader("Range"), size) : null;
        } catch (HttpProblem problem) {
            response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
            context.fail(problem);
            return;
        }
        attachment(response, lastSegment(found.entry().key()), "application/octet-stream");
        response.putHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (range != null) {
            response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
        }
        sendBytes(context, found, range == null ? new FileRange(0, size) : range);
    }

    private void image(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        String key = query.required("key", SnapshotAccess.MOST_KEY);
        access.read(context, snapshot -> {
                    Found found = find(snapshot, bucket, key);
                    Preview preview = Preview.of(found.file(), found.entry());
                    if (preview.kind() != Preview.Kind.IMAGE) {
                        throw new HttpProblem(415, "This file is no picture that could be shown safely.");
                    }
                    return new Picture(found, Objects.requireNonNull(preview.mediaType()));
                })
                .onSuccess(picture -> {
                    harmless(context.response(), picture.mediaType());
                    sendBytes(
                            context,
                            picture.found(),
                            new FileRange(0, picture.found().entry().size()));
                })
                .onFailure(context::fail);
    }

    private record Picture(Found found, String mediaType) {}

    private void sendBytes(RoutingContext context, Found found, FileRange range) {
        context.response().putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
        background.stream(context, Background.Load.DOWNLOAD, out -> {
            try (SeekableByteChannel content = StoredContent.open(found.file(), found.entry())) {
                range.copy(content, out);
            }
        });
    }

    private void zip(RoutingContext context) {
        Query query = new Query(context);
        String bucket = query.required("bucket", SnapshotAccess.MOST_NAME);
        List<String> prefixes = query.texts("prefix", SnapshotAccess.MOST_KEY);
        List<String> keys = query.texts("key", SnapshotAccess.MOST_KEY);
        List<String> all = prefixes.isEmpty() && keys.isEmpty() ? List.of("") : prefixes;
        FolderArchive.Choice choice = new FolderArchive.Choice(all, keys);
        access.read(context, snapshot -> checked(snapshot, bucket, choice))
                .onSuccess(snapshot -> {
                    String only = keys.isEmpty() && prefixes.size() == 1 ? "-" + lastSegment(prefixes.getFirst()) : "";
                    String name = bucket + only + "-" + snapshot.name() + ".zip";
                    attachment(context.response().setChunked(true), name, "application/zip");
                    FolderArchive archive = new FolderArchive(snapshot, bucket);
                    background.stream(context, Background.Load.ARCHIVE, out -> archive.write(choice, out));
                })
                .onFailure(context::fail);
    }

    private static SnapshotReader checked(SnapshotReader snapshot, String bucket, FolderArchive.Choice choice)
            throws IOException {
        if (!new FolderArchive(snapshot, bucket).isAnything(choice)) {
            throw new NotThereException("The snapshot holds nothing of that.");
        }
        return snapshot;
    }

    private static void attachment(HttpServerResponse response, String name, String mediaType) {
        harmless(response, mediaType);
        response.putHeader("Content-Disposition", Disposition.attachment(name));
    }

    /** Whatever it is, nothing in it runs; and nothing on the way packs it, which would change its length. */
    private static void harmless(HttpServerResponse response, String mediaType) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, mediaType)
                .putHeader("Content-Security-Policy", SANDBOX)
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
    }

    /** What people call the file: the key behind its last slash, other than one at the end. */
    private static String lastSegment(String key) {
        String trimmed = key.replaceAll("/+$", "");
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }
}
