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
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code /metrics} in Prometheus's text format: what the registry holds (Vert.x, the JVM) and what an alert on backups
 * needs. Use it on one context; gauges are read from any thread.
 */
public final class Metrics {
    private static final String OURS = "hubstorage.";
    /** What every Prometheus reads. */
    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final Bus bus;
    private final PrometheusMeterRegistry registry;
    private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
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
        bindings.forEach(binding -> binding.bindTo(registry));
        gauge("build", "1; its labels say what runs", () -> 1, "version", version);
        gauge("sse.connections", "Open event streams", hub::connections);
        gauge(
                "config.broken",
                "Files of the configuration (config.json, .env) that cannot be used as they stand, so that older"
                        + " content is in force",
                () -> store.current().broken().size());
        measureJudgement();
        measureRuns();
        lastSuccessByBucket = MultiGauge.builder(OURS + "bucket.last.success.timestamp.seconds")
                .description("When the last run began that backed the bucket up whole; 0 if none has")
                .register(registry);
        downloadedBytes = Counter.builder(OURS + "backup.downloaded.bytes")
                .description("Bytes of the objects that runs have downloaded")
                .register(registry);
        downloadedObjects = Counter.builder(OURS + "backup.downloaded.objects")
                .description("Objects that runs have downloaded")
                .register(registry);
        duration = Timer.builder(OURS + "backup.duration")
                .description("How long runs took")
                .register(registry);
    }

    private void measureJudgement() {
        for (Alarm.Kind kind : Alarm.Kind.values()) {
            gauge(
                    "alarms",
                    "Alarms that nobody has acknowledged, by kind",
                    () -> of(
                            status,
                            now -> now.alarms().stream()
                                    .filter(alarm -> alarm.kind() == kind)
                                    .count()),
                    "kind",
                    BusJson.word(kind));
        }
        for (StatusMessage.State state : StatusMessage.State.values()) {
            gauge(
                    "state",
                    "1 for the word that says how things stand, 0 for the others",
                    () -> is(status, now -> now.state() == state),
                    "state",
                    BusJson.word(state));
        }
        gauge("data.free.bytes", "What the disk of the data folder has left", this::freeBytes);
        gauge(
                "schedule.paused",
                "1 while the schedule is paused",
                () -> is(scheduler, SchedulerMessage.Status::paused));
        gauge(
                "schedule.overdue",
                "1 while a run should have begun already",
                () -> is(scheduler, now -> now.runs().overdue()));
    }

    private void measureRuns() {
        // From the start: an alert on a counter's increase does not see the first one of a series that was not there.
        for (RunResult result : RunResult.values()) {
            if (result.ended()) {
                runs(result, false);
                runs(result, true);
            }
        }
        gauge("backup.running", "1 while a run goes on", () -> running ? 1 : 0);
        gauge(
                "waiting.for.s3",
                "1 while a run cannot go on because S3 does not do its work",
                () -> waitingForS3 ? 1 : 0);
        gauge("backup.receive.rate", "Bytes a second from S3", () -> bytesPerSecond);
        gauge(
                "backup.last.success.timestamp.seconds",
                "When the last run began that left every bucket safe",
                () -> of(lastSuccess, run -> run.startedAt().getEpochSecond()));
        gauge(
                "backup.last.timestamp.seconds",
                "When the last run began",
                () -> of(last, run -> run.startedAt().getEpochSecond()));
        gauge(
                "backup.last.objects",
                "Objects the last run listed",
                () -> of(last, run -> run.totals().listed().objects()));
        gauge(
                "backup.last.bytes",
                "Bytes the last run listed",
                () -> of(last, run -> run.totals().listed().bytes()));
        gauge(
                "backup.last.failed.objects",
                "Objects the last run could not copy",
                () -> of(last, run -> run.totals().failed().objects()));
    }

    private void gauge(String name, String description, Supplier<Number> value, String... tags) {
        Gauge.builder(OURS + name, value).description(description).tags(tags).register(registry);
    }

    /** A number of what is known; 0 of what is not. */
    private static <T> double of(@Nullable T known, ToDoubleFunction<T> number) {
        return known == null ? 0 : number.applyAsDouble(known);
    }

    private static <T> int is(@Nullable T known, Predicate<T> condition) {
        return known != null && condition.test(known) ? 1 : 0;
    }

    private double freeBytes() {
        StatusMessage.Current known = status;
        return known == null || known.freeBytes() == null ? Double.NaN : known.freeBytes();
    }

    public void mount(Router router) {
        router.get("/metrics").respond(this::scrape);
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
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(OURS))
                .forEach(registry::remove);
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
        return Counter.builder(OURS + "backup.runs")
                .description("Runs that have ended")
                .tag("result", BusJson.word(result))
                .tag("dry_run", String.valueOf(dryRun))
                .register(registry);
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

    private Future<String> scrape(RoutingContext context) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, TEXT_FORMAT);
        // A scrape of many meters is too slow for the event loop.
        return refresh().compose(_ -> vertx.executeBlocking(() -> registry.scrape(TEXT_FORMAT), false));
    }
}
