package io.hubstorage.web.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code jvm_…}, {@code process_…}, {@code system_…}: as Micrometer measures them, with those of the process under the names that
 * Prometheus's own clients give them.
 */
final class ProgramMetrics {
    /** Of Micrometer's, those that stand for the same. */
    private static final Map<String, String> CONVENTIONAL =
            Map.of("process.files.open", "process.open.fds", "process.files.max", "process.max.fds");

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private final JvmGcMetrics collections = new JvmGcMetrics();

    /** What the registry needs before its first meter. */
    static void prepare(MeterRegistry registry) {
        registry.config()
                // Their names are not what Prometheus expects of a unit and of a count.
                .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
                .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"))
                .meterFilter(new MeterFilter() {
                    @Override
                    public Meter.Id map(Meter.Id id) {
                        String name = CONVENTIONAL.get(id.getName());
                        return name == null ? id : id.withName(name).withBaseUnit(null);
                    }
                });
    }

    void bindTo(MeterRegistry registry) {
        List<MeterBinder> library = List.of(
                new ClassLoaderMetrics(),
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                collections,
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        library.forEach(binding -> binding.bindTo(registry));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu.seconds", system, ProgramMetrics::cpuSeconds)
                    .description("Time that the processors have spent on this process")
                    .register(registry);
        }
        if (Files.isReadable(STATUS)) {
            Gauge.builder("process.resident.memory.bytes", ProgramMetrics::resident)
                    .description("Memory that this process takes of the machine")
                    .register(registry);
        }
    }

    private static double cpuSeconds(OperatingSystemMXBean system) {
        return system.getProcessCpuTime() / (double) Duration.ofSeconds(1).toNanos();
    }

    private static double resident() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .map(line ->
                            line.substring(RESIDENT.length()).replace("kB", "").strip())
                    .mapToDouble(kibibytes -> Double.parseDouble(kibibytes) * 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    void close() {
        collections.close();
    }
}
