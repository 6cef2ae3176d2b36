package io.hubstorage.web;

import io.hubstorage.config.Environment;
import io.hubstorage.config.Settings;
import io.hubstorage.web.http.Connections;
import io.hubstorage.web.metrics.WorkerMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web server of a worker: whether it is well, and its metrics. Nothing else is served, and nothing can be changed. */
public final class WorkerVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final String METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Settings.Web web;
    private final @Nullable String token;
    private final PrometheusMeterRegistry registry;
    private final Supplier<Standing> standing;
    private @Nullable HttpServer server;
    private @Nullable Connections connections;

    /**
     * How the worker stands.
     *
     * @param ready whether the service gives it work
     * @param sentence what it does, or why it does nothing
     */
    public record Standing(boolean ready, String sentence) {}

    /** @param standing callable from any thread */
    public WorkerVerticle(
            Environment environment,
            String version,
            PrometheusMeterRegistry registry,
            Supplier<Standing> standing,
            IntSupplier shards) {
        this.web = environment.settings().web();
        this.token = environment.get("HUBSTORAGE_WEB_TOKEN");
        this.registry = registry;
        this.standing = standing;
        WorkerMetrics.addTo(registry, version, () -> standing.get().ready(), shards);
    }

    @Override
    public Future<?> start() {
        Connections all = new Connections(vertx, Connections.Limits.DEFAULT);
        all.start();
        connections = all;
        HttpServerOptions options = new HttpServerOptions()
                .setHost(web.host())
                .setPort(web.port())
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setHandle100ContinueAutomatically(false);
        return vertx.createHttpServer(options)
                .connectionHandler(all::opened)
                .requestHandler(all.before(this::serve))
                .listen()
                .onSuccess(listening -> {
                    server = listening;
                    LOG.info(
                            "Health checks and metrics on http://{}:{}",
                            Settings.Web.inUrl(web.host()),
                            listening.actualPort());
                });
    }

    /** Where it listens; once it has started. */
    public int actualPort() {
        HttpServer listening = server;
        if (listening == null) {
            throw new IllegalStateException("not listening");
        }
        return listening.actualPort();
    }

    private void serve(HttpServerRequest request) {
        boolean asks =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!asks) {
            problem(request, 405, "A worker takes no requests but GET.");
            return;
        }
        switch (request.path()) {
            case "/health/live" ->
                json(request, 200, new JsonObject().put("status", "UP").put("outcome", "UP"));
            case "/health/ready" -> ready(request);
            case "/metrics" -> metrics(request);
            default ->
                problem(
                        request,
                        404,
                        "This is a worker: it has /health/live, /health/ready and /metrics. The dashboard is the"
                                + " service's.");
        }
    }

    private void ready(HttpServerRequest request) {
        Standing now = standing.get();
        String word = now.ready() ? "UP" : "DOWN";
        json(
                request,
                now.ready() ? 200 : 503,
                new JsonObject().put("status", word).put("outcome", word).put("detail", now.sentence()));
    }

    private void metrics(HttpServerRequest request) {
        if (!mayScrape(request.getHeader(HttpHeaders.AUTHORIZATION))) {
            request.response().putHeader("WWW-Authenticate", "Bearer realm=\"HubStorage\"");
            problem(
                    request,
                    401,
                    "The metrics of a worker want its HUBSTORAGE_WEB_TOKEN (Authorization: Bearer), or"
                            + " HUBSTORAGE_AUTH=none.");
            return;
        }
        vertx.executeBlocking(registry::scrape, false)
                .onSuccess(text -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, METRICS_TEXT)
                        .end(text))
                .onFailure(_ -> problem(request, 500, "The metrics cannot be read."));
    }

    private boolean mayScrape(@Nullable String authorization) {
        if (web.login().off()) {
            return true;
        }
        if (token == null) {
            return Settings.Web.isLoopback(web.host());
        }
        byte[] wanted = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        return authorization != null && MessageDigest.isEqual(wanted, authorization.getBytes(StandardCharsets.UTF_8));
    }

    private static void problem(HttpServerRequest request, int status, String detail) {
        answer(
                request,
                status,
                "application/problem+json",
                new JsonObject()
                        .put("type", "about:blank")
                        .put("status", status)
                        .put("detail", detail));
    }

    private static void json(HttpServerRequest request, int status, JsonObject body) {
        answer(request, status, "application/json", body);
    }

    private static void answer(HttpServerRequest request, int status, String type, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(body.encode());
    }

    @Override
    public Future<?> stop() {
        if (connections != null) {
            connections.stop();
        }
        HttpServer listening = server;
        return listening == null ? Future.succeededFuture() : listening.close();
    }
}
