package io.hubstorage.web;

import io.hubstorage.bus.Addresses;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@code scheduler} event on the event stream whenever the scheduler's status is another one than before. The
 * scheduler publishes nothing itself, and falling overdue is no event anywhere: so it is asked, after whatever may change
 * its plan and every few seconds while somebody watches. Use it on one context.
 */
final class SchedulerWatch {
    private static final long EVERY_MILLIS = 5_000;
    /** The scheduler hears of the same messages as we do; it gets the time to act on them. */
    private static final long SETTLE_MILLIS = 200;

    private final Vertx vertx;
    private final Bus bus;
    private final EventHub hub;
    private final List<MessageConsumer<JsonObject>> consumers = new ArrayList<>();
    private long timer = -1;
    private @Nullable JsonObject last;

    SchedulerWatch(Vertx vertx, Bus bus, EventHub hub) {
        this.vertx = vertx;
        this.bus = bus;
        this.hub = hub;
    }

    void start() {
        for (String address : List.of(Addresses.BACKUP_STARTED, Addresses.BACKUP_FINISHED, Addresses.CONFIG_CHANGED)) {
            consumers.add(
                    vertx.eventBus().consumer(address, message -> vertx.setTimer(SETTLE_MILLIS, settled -> look())));
        }
        timer = vertx.setPeriodic(EVERY_MILLIS, tick -> {
            if (hub.connections() > 0) {
                look();
            }
        });
        look();
    }

    /** Tells everybody of a status that was learned otherwise. */
    void seen(JsonObject status) {
        if (!status.equals(last)) {
            last = status;
            hub.publish("scheduler", status);
        }
    }

    void stop() {
        vertx.cancelTimer(timer);
        consumers.forEach(MessageConsumer::unregister);
    }

    private void look() {
        bus.ask(Addresses.SCHEDULER_STATUS).onSuccess(this::seen);
    }
}
