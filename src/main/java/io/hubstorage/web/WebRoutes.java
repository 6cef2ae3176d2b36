package io.hubstorage.web;

import io.hubstorage.bus.Bus;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.status.Health;
import io.hubstorage.status.SelfTest;
import io.hubstorage.status.StatusService;
import io.hubstorage.web.api.AccessRoutes;
import io.hubstorage.web.api.AlertRoutes;
import io.hubstorage.web.api.Assets;
import io.hubstorage.web.api.BackupRoutes;
import io.hubstorage.web.api.BrowseRoutes;
import io.hubstorage.web.api.ConfigRoutes;
import io.hubstorage.web.api.DownloadRoutes;
import io.hubstorage.web.api.DrillRoutes;
import io.hubstorage.web.api.FileHistoryRoutes;
import io.hubstorage.web.api.FolderRankingRoutes;
import io.hubstorage.web.api.FolderRoutes;
import io.hubstorage.web.api.JobRoutes;
import io.hubstorage.web.api.LogRoutes;
import io.hubstorage.web.api.NotifyRoutes;
import io.hubstorage.web.api.Pages;
import io.hubstorage.web.api.RepairRoutes;
import io.hubstorage.web.api.ReplicationRoutes;
import io.hubstorage.web.api.RestoreRoutes;
import io.hubstorage.web.api.RetentionRoutes;
import io.hubstorage.web.api.SnapshotAccess;
import io.hubstorage.web.api.SnapshotRoutes;
import io.hubstorage.web.api.StatusRoutes;
import io.hubstorage.web.api.VerifyRoutes;
import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.LoginRoutes;
import io.hubstorage.web.auth.RoleHandler;
import io.hubstorage.web.bridge.SockJsBridge;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.OriginGuard;
import io.hubstorage.web.http.ProblemHandler;
import io.hubstorage.web.metrics.Metrics;
import io.hubstorage.web.oidc.OidcRoutes;
import io.hubstorage.web.oidc.Provider;
import io.hubstorage.web.publicstatus.PublicStatusRoutes;
import io.hubstorage.web.sse.EventHub;
import io.hubstorage.web.tls.ServerCertificate;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.DateFormatter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;

/** Puts the web's rooms together: who serves what, and in which order it starts and stops. One context. */
final class WebRoutes {
    private static final int EPOCH_RADIX = 36;

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:;"
                + " connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none';"
                + " manifest-src 'self'";

    private final Vertx vertx;
    private final Authenticator authenticator;
    private final long sweepMillis;
    private final Router router;
    private final Health health;
    private final EventHub hub;
    private final Metrics metrics;
    private final SockJsBridge bridge;
    private final Provider provider;
    private long sweepTimer = -1;

    WebRoutes(
            Vertx vertx,
            ConfigStore store,
            InstantSource clock,
            String version,
            PrometheusMeterRegistry registry,
            EventHub.Limits limits,
            Authenticator authenticator,
            Optional<ServerCertificate> certificate) {
        this.vertx = vertx;
        this.authenticator = authenticator;
        sweepMillis = limits.heartbeatMillis();
        Bus bus = new Bus(vertx);
        Background background = new Background(vertx);
        StatusService status = new StatusService(bus, store, clock);
        // Rises from one life of the process to the next, which tells ids of an earlier one from ours.
        String epoch = Long.toString(clock.instant().toEpochMilli(), EPOCH_RADIX);
        hub = new EventHub(vertx, epoch, status::state, authenticator, limits);
        metrics = new Metrics(vertx, registry, hub, store, authenticator, version);
        health = new Health(vertx, store, clock);
        certificate.ifPresent(own -> health.watch("https", own::problem));
        bridge = new SockJsBridge(vertx, authenticator);
        provider = new Provider(vertx, clock);
        router = Router.router(vertx);
        Settings.Web web = store.settings().web();
        BasePath base = new BasePath(web.basePath());
        OriginGuard guard = new OriginGuard(
                () -> store.settings().web().allowedHosts(),
                () -> store.settings().web().corsOrigins(),
                authenticator::isRequired);
        Pages pages = new Pages(vertx, status, version, base);

        ProblemHandler.install(router, pages::error);
        router.route().handler(context -> secured(context, clock));
        certificate.ifPresent(own -> router.route().handler(own.strictTransport()));
        router.route().handler(ProblemHandler::checkPath);
        router.route().handler(base);
        router.route().handler(ClientInfo.handler(web.trustedProxies()));
        router.route().handler(guard.cors());
        router.route().handler(guard.requests());
        router.route().handler(new AuthHandler(authenticator, base));
        LoginRoutes login = new LoginRoutes(authenticator, pages::login, base);
        login.mount(router);
        new OidcRoutes(
                        authenticator,
                        login,
                        provider,
                        () -> store.settings().web().login().openId(),
                        base)
                .mount(router);
        RoleHandler.mount(router, authenticator.audit());
        router.route().handler(Body.reader());
        new BackupRoutes(bus, base).mount(router);
        new JobRoutes(bus).mount(router);
        new RestoreRoutes(bus, base).mount(router);
        new DrillRoutes(bus, base).mount(router);
        new VerifyRoutes(bus, base).mount(router);
        new RetentionRoutes(bus, base).mount(router);
        new RepairRoutes(bus, base).mount(router);
        new ReplicationRoutes(bus, base).mount(router);
        new ConfigRoutes(bus).mount(router);
        new NotifyRoutes(bus).mount(router);
        new AccessRoutes(authenticator, clock).mount(router);
        new StatusRoutes(bus, store, status, health, new SelfTest(vertx, bus, store), version).mount(router);
        new PublicStatusRoutes(bus, store, pages::publicStatus, clock).mount(router);
        new AlertRoutes(bus).mount(router);
        new LogRoutes(background, store).mount(router);
        SnapshotAccess snapshots = new SnapshotAccess(store, background);
        new SnapshotRoutes(snapshots).mount(router);
        new BrowseRoutes(snapshots, background).mount(router);
        new FolderRankingRoutes(snapshots).mount(router);
        new DownloadRoutes(snapshots, background).mount(router);
        new FolderRoutes(snapshots).mount(router);
        new FileHistoryRoutes(snapshots).mount(router);
        hub.mount(router);
        new Assets(vertx).mount(router);
        pages.mount(router);
        metrics.mount(router);
        // What can be had can be asked about.
        router.getRoutes().stream()
                .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
                .forEach(route -> route.method(HttpMethod.HEAD));
        router.route("/eventbus/*").handler(guard.connections());
        router.route("/eventbus/*").subRouter(bridge.router());
        RoleHandler.requireLines(router);
    }

    /** Gives every answer its headers, the refused ones too. API answers are never stored. */
    private static void secured(RoutingContext context, InstantSource clock) {
        context.response()
                // A page sets its clock by it: ages are counted from here, not from the viewer's own clock.
                .putHeader(HttpHeaders.DATE, DateFormatter.format(Date.from(clock.instant())))
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.next();
    }

    Router router() {
        return router;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    Health health() {
        return health;
    }

    Future<Void> start() {
        // As often as the streams' heartbeat: none outlives its login by more than one.
        sweepTimer = vertx.setPeriodic(sweepMillis, timer -> {
            authenticator.sweep();
            provider.sweep();
        });
        return hub.start().onSuccess(started -> metrics.start());
    }

    /** Lets nobody in any more, and says goodbye to those that listen. */
    Future<Void> stop() {
        health.notReady();
        vertx.cancelTimer(sweepTimer);
        metrics.stop();
        bridge.close();
        provider.close();
        return hub.close().eventually(authenticator::close);
    }
}
