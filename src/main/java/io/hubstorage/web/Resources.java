package io.hubstorage.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that came with the program, read once from the class path and kept, each with an entity tag of its content: a
 * browser asks again every time and gets a 304 until an update brings another file.
 */
final class Resources {
    private static final int TAG_BYTES = 12;

    private final Vertx vertx;
    private final Map<String, Resource> loaded = new ConcurrentHashMap<>();

    private record Resource(Buffer content, String etag) {}

    Resources(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Answers with the file, or with a 404. The name must be one that this program makes or checked. */
    void send(RoutingContext context, String name, String mediaType) {
        load(name)
                .onSuccess(found ->
                        found.ifPresentOrElse(resource -> send(context, resource, mediaType), () -> context.fail(404)))
                .onFailure(context::fail);
    }

    private static void send(RoutingContext context, Resource resource, String mediaType) {
        context.response().putHeader(HttpHeaders.ETAG, resource.etag).putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (Answers.unchanged(context, resource.etag)) {
            context.response().setStatusCode(304).end();
            return;
        }
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, mediaType).end(resource.content);
    }

    private Future<Optional<Resource>> load(String name) {
        Resource known = loaded.get(name);
        if (known != null) {
            return Future.succeededFuture(Optional.of(known));
        }
        // What is not there is not remembered: anybody could fill the memory with names.
        return vertx.executeBlocking(() -> read(name), false)
                .onSuccess(found -> found.ifPresent(resource -> loaded.put(name, resource)));
    }

    private static Optional<Resource> read(String name) throws IOException, NoSuchAlgorithmException {
        try (InputStream in = Resources.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return Optional.of(
                    new Resource(Buffer.buffer(bytes), '"' + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + '"'));
        }
    }
}
