package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code /metrics} in Prometheus's text format: what the registry holds (Vert.x, the JVM) and what an alert on backups
 * needs. Use it on one context; gauges are read from any thread.
 */
final class Metrics {
    private final Vertx vertx;
    private final Bus bus;
    private final PrometheusMeterRegistry registry;
    private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
    private final List<Meter> gauges = new ArrayList<>();
    private volatile boolean running;
    private volatile boolean waitingForS3;
    private volatile double bytesPerSecond;
    private volatile @Nullable RunRecord last;
    private volatile @Nullable RunRecord lastSuccess;

    Metrics(Vertx vertx, Bus bus, PrometheusMeterRegistry registry, EventHub hub, ConfigStore store) {
        this.vertx = vertx;
        this.bus = bus;
        this.registry = registry;
        gauges.add(Gauge.builder("hubstorage.sse.connections", hub, EventHub::connections)
                .description("Open event streams")
                .register(registry));
        gauge(
                "hubstorage.config.broken",
                "Files of the configuration (config.json, .env) that cannot be used as they stand, so that older"
                        + " content is in force",
                metrics -> store.current().broken().size());
        gauge("hubstorage.backup.running", "1 while a run goes on", metrics -> metrics.running ? 1 : 0);
        gauge(
                "hubstorage.waiting.for.s3",
                "1 while a run cannot go on because S3 does not do its work",
                metrics -> metrics.waitingForS3 ? 1 : 0);
        gauge("hubstorage.backup.receive.rate", "Bytes a second from S3", metrics -> metrics.bytesPerSecond);
        gauge(
                "hubstorage.backup.last.success.timestamp.seconds",
                "When the last run began that left every bucket safe",
                metrics -> started(metrics.lastSuccess));
        gauge("hubstorage.backup.last.timestamp.seconds", "When the last run began", metrics -> started(metrics.last));
        gauge(
                "hubstorage.backup.last.objects",
                "Objects the last run listed",
                metrics -> count(metrics.last, run -> run.totals().listed().objects()));
        gauge(
                "hubstorage.backup.last.bytes",
                "Bytes the last run listed",
                metrics -> count(metrics.last, run -> run.totals().listed().bytes()));
        gauge(
                "hubstorage.backup.last.failed.objects",
                "Objects the last run could not copy",
                metrics -> count(metrics.last, run -> run.totals().failed().objects()));
    }

    void mount(Router router) {
        router.get("/metrics").handler(this::scrape);
    }

    void start() {
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> running = true));
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_PROGRESS, this::progress));
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_FINISHED, this::finished));
        bus.ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class).onSuccess(status -> {
            running = status.running();
            last = last == null ? status.last() : last;
            lastSuccess = lastSuccess == null ? status.lastSuccess() : lastSuccess;
        });
    }

    void stop() {
        consumers.forEach(MessageConsumer::unregister);
        gauges.forEach(registry::remove);
    }

    private void progress(Message<JsonObject> message) {
        RunState state = BusJson.decode(message.body(), RunState.class);
        running = true;
        bytesPerSecond = state.bytesPerSecond();
        waitingForS3 = state.waiting() != null;
    }

    private void finished(Message<JsonObject> message) {
        RunRecord run = BusJson.decode(message.body(), RunRecord.class);
        running = false;
        bytesPerSecond = 0;
        waitingForS3 = false;
        registry.counter(
                        "hubstorage.backup.runs",
                        "result",
                        run.result().name().toLowerCase(Locale.ROOT),
                        "dry_run",
                        String.valueOf(run.dryRun()))
                .increment();
        if (run.dryRun()) {
            return;
        }
        last = run;
        registry.counter("hubstorage.backup.downloaded.bytes")
                .increment((double) run.totals().downloaded().bytes());
        registry.counter("hubstorage.backup.downloaded.objects")
                .increment((double) run.totals().downloaded().objects());
        if (run.finishedAt() != null) {
            registry.timer("hubstorage.backup.duration").record(Duration.between(run.startedAt(), run.finishedAt()));
        }
        if (run.result() == RunResult.SUCCESS) {
            lastSuccess = run;
        }
    }

    private void scrape(RoutingContext context) {
        // The text format is what every Prometheus reads; a scrape of many meters is too slow for the event loop.
        vertx.executeBlocking(() -> registry.scrape("text/plain; version=0.0.4; charset=utf-8"), false)
                .onSuccess(text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .end(text))
                .onFailure(context::fail);
    }

    private void gauge(String name, String description, ToDoubleFunction<Metrics> value) {
        gauges.add(Gauge.builder(name, this, value).description(description).register(registry));
    }

    private static double started(@Nullable RunRecord run) {
        return run == null ? 0 : run.startedAt().getEpochSecond();
    }

    private static double count(@Nullable RunRecord run, ToDoubleFunction<RunRecord> value) {
        return run == null ? 0 : value.applyAsDouble(run);
    }
}
