package io.hubstorage.web.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * What came with the program: {@code /assets/…} (styles, scripts and icons from {@code webroot/}), the API contract and the
 * schema of the configuration. Read once from the class path and kept, each with an entity tag of its content: a browser asks
 * again every time and gets a 304 until an update brings another file.
 */
public final class Assets {
    private static final String PREFIX = "/assets/";
    private static final int TAG_BYTES = 12;
    /** Plain names only, none of them hidden. */
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");

    private static final Map<String, String> MEDIA_TYPES = Map.ofEntries(
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    /** Other people's scripts and styles, out of their own jars. */
    private static final Map<String, String> LIBRARIES = Map.of(
            "lib/uPlot.js", "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.esm.js",
            "lib/uPlot.css", "META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.min.css");

    private final Vertx vertx;
    private final Map<String, Resource> loaded = new ConcurrentHashMap<>();

    private record Resource(Buffer content, String etag) {}

    public Assets(Vertx vertx) {
        this.vertx = vertx;
    }

    public void mount(Router router) {
        router.get(PREFIX + "*").handler(this::asset);
        // At the root: a worker sees the pages below its own address.
        router.get("/service-worker.js")
                .handler(context -> send(context, "webroot/service-worker.js", "text/javascript; charset=utf-8"));
        router.get("/openapi.yaml")
                .handler(context -> send(context, "openapi.yaml", "application/yaml; charset=utf-8"));
        router.get("/api/config/schema")
                .handler(context -> send(context, "conf/config.schema.json", "application/schema+json"));
    }

    private void asset(RoutingContext context) {
        String path = context.normalizedPath().substring(PREFIX.length());
        int dot = path.lastIndexOf('.');
        // A folder would come as the list of its files: only what has an extension we know is served.
        String mediaType =
                dot < 0 ? null : MEDIA_TYPES.get(path.substring(dot + 1).toLowerCase(Locale.ROOT));
        if (mediaType == null || !PATH.matcher(path).matches()) {
            context.fail(404);
            return;
        }
        send(context, LIBRARIES.getOrDefault(path, "webroot/" + path), mediaType);
    }

    /** Answers with the file, or with a 404. The name must be one that this program makes or checked. */
    private void send(RoutingContext context, String name, String mediaType) {
        load(name)
                .onSuccess(found ->
                        found.ifPresentOrElse(resource -> send(context, resource, mediaType), () -> context.fail(404)))
                .onFailure(context::fail);
    }

    private static void send(RoutingContext context, Resource resource, String mediaType) {
        context.etag(resource.etag).response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        if (context.isFresh()) {
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
        try (InputStream in = Assets.class.getClassLoader().getResourceAsStream(name)) {
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
