package io.hubstorage.web.metrics;

import io.hubstorage.bus.Bus;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code /metrics}, for Prometheus: what the registry holds (Vert.x, the JVM) and what an alert on backups needs. A scrape asks the rooms
 * how things stand, each for {@link #PATIENCE} at the most, and walks no disk. Use it on one context; gauges are read from any thread.
 */
public final class Metrics {
    /** For one room's answer: shorter than the ten seconds that Prometheus waits for all. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /** What every Prometheus reads. */
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /** So many wait, of several Prometheus and for a disk that hangs; whoever comes then is told so at once. */
    private static final int MOST_SCRAPES = 4;

    private final Vertx vertx;
    private final WorkerExecutor thread;
    private final PrometheusMeterRegistry registry;
    private final Meters meters;
    private final ProgramMetrics program = new ProgramMetrics();
    private final StatusMetrics status;
    private final StorageMetrics storage;
    private final WorkersMetrics workers;
    private final JobMetrics jobs;
    private final BackupMetrics backups;
    private final DeliveryMetrics deliveries;
    private final Info build;
    private int scrapes;

    /** An empty registry with its filters, which must be there before the first meter, and so before Vert.x. */
    public static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ProgramMetrics.prepare(registry);
        return registry;
    }

    /** For a Vert.x that counts what it does into the registry, by nothing that whoever sends a request can make up. */
    public static VertxBuilder vertx(VertxOptions options, PrometheusMeterRegistry registry) {
        // Not by method, as is usual: anybody can send one that nobody has sent before, and each stays in memory.
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions()
                .setEnabled(true)
                // Ours call few, and what they deliver is counted; each further one would be a gauge of the same name.
                .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT.toCategory())
                .setLabels(EnumSet.of(Label.HTTP_CODE, Label.POOL_TYPE, Label.POOL_NAME, Label.EB_SIDE));
        return Vertx.builder()
                .with(options.setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry));
    }

    public Metrics(
            Vertx vertx,
            PrometheusMeterRegistry registry,
            EventHub hub,
            ConfigStore store,
            Authenticator authenticator,
            String version) {
        this.vertx = vertx;
        this.thread = vertx.createSharedWorkerExecutor("metrics", 1);
        this.registry = registry;
        meters = new Meters(registry);
        Bus bus = new Bus(vertx);
        program.bindTo(registry);
        status = new StatusMetrics(bus, meters);
        storage = new StorageMetrics(bus, meters);
        workers = new WorkersMetrics(bus, meters);
        jobs = new JobMetrics(bus, meters);
        backups = new BackupMetrics(bus, meters, status);
        deliveries = new DeliveryMetrics(meters, store);
        // Micrometer would take "_info" off a gauge's name.
        build = Info.builder()
                .name("hubstorage_build_info")
                .help("1; its labels say what runs")
                .labelNames("version", "java")
                .register(registry.getPrometheusRegistry());
        build.setLabelValues(version, Runtime.version().toString());
        meters.gauge("sse.connections", "Open event streams", hub::connections);
        meters.gauge(
                "config.broken",
                "Files of the configuration (config.json, .env) that cannot be used as they stand, so that older"
                        + " content is in force",
                () -> store.current().broken().size());
        for (Authenticator.Refusal refusal : Authenticator.Refusal.values()) {
            FunctionCounter.builder(
                            "hubstorage.login.failures", authenticator, guard -> (double) guard.refused(refusal))
                    .description("Passwords and tokens that were wrong, or came after too many that were")
                    .tag("reason", refusal.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    public void mount(Router router) {
        router.get("/metrics").respond(this::scrape);
    }

    public void start() {
        jobs.start();
        backups.start();
        deliveries.start(vertx);
    }

    public void stop() {
        meters.remove();
        registry.getPrometheusRegistry().unregister(build);
        program.close();
        thread.close();
    }

    /** What changes with time alone is asked for at each scrape. */
    private Future<Void> refresh() {
        deliveries.refresh();
        List<Future<Void>> asked = Stream.of(
                        status.refresh(),
                        storage.refresh(),
                        Stream.of(jobs.refresh(), backups.refresh(), workers.refresh()))
                .flatMap(each -> each)
                .toList();
        return Future.join(asked).mapEmpty();
    }

    private Future<String> scrape(RoutingContext context) {
        if (scrapes >= MOST_SCRAPES) {
            return Future.failedFuture(new HttpProblem(
                    503, "Earlier scrapes are not answered yet: a disk that is looked at may hang. Try again later."));
        }
        scrapes++;
        return Future.succeededFuture().compose(_ -> show(context)).onComplete(shown -> scrapes--);
    }

    private Future<String> show(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        String format = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, format).putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        // Too slow for the event loop, and one after the other: the rows of one scrape are not changed by another. Not
        // "ordered",
        // which would have it wait for whatever else of the verticle blocks.
        return refresh()
                .compose(_ -> thread.executeBlocking(
                        () -> {
                            status.show();
                            storage.show();
                            workers.show();
                            return registry.scrape(format);
                        },
                        false));
    }
}
