package io.hubstorage.web.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import java.util.function.Supplier;

/**
 * Meters of ours. Names are given with dots and without the prefix {@code hubstorage.}; the description is the line of help. Gauges
 * are read from any thread.
 */
record Meters(MeterRegistry registry) {
    private static final String OURS = "hubstorage.";

    /** One number, read at each scrape; the tags are names and values in turns. */
    void gauge(String name, String help, Supplier<Number> value, String... tags) {
        Gauge.builder(OURS + name, value).description(help).tags(tags).register(registry);
    }

    /** A counter that is at zero from now on; the same again where there is one already. */
    Counter counter(String name, String help, String... tags) {
        return Counter.builder(OURS + name).description(help).tags(tags).register(registry);
    }

    /** As many rows as there are at the time, told apart by their tags. */
    MultiGauge rows(String name, String help) {
        return MultiGauge.builder(OURS + name).description(help).register(registry);
    }

    /** Takes all of them away. */
    void remove() {
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(OURS))
                .forEach(registry::remove);
    }
}
