package io.hubstorage.web;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code /assets/…}: styles, scripts and icons from {@code webroot/}; and the API contract. */
final class AssetRoutes {
    private static final String PREFIX = "/assets/";
    /** Plain names only, none of them hidden. */
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*");

    private static final Map<String, String> MEDIA_TYPES = Map.ofEntries(
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
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

    private final Resources resources;

    AssetRoutes(Resources resources) {
        this.resources = resources;
    }

    void mount(Router router) {
        router.get(PREFIX + "*").handler(this::asset);
        router.get("/openapi.yaml")
                .handler(context -> resources.send(context, "openapi.yaml", "application/yaml; charset=utf-8"));
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
        resources.send(context, LIBRARIES.getOrDefault(path, "webroot/" + path), mediaType);
    }
}
