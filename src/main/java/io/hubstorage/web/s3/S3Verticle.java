package io.hubstorage.web.s3;

import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.Settings;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.Connections;
import io.hubstorage.web.tls.ServerCertificate;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots as a read-only S3 server, on a port of its own, for whoever signs with the key pair of the environment. Deploy one
 * instance, on an event loop.
 */
public final class S3Verticle extends VerticleBase {
    static final String PORT = "HUBSTORAGE_S3_PORT";
    static final String HOST = "HUBSTORAGE_S3_HOST";
    static final String ACCESS_KEY = "HUBSTORAGE_S3_ACCESS_KEY_ID";
    static final String SECRET_KEY = "HUBSTORAGE_S3_SECRET_ACCESS_KEY";

    private static final Logger LOG = LoggerFactory.getLogger(S3Verticle.class);

    /** So many look into manifests at once, each with a megabyte or two. */
    private static final int LOOKUPS_AT_ONCE = 8;

    private static final int MAX_HEADER_BYTES = 16 << 10;
    /** Three texts of 1,024 bytes, each byte as {@code %XX}, a presigned query, and what else belongs to an address. */
    private static final int MAX_ADDRESS_BYTES = 16 << 10;

    private static final Connections.Limits CONNECTIONS =
            new Connections.Limits(1_000, Duration.ofSeconds(60), Duration.ofSeconds(60));
    private static final int IDLE_SECONDS = 120;
    private static final long SHUTDOWN_SECONDS = 1;

    private final ConfigStore store;
    private final InstantSource clock;
    private final ExtraPort port;
    private final Optional<ServerCertificate> certificate;
    private final OpenManifests manifests = new OpenManifests();
    private @Nullable Connections connections;
    private @Nullable HttpServer server;
    private long sweepTimer = -1;

    S3Verticle(ConfigStore store, InstantSource clock, ExtraPort port) {
        this(store, clock, port, Optional.empty());
    }

    /**
     * @param port where it listens; 0 for any free one
     * @param certificate where it speaks HTTPS
     */
    public S3Verticle(ConfigStore store, InstantSource clock, ExtraPort port, Optional<ServerCertificate> certificate) {
        this.store = store;
        this.clock = clock;
        this.port = port;
        this.certificate = certificate;
    }

    /** The port that the variables name, if they do; on the same interfaces as the web server, unless they say otherwise. */
    public static ExtraPort port(Environment environment, boolean inContainer) {
        return ExtraPort.of(environment, "the snapshots as S3", PORT, HOST, inContainer ? "0.0.0.0" : "127.0.0.1");
    }

    @Override
    public Future<?> start() {
        if (keys() == null) {
            return Future.failedFuture(new ConfigException(List.of(new ConfigMessage.Problem(
                    PORT,
                    String.valueOf(port.port()),
                    ("only together with %s and %s: a key pair of your own choice, the secret key at least 20"
                                    + " characters, which clients sign with")
                            .formatted(ACCESS_KEY, SECRET_KEY)))));
        }
        Connections all = new Connections(vertx, CONNECTIONS);
        connections = all;
        all.start();
        return vertx.executeBlocking(this::router, false)
                .compose(router -> vertx.createHttpServer(options())
                        .connectionHandler(all::opened)
                        .requestHandler(all.before(router))
                        .listen())
                .recover(failure -> Future.failedFuture(port.explained(failure)))
                .onSuccess(listening -> {
                    server = listening;
                    certificate.ifPresent(own -> own.keepCurrent(listening));
                    LOG.info(
                            "Snapshots as S3 on {}://{}:{}",
                            certificate.isPresent() ? "https" : "http",
                            Settings.Web.inUrl(port.host()),
                            listening.actualPort());
                })
                .onFailure(_ -> quiet());
    }

    private Router router() {
        Background background = new Background(vertx, "s3-lookup", LOOKUPS_AT_ONCE);
        sweepTimer = vertx.setPeriodic(
                OpenManifests.KEPT.toMillis(),
                _ -> background
                        .run(() -> {
                            manifests.sweep();
                            return null;
                        })
                        .onFailure(failure -> LOG.warn("A manifest could not be closed: {}", failure.toString())));
        S3Routes routes = new S3Routes(
                background,
                new SignatureV4(this::keys, clock),
                new S3Buckets(store::dataPath, clock),
                manifests,
                clock);
        return routes.router(vertx, store.settings().web().trustedProxies());
    }

    /** Those that are in force now; null while one of the two is missing. */
    private SignatureV4.@Nullable Keys keys() {
        Environment environment = store.environment();
        String accessKey = environment.get(ACCESS_KEY);
        String secretKey = environment.get(SECRET_KEY);
        return accessKey == null || secretKey == null
                ? null
                : new SignatureV4.Keys(accessKey.strip(), secretKey.strip());
    }

    private HttpServerOptions options() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(port.host())
                .setPort(port.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setTcpKeepAlive(true)
                // For the same reasons as the web server.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_ADDRESS_BYTES)
                .setHandle100ContinueAutomatically(false);
        certificate.ifPresent(own -> own.secure(options));
        return options;
    }

    /** The port that is listened on, which matters when any free one was asked for. From any thread. */
    public int actualPort() {
        HttpServer listening = server;
        if (listening == null) {
            throw new IllegalStateException("the S3 endpoint is not listening");
        }
        return listening.actualPort();
    }

    /** Looks after nothing any more. */
    private void quiet() {
        vertx.cancelTimer(sweepTimer);
        if (connections != null) {
            connections.stop();
        }
    }

    @Override
    public Future<?> stop() {
        quiet();
        HttpServer listening = server;
        Future<Void> closed =
                listening == null ? Future.succeededFuture() : listening.shutdown(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        return closed.eventually(() -> vertx.executeBlocking(
                () -> {
                    manifests.close();
                    return null;
                },
                false));
    }
}
