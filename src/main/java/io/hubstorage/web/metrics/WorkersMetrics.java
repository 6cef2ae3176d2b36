package io.hubstorage.web.metrics;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.bus.WorkersMessage.State;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Who copies, and how much each has to do. */
final class WorkersMetrics {
    private final Asked<WorkersMessage.Listing> workers;

    WorkersMetrics(Bus bus, Meters meters) {
        workers = new Asked<>(
                meters, "workers", bus, Addresses.WORKERS_LIST, new JsonObject(), WorkersMessage.Listing.class);
        workers.rows(
                "workers",
                "Processes that copy, the service's own among them; lost are those that fell silent, refused those that"
                        + " are not let in",
                now -> Stream.of(State.values())
                        .map(state -> MultiGauge.Row.of(
                                Tags.of("state", state.name().toLowerCase(Locale.ROOT)),
                                now.workers().stream()
                                        .filter(worker -> worker.state() == state)
                                        .count())));
        byWorker("shards", "Parts of buckets that the worker is at work on", WorkersMessage.Worker::shards);
        byWorker(
                "received.bytes.per.second",
                "What the worker downloads, over the last seconds",
                WorkersMessage.Worker::bytesPerSecond);
    }

    private void byWorker(String what, String help, ToDoubleFunction<WorkersMessage.Worker> value) {
        workers.rows(
                "worker." + what,
                help,
                now -> now.workers().stream()
                        .filter(worker -> worker.state() == State.READY)
                        .map(worker ->
                                MultiGauge.Row.of(Tags.of("worker", worker.name()), value.applyAsDouble(worker))));
    }

    Future<Void> refresh() {
        return workers.refresh();
    }

    /** See {@link Asked#show}. */
    void show() {
        workers.show();
    }
}
