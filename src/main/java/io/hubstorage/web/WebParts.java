package io.hubstorage.web;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Settings;
import io.hubstorage.web.auth.Doorkeeper;
import io.hubstorage.web.auth.TrustedProxies;
import io.hubstorage.web.bridge.SockJsBridge;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.time.InstantSource;

/** Puts the web room together: who serves what, and in which order it starts and stops. One context. */
final class WebParts {
    private static final int EPOCH_RADIX = 36;

    private final Vertx vertx;
    private final Doorkeeper doorkeeper;
    private final long sweepMillis;
    private final Router router;
    private final Health health;
    private final EventHub hub;
    private final Metrics metrics;
    private final SockJsBridge bridge;
    private long sweepTimer = -1;

    WebParts(
            Vertx vertx,
            ConfigStore store,
            InstantSource clock,
            String version,
            PrometheusMeterRegistry registry,
            EventHub.Limits limits,
            Doorkeeper doorkeeper) {
        this.vertx = vertx;
        this.doorkeeper = doorkeeper;
        sweepMillis = limits.heartbeatMillis();
        Bus bus = new Bus(vertx);
        Background background = new Background(vertx);
        Resources resources = new Resources(vertx);
        StateOfThings things = new StateOfThings(bus, store, clock);
        // Rises from one life of the process to the next, which tells ids of an earlier one from ours.
        String epoch = Long.toString(clock.instant().toEpochMilli(), EPOCH_RADIX);
        hub = new EventHub(vertx, epoch, things::state, limits);
        metrics = new Metrics(vertx, bus, registry, hub, store, version);
        health = new Health(vertx, bus, store, clock);
        bridge = new SockJsBridge(vertx, (context, end) -> doorkeeper.hold(Gate.visit(context), end));
        router = Router.router(vertx);
        Settings.Web web = store.settings().web();
        BasePath base = new BasePath(web.basePath());
        OriginGuard guard = new OriginGuard(
                () -> store.settings().web().allowedHosts(),
                () -> store.settings().web().corsOrigins(),
                doorkeeper::asks);
        Gate gate = new Gate(doorkeeper, new TrustedProxies(web.trustedProxies()), base);

        Pages pages = new Pages(vertx, things, version, base);
        Problems.install(router, pages);
        router.route().handler(new SecurityHeaders(clock));
        router.route().handler(new AskedPath());
        router.route().handler(base);
        router.route().handler(gate.arrivals());
        router.route().handler(guard.cors());
        router.route().handler(guard.requests());
        router.route().handler(gate);
        new LoginRoutes(doorkeeper, pages, base).mount(router);
        router.route().handler(HttpVerticle.bodies());
        new BackupRoutes(bus, base).mount(router);
        new SchedulerRoutes(bus).mount(router);
        new AlarmRoutes(bus).mount(router);
        new ConfigRoutes(bus, resources).mount(router);
        new StatusRoutes(things, store, version).mount(router);
        new S3Routes(bus, new SelfTest(vertx, bus, store)).mount(router);
        new LogRoutes(background, store).mount(router);
        SnapshotAccess snapshots = new SnapshotAccess(vertx, store, background);
        new SnapshotRoutes(snapshots).mount(router);
        new BrowseRoutes(snapshots).mount(router);
        new DownloadRoutes(snapshots).mount(router);
        new FindRoutes(snapshots).mount(router);
        new EventRoutes(hub, doorkeeper).mount(router);
        new AssetRoutes(resources).mount(router);
        pages.mount(router);
        health.mount(router);
        metrics.mount(router);
        // What can be had can be asked about.
        router.getRoutes().stream()
                .filter(route -> route.methods() != null && route.methods().contains(HttpMethod.GET))
                .forEach(route -> route.method(HttpMethod.HEAD));
        router.route("/eventbus/*").handler(guard.connections());
        router.route("/eventbus/*").subRouter(bridge.router());
    }

    Router router() {
        return router;
    }

    Health health() {
        return health;
    }

    Future<Void> start() {
        // As often as the streams' heartbeat: none outlives its login by more than one.
        sweepTimer = vertx.setPeriodic(sweepMillis, timer -> doorkeeper.sweep());
        return hub.start().onSuccess(started -> metrics.start());
    }

    /** Lets nobody in any more, and says goodbye to those that listen. */
    Future<Void> stop() {
        health.notReady();
        vertx.cancelTimer(sweepTimer);
        metrics.stop();
        bridge.close();
        return hub.close().eventually(() -> {
            doorkeeper.close();
            return Future.succeededFuture();
        });
    }
}
