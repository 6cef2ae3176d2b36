package io.hubstorage.web;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.logs.SecretMask;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.bridge.BridgePort;
import io.hubstorage.web.bridge.SockJsBridge;
import io.hubstorage.web.bridge.TcpBridge;
import io.hubstorage.web.http.Connections;
import io.hubstorage.web.metrics.Metrics;
import io.hubstorage.web.sse.EventHub;
import io.hubstorage.web.tls.HttpsRedirect;
import io.hubstorage.web.tls.ServerCertificate;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web server: API, pages, event stream and event-bus bridges. Deploy one instance, on an event loop, after the
 * verticles that answer on the bus (it also starts without them, and says so to whoever asks).
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(HttpVerticle.class);
    private static final int MAX_HEADER_BYTES = 16 << 10;
    /** Two keys of 1,024 bytes, each byte as {@code %XX}, and what else belongs to an address. */
    private static final int MAX_ADDRESS_BYTES = 8 << 10;

    private static final int IDLE_SECONDS = 120;
    private static final int COMPRESS_FROM_BYTES = 1024;
    private static final long SHUTDOWN_SECONDS = 1;

    private final ConfigStore store;
    private final InstantSource clock;
    private final String version;
    private final PrometheusMeterRegistry registry;
    private final EventHub.Limits limits;
    private final Consumer<String> console;
    private final Connections.Limits connectionLimits;
    private @Nullable Connections connections;
    private @Nullable WebRoutes routes;
    private @Nullable HttpServer server;
    private @Nullable TcpBridge tcpBridge;
    private volatile Optional<ServerCertificate> certificate = Optional.empty();

    /**
     * A server on the address that the settings name; port 0 means any free one.
     *
     * @param version of the program, as the pages show it
     * @param registry what {@code /metrics} shows; gets the web's own meters added while deployed
     * @param console tells whoever started the program, and no log, a password that was made
     */
    public HttpVerticle(
            ConfigStore store,
            InstantSource clock,
            String version,
            PrometheusMeterRegistry registry,
            Consumer<String> console) {
        this(store, clock, version, registry, console, EventHub.Limits.DEFAULT, Connections.Limits.DEFAULT);
    }

    HttpVerticle(
            ConfigStore store,
            InstantSource clock,
            String version,
            PrometheusMeterRegistry registry,
            Consumer<String> console,
            EventHub.Limits limits,
            Connections.Limits connectionLimits) {
        this.connectionLimits = connectionLimits;
        this.store = store;
        this.clock = clock;
        this.version = version;
        this.registry = registry;
        this.console = console;
        this.limits = limits;
    }

    /** What {@code /metrics} is to show, before there is anything in it: for {@link #vertx}, and then for the constructor. */
    public static PrometheusMeterRegistry registry() {
        return Metrics.registry();
    }

    /** For a Vert.x that counts into it. */
    public static VertxBuilder vertx(VertxOptions options, PrometheusMeterRegistry registry) {
        return Metrics.vertx(options, registry);
    }

    @Override
    public Future<?> start() {
        BridgePort bridgePort = BridgePort.of(store.environment());
        boolean exposed = !Settings.Web.isLoopback(store.settings().web().host())
                || bridgePort.at().isExposed();
        return ServerCertificate.open(vertx, store, clock)
                .onSuccess(opened -> certificate = opened)
                .compose(_ -> startServer(bridgePort, exposed));
    }

    private Future<Void> startServer(BridgePort bridgePort, boolean exposed) {
        return Authenticator.open(vertx, store, clock, exposed, this::tell).compose(authenticator -> {
            bridgePort.requireToken(store.environment(), authenticator.isRequired(), authenticator.tokens());
            // Not on the loop: this loads most of what the server is made of, which takes seconds on a busy machine.
            return vertx.executeBlocking(
                            () -> new WebRoutes(
                                    vertx, store, clock, version, registry, limits, authenticator, certificate),
                            false)
                    .compose(built -> listen(built, authenticator, bridgePort));
        });
    }

    private void tell(String password) {
        // Should it ever get into a line of the log, it is not to be read there.
        SecretMask.register(password);
        console.accept("""
            %1$s
              The dashboard asks for a password. As none was set, this one was made:

                  %2$s

              It is shown this once; HubStorage keeps only its hash. To choose your own, set
              HUBSTORAGE_WEB_PASSWORD; if it gets lost: hubstorage password --reset
            %1$s\
            """.formatted("-".repeat(78), password));
    }

    private Future<Void> listen(WebRoutes built, Authenticator authenticator, BridgePort bridgePort) {
        routes = built;
        Settings.Web web = store.settings().web();
        HttpServerOptions options = options(web);
        certificate.ifPresent(own -> own.secure(options));
        HttpServer created = vertx.createHttpServer(options);
        Connections all = new Connections(vertx, connectionLimits);
        connections = all;
        all.start();
        return built.start()
                .compose(started -> vertx.executeBlocking(
                        () -> created.connectionHandler(all::opened)
                                .requestHandler(all.before(built.router()))
                                .listen(),
                        false))
                .compose(listening -> listening)
                .onSuccess(listening -> {
                    server = listening;
                    certificate.ifPresent(own -> own.keepCurrent(listening));
                    log.info(
                            "Listening on {}://{}:{}",
                            store.settings().scheme(),
                            Settings.Web.inUrl(web.host()),
                            listening.actualPort());
                })
                .compose(listening -> certificate
                        .map(own -> HttpsRedirect.open(vertx, store, own, listening.actualPort()))
                        .orElseGet(Future::succeededFuture))
                .compose(_ -> openTcpBridge(bridgePort, TcpBridge.Auth.of(authenticator)))
                .onFailure(failure -> built.stop());
    }

    /** The port that is listened on, which matters when any free one was asked for. Callable from any thread. */
    public int actualPort() {
        HttpServer listening = server;
        if (listening == null) {
            throw new IllegalStateException("the web server is not listening");
        }
        return listening.actualPort();
    }

    /** By which it shows who it is, where it speaks HTTPS itself; once it has started. From any thread. */
    public Optional<ServerCertificate> certificate() {
        return certificate;
    }

    /** From now on {@code /health/ready} answers 503, so that nobody sends further requests here. From any thread. */
    public Future<Void> notReady() {
        WebRoutes built = routes;
        if (built == null) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            built.health().notReady();
            done.complete();
        });
        return done.future();
    }

    /** Not ready, then the event streams get their last event and end, then the server closes: in well under 2 s. */
    @Override
    public Future<?> stop() {
        WebRoutes built = routes;
        HttpServer listening = server;
        if (built == null || listening == null) {
            return Future.succeededFuture();
        }
        TcpBridge tcp = tcpBridge;
        if (connections != null) {
            connections.stop();
        }
        certificate.ifPresent(ServerCertificate::close);
        return built.stop()
                .eventually(() -> tcp == null ? Future.succeededFuture() : tcp.close())
                .eventually(() -> listening.shutdown(SHUTDOWN_SECONDS, TimeUnit.SECONDS))
                // The last requests, too, have their lines.
                .eventually(() -> built.authenticator().audit().written());
    }

    private Future<Void> openTcpBridge(BridgePort port, TcpBridge.Auth auth) {
        if (!port.at().enabled()) {
            return Future.succeededFuture();
        }
        return TcpBridge.open(vertx, port.at().host(), port.at().port(), auth)
                .recover(failure -> Future.failedFuture(port.at().explained(failure)))
                .onSuccess(opened -> {
                    tcpBridge = opened;
                    log.info(
                            "Event-bus bridge on tcp://{}:{}, {}",
                            Settings.Web.inUrl(port.at().host()),
                            port.at().port(),
                            port.reach(store.settings().dockerMode()));
                })
                .mapEmpty();
    }

    private static HttpServerOptions options(Settings.Web web) {
        return new HttpServerOptions()
                .setHost(web.host())
                .setPort(web.port())
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setTcpKeepAlive(true)
                // HTTP/1.1 alone: nothing here gains from HTTP/2, and its frames have been the way in for floods.
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_ADDRESS_BYTES)
                .setHandle100ContinueAutomatically(false)
                .setCompressionSupported(true)
                .setCompressionContentSizeThreshold(COMPRESS_FROM_BYTES)
                // A frame of 200 KB could become 200 MB.
                .setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(SockJsBridge.MAX_MESSAGE_BYTES)
                .setMaxWebSocketMessageSize(SockJsBridge.MAX_MESSAGE_BYTES);
    }

    /** Has that done by who decides who comes in, on the context where it lives; for tests. */
    <T> Future<T> withAuthenticator(Function<Authenticator, T> use) {
        WebRoutes built = routes;
        if (built == null) {
            throw new IllegalStateException("not deployed");
        }
        Promise<T> done = Promise.promise();
        context.runOnContext(ignored -> done.complete(use.apply(built.authenticator())));
        return done.future();
    }

    /** The routes, for the test that holds them against the contract. */
    Router router() {
        WebRoutes built = routes;
        if (built == null) {
            throw new IllegalStateException("not deployed");
        }
        return built.router();
    }
}
