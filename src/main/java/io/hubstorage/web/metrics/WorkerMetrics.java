package io.hubstorage.web.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** {@code /metrics} of a worker: the JVM, the process, Vert.x, and how much it has to do. */
public final class WorkerMetrics {
    private WorkerMetrics() {}

    /**
     * Adds them to the registry, for as long as the process lives.
     *
     * @param ready whether the service knows the worker
     * @param shards how many it is at work on
     */
    public static void addTo(
            PrometheusMeterRegistry registry, String version, BooleanSupplier ready, IntSupplier shards) {
        new ProgramMetrics().bindTo(registry);
        Meters meters = new Meters(registry);
        meters.gauge(
                "worker.ready",
                "1 while the service knows this worker and gives it work",
                () -> ready.getAsBoolean() ? 1 : 0);
        meters.gauge("worker.shards", "Parts of buckets that this worker is at work on", shards::getAsInt);
        Info.builder()
                .name("hubstorage_build_info")
                .help("1; its labels say what runs")
                .labelNames("version", "java")
                .register(registry.getPrometheusRegistry())
                .setLabelValues(version, Runtime.version().toString());
    }
}
