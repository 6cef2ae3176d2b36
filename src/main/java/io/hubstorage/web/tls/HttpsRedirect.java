package io.hubstorage.web.tls;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.Settings;
import io.hubstorage.web.http.Connections;
import io.hubstorage.web.http.OriginGuard;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plain listener that leads to https, under the very name that was asked for, if that is one of ours: whoever else has pointed a
 * name here is led nowhere.
 */
public final class HttpsRedirect {
    private static final Logger LOG = LoggerFactory.getLogger(HttpsRedirect.class);
    private static final Connections.Limits LIMITS =
            new Connections.Limits(1_000, Duration.ofSeconds(15), Duration.ofSeconds(15));
    private static final int IDLE_SECONDS = 15;
    private static final int MAX_ADDRESS_BYTES = 8 << 10;
    private static final int HTTPS = 443;

    private final ConfigStore store;
    private final ServerCertificate certificate;
    private final int port;

    private HttpsRedirect(ConfigStore store, ServerCertificate certificate, int port) {
        this.store = store;
        this.certificate = certificate;
        this.port = port;
    }

    /**
     * Opens it where the settings name a port; on a verticle's context, with which it ends.
     *
     * @param port where https is listened on; led to is that of {@code notify.public_url}, where that is an https address
     */
    public static Future<Void> open(Vertx vertx, ConfigStore store, ServerCertificate certificate, int port) {
        Settings settings = store.settings();
        Settings.Tls tls = settings.tls();
        if (tls == null || tls.redirectPort() == 0) {
            return Future.succeededFuture();
        }
        ExtraPort at = new ExtraPort(
                "the redirect to https",
                "HUBSTORAGE_TLS_REDIRECT_PORT",
                "HUBSTORAGE_WEB_HOST",
                settings.web().host(),
                tls.redirectPort());
        Connections connections = new Connections(vertx, LIMITS);
        HttpsRedirect redirect = new HttpsRedirect(store, certificate, port);
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(at.host())
                        .setPort(at.port())
                        .setIdleTimeout(IDLE_SECONDS)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setHttp2ClearTextEnabled(false)
                        .setMaxInitialLineLength(MAX_ADDRESS_BYTES)
                        .setHandle100ContinueAutomatically(false))
                .connectionHandler(connections::opened)
                .requestHandler(connections.before(redirect::lead));
        return server.listen()
                .recover(failure -> Future.failedFuture(at.explained(failure)))
                .onSuccess(listening -> {
                    connections.start();
                    LOG.info("http://{}:{} leads to https", Settings.Web.inUrl(at.host()), listening.actualPort());
                })
                .mapEmpty();
    }

    private void lead(HttpServerRequest request) {
        HostAndPort host = request.authority();
        // Whatever body there is, nobody reads it.
        request.response().putHeader(HttpHeaders.CONNECTION, "close").putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (host == null || !isOurs(host.host())) {
            request.response()
                    .setStatusCode(421)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end("This server is not known by that name. Its names are those of its certificate and of"
                            + " HUBSTORAGE_ALLOWED_HOSTS.\n")
                    .onComplete(_ -> request.connection().close());
            return;
        }
        String path = request.path();
        String query = request.query();
        int to = certificate.publicPort().orElse(port);
        request.response()
                .setStatusCode(308)
                .putHeader(
                        HttpHeaders.LOCATION,
                        "https://%s%s%s%s"
                                .formatted(
                                        host.host().startsWith("[") ? host.host() : Settings.Web.inUrl(host.host()),
                                        to == HTTPS ? "" : ":" + to,
                                        path != null && path.startsWith("/") ? path : "/",
                                        query == null ? "" : '?' + query))
                .end()
                .onComplete(_ -> request.connection().close());
    }

    private boolean isOurs(String host) {
        return OriginGuard.isTrusted(host, store.settings().web().allowedHosts())
                || certificate.isFor(host)
                || certificate.isPublic(host);
    }
}
