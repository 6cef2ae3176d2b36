package io.hubstorage.web.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web server's connections: a bounded number, and none that holds its place without asking for anything. Vert.x bounds how much a
 * request says, and not how long it takes to say it. Use it on one context.
 */
public final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final long CHECK_MILLIS = 1_000;
    private static final int SWITCHING_PROTOCOLS = 101;

    /**
     * What they may take.
     *
     * @param most at the same time
     * @param silence how long one may have no request under way: for the head of the first, and between two
     * @param body how long the body of a request may take to arrive
     */
    public record Limits(int most, Duration silence, Duration body) {
        public static final Limits DEFAULT = new Limits(6_000, Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    private final Vertx vertx;
    private final Limits limits;
    private final Map<HttpConnection, State> open = new HashMap<>();
    private long timer = -1;

    private static final class State {
        /** When the last request began or, where none is under way, when the last one ended. */
        private long since = System.nanoTime();

        private @Nullable HttpServerRequest request;
    }

    public Connections(Vertx vertx, Limits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    public void start() {
        timer = vertx.setPeriodic(CHECK_MILLIS, tick -> check());
    }

    public void stop() {
        vertx.cancelTimer(timer);
    }

    /** To be told of each connection before its first request. */
    public void opened(HttpConnection connection) {
        if (open.size() >= limits.most()) {
            LOG.warn("The web server has no place for a further connection: {} are open", open.size());
            Disconnect.now(connection);
            return;
        }
        open.put(connection, new State());
        connection.closeHandler(closed -> open.remove(connection));
    }

    /** Looks at each request before the routes do; one of which Vert.x cannot say to whom it was sent goes no further. */
    public Handler<HttpServerRequest> before(Handler<HttpServerRequest> routes) {
        return request -> {
            State state = open.get(request.connection());
            if (state != null) {
                state.since = System.nanoTime();
                state.request = request;
            }
            if (isReadable(request)) {
                routes.handle(request);
            } else {
                request.response()
                        .setStatusCode(400)
                        .putHeader(HttpHeaders.CONNECTION, "close")
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                        .end("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                                + "\"detail\":\"The request could not be read.\"}");
            }
        };
    }

    private static boolean isReadable(HttpServerRequest request) {
        try {
            boolean named = request.authority() != null || request.getHeader(HttpHeaders.HOST) == null;
            request.absoluteURI();
            return named && request.path() != null;
        } catch (RuntimeException malformed) {
            return false;
        }
    }

    /** Of the event bus, which has limits of its own. */
    private static boolean isSocket(HttpServerRequest request) {
        return request.response().getStatusCode() == SWITCHING_PROTOCOLS;
    }

    private void check() {
        long now = System.nanoTime();
        for (Map.Entry<HttpConnection, State> each : List.copyOf(open.entrySet())) {
            State state = each.getValue();
            HttpServerRequest request = state.request;
            if (request == null) {
                if (now - state.since > limits.silence().toNanos()) {
                    Disconnect.now(each.getKey());
                }
            } else if (!request.isEnded()) {
                if (now - state.since > limits.body().toNanos()) {
                    Disconnect.now(each.getKey());
                }
            } else if (request.response().ended() && !isSocket(request)) {
                state.request = null;
                state.since = now;
            }
        }
    }
}
