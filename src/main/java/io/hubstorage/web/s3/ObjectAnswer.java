package io.hubstorage.web.s3;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.FileRange;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * GetObject and HeadObject: an object that was found, and how it is sent.
 *
 * @param file absent for the marker of a folder, which has no bytes
 * @param written when the file was last written to
 */
record ObjectAnswer(S3Object object, @Nullable Path file, FileTime written) {
    /** The object under a key of a bucket, if there is one; its file is there and has the right size. Blocks. */
    static @Nullable ObjectAnswer find(S3Buckets.Place place, String key, OpenManifests manifests) throws IOException {
        ManifestEntry entry = entry(place, key, manifests);
        if (entry == null) {
            return null;
        }
        if (entry.directory()) {
            return new ObjectAnswer(new S3Object(entry), null, FileTime.from(entry.lastModified()));
        }
        try {
            Path file = place.snapshot().file(place.bucket(), entry);
            return new ObjectAnswer(
                    new S3Object(entry), file, Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS));
        } catch (NotThereException | NoSuchFileException e) {
            place.requireThere();
            throw S3Refusal.internal(String.valueOf(e.getMessage()));
        }
    }

    /** The manifest's line of a key, if it has one. Blocks. */
    static @Nullable ManifestEntry entry(S3Buckets.Place place, String key, OpenManifests manifests)
            throws IOException {
        if (place.snapshot().legacy()) {
            return place.snapshot().find(place.bucket(), key).orElse(null);
        }
        return manifests
                .read(place, entries -> {
                    entries.seek(key, key + '\0');
                    return Optional.ofNullable(entries.next());
                })
                .orElse(null);
    }

    /** Answers the request for it. */
    void send(RoutingContext context, S3Request request, Background background, FileProof proof) {
        HttpServerResponse response = context.response();
        if (Conditions.isKnown(request, object)) {
            ObjectHeaders.validators(object, response.headers());
            response.setStatusCode(304).end();
            return;
        }
        long size = object.size();
        FileRange whole = new FileRange(0, size);
        PartRange part = PartRange.of(request.parameter("partNumber"), object.entry());
        FileRange asked = part == null ? asked(request, response) : part.bytes();
        FileRange range = asked == null ? whole : asked;
        ObjectHeaders.describe(object, request, range.equals(whole), response.headers());
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
        if (part != null) {
            response.putHeader("x-amz-mp-parts-count", Integer.toString(part.parts()));
        }
        if (asked != null && size > 0) {
            response.setStatusCode(206).putHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
        }
        Path found = file;
        if (found == null || size == 0) {
            response.end();
            return;
        }
        FileProof.Stored stored = new FileProof.Stored(object.entry(), found, written);
        background.stream(context, Background.Load.DOWNLOAD, out -> proof.send(stored, range, out, out::gone));
    }

    private @Nullable FileRange asked(S3Request request, HttpServerResponse response) {
        if (!Conditions.rangeStands(request, object)) {
            return null;
        }
        try {
            return FileRange.of(request.header("range"), object.size());
        } catch (HttpProblem beyond) {
            response.putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + object.size());
            throw new S3Refusal(416, "InvalidRange", String.valueOf(beyond.getMessage()));
        }
    }
}
