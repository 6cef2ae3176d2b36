package io.hubstorage.web.api;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.web.sse.EventHub;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code /metrics} in Prometheus's text format: what the registry holds (Vert.x, the JVM) and what an alert on backups
 * needs. Use it on one context; gauges are read from any thread.
 */
public final class Metrics {
    private final Vertx vertx;
    private final Bus bus;
    private final PrometheusMeterRegistry registry;
    private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
    private final List<Meter> meters = new ArrayList<>();
    private final MultiGauge lastSuccessByBucket;
    private final Counter downloadedBytes;
    private final Counter downloadedObjects;
    private final Timer duration;
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final List<MeterBinder> bindings = List.of(
            new ClassLoaderMetrics(),
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            collections,
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics());
    private volatile StatusMessage.@Nullable Current status;
    private volatile SchedulerMessage.@Nullable Status scheduler;
    private volatile boolean running;
    private volatile boolean waitingForS3;
    private volatile double bytesPerSecond;
    private volatile @Nullable RunRecord last;
    private volatile @Nullable RunRecord lastSuccess;

    /** An empty registry with its filters, which must be there before the first meter, and so before Vert.x. */
    public static PrometheusMeterRegistry registry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // Their names are not what Prometheus expects of a unit and of a count.
        registry.config()
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        return registry;
    }

    public Metrics(Vertx vertx, PrometheusMeterRegistry registry, EventHub hub, ConfigStore store, String version) {
        this.vertx = vertx;
        this.bus = new Bus(vertx);
        this.registry = registry;
        meters.add(Gauge.builder("hubstorage.sse.connections", hub, EventHub::connections)
                .description("Open event streams")
                .register(registry));
        gauge(
                "hubstorage.config.broken",
                "Files of the configuration (config.json, .env) that cannot be used as they stand, so that older"
                        + " content is in force",
                metrics -> store.current().broken().size());
        meters.add(Gauge.builder("hubstorage.build", () -> 1)
                .description("1; its labels say what runs")
                .tag("version", version)
                .register(registry));
        for (Alarm.Kind kind : Alarm.Kind.values()) {
            meters.add(Gauge.builder("hubstorage.alarms", this, metrics -> metrics.alarms(kind))
                    .description("Alarms that nobody has acknowledged, by kind")
                    .tag("kind", kind.word())
                    .register(registry));
        }
        for (StatusMessage.State state : StatusMessage.State.values()) {
            meters.add(Gauge.builder("hubstorage.state", this, metrics -> metrics.is(state))
                    .description("1 for the word that says how things stand, 0 for the others")
                    .tag("state", state.word())
                    .register(registry));
        }
        gauge(
                "hubstorage.data.free.bytes",
                "What the disk of the data folder has left",
                metrics -> metrics.status == null || metrics.status.freeBytes() == null
                        ? Double.NaN
                        : metrics.status.freeBytes());
        gauge(
                "hubstorage.schedule.paused",
                "1 while the schedule is paused",
                metrics -> metrics.scheduler != null && metrics.scheduler.paused() ? 1 : 0);
        gauge(
                "hubstorage.schedule.overdue",
                "1 while a run should have begun already",
                metrics -> metrics.scheduler != null && metrics.scheduler.runs().overdue() ? 1 : 0);
        lastSuccessByBucket = MultiGauge.builder("hubstorage.bucket.last.success.timestamp.seconds")
                .description("When the last run began that backed the bucket up whole; 0 if none has")
                .register(registry);
        // From the start: an alert on a counter's increase does not see the first one of a series that was not there.
        for (RunResult result : RunResult.values()) {
            if (result.ended()) {
                runs(result, false);
                runs(result, true);
            }
        }
        downloadedBytes = Counter.builder("hubstorage.backup.downloaded.bytes")
                .description("Bytes of the objects that runs have downloaded")
                .register(registry);
        downloadedObjects = Counter.builder("hubstorage.backup.downloaded.objects")
                .description("Objects that runs have downloaded")
                .register(registry);
        duration = Timer.builder("hubstorage.backup.duration")
                .description("How long runs took")
                .register(registry);
        meters.addAll(List.of(downloadedBytes, downloadedObjects, duration));
        bindings.forEach(binding -> binding.bindTo(registry));
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

    public void mount(Router router) {
        router.get("/metrics").handler(this::scrape);
    }

    public void start() {
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> running = true));
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_PROGRESS, this::progress));
        consumers.add(vertx.eventBus().consumer(Addresses.BACKUP_FINISHED, this::finished));
        bus.ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class).onSuccess(status -> {
            running = status.running();
            last = last == null ? status.last() : last;
            lastSuccess = lastSuccess == null ? status.lastSuccess() : lastSuccess;
        });
    }

    public void stop() {
        consumers.forEach(MessageConsumer::unregister);
        meters.forEach(registry::remove);
        lastSuccessByBucket.register(List.of(), true);
        collections.close();
    }

    private void progress(Message<JsonObject> message) {
        RunState state = BusJson.decode(message.body(), RunState.class);
        running = true;
        bytesPerSecond = state.progress().bytesPerSecond();
        waitingForS3 = state.waiting() != null;
    }

    private void finished(Message<JsonObject> message) {
        RunRecord run = BusJson.decode(message.body(), RunRecord.class);
        running = false;
        bytesPerSecond = 0;
        waitingForS3 = false;
        runs(run.result(), run.dryRun()).increment();
        if (run.dryRun()) {
            return;
        }
        last = run;
        downloadedBytes.increment((double) run.totals().downloaded().bytes());
        downloadedObjects.increment((double) run.totals().downloaded().objects());
        if (run.finishedAt() != null) {
            duration.record(Duration.between(run.startedAt(), run.finishedAt()));
        }
        if (run.leavesAllSafe()) {
            lastSuccess = run;
        }
    }

    private Counter runs(RunResult result, boolean dryRun) {
        Counter counter = Counter.builder("hubstorage.backup.runs")
                .description("Runs that have ended")
                .tag("result", result.name().toLowerCase(Locale.ROOT))
                .tag("dry_run", String.valueOf(dryRun))
                .register(registry);
        meters.add(counter);
        return counter;
    }

    private double alarms(Alarm.Kind kind) {
        StatusMessage.Current judged = status;
        return judged == null
                ? 0
                : judged.alarms().stream().filter(alarm -> alarm.kind() == kind).count();
    }

    private double is(StatusMessage.State state) {
        StatusMessage.Current judged = status;
        return judged != null && judged.state() == state ? 1 : 0;
    }

    /** What changes with time alone is asked for at each scrape. */
    private Future<Void> refresh() {
        Future<StatusMessage.Current> judged = bus.ask(Addresses.STATUS, StatusMessage.Current.class)
                .onSuccess(current -> {
                    status = current;
                    lastSuccessByBucket.register(
                            current.buckets().stream().map(Metrics::row).toList(), true);
                });
        Future<SchedulerMessage.Status> planned = bus.ask(Addresses.SCHEDULER_STATUS, SchedulerMessage.Status.class)
                .onSuccess(current -> scheduler = current);
        return Future.join(judged, planned).<Void>mapEmpty().otherwiseEmpty();
    }

    private static MultiGauge.Row<Number> row(StatusMessage.Bucket bucket) {
        Instant last = bucket.lastSuccess();
        return MultiGauge.Row.of(Tags.of("bucket", bucket.bucket()), last == null ? 0 : last.getEpochSecond());
    }

    private void scrape(RoutingContext context) {
        refresh().onComplete(_ -> answer(context));
    }

    private void answer(RoutingContext context) {
        // The text format is what every Prometheus reads; a scrape of many meters is too slow for the event loop.
        vertx.executeBlocking(() -> registry.scrape("text/plain; version=0.0.4; charset=utf-8"), false)
                .onSuccess(text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .end(text))
                .onFailure(context::fail);
    }

    private void gauge(String name, String description, ToDoubleFunction<Metrics> value) {
        meters.add(Gauge.builder(name, this, value).description(description).register(registry));
    }

    private static double started(@Nullable RunRecord run) {
        return run == null ? 0 : run.startedAt().getEpochSecond();
    }

    private static double count(@Nullable RunRecord run, ToDoubleFunction<RunRecord> value) {
        return run == null ? 0 : value.applyAsDouble(run);
    }
}
