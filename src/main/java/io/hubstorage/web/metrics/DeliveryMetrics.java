package io.hubstorage.web.metrics;

import io.hubstorage.config.ConfigStore;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code hubstorage_notify_deliveries_total}: what became of tries to tell somebody, by channel and outcome, as those who deliver publish
 * it. Use it on one context.
 */
final class DeliveryMetrics {
    static final String DELIVERED = "hubstorage.notify.delivered";
    /** What becomes of one try. */
    private static final List<String> OUTCOMES = List.of("delivered", "failed", "given_up", "folded");

    private static final String OTHER = "other";
    /** Names come from a configuration that changes while we run; so many series at the most. */
    private static final int MOST_CHANNELS = 100;

    private final Meters meters;
    private final ConfigStore store;
    private final Set<String> channels = new HashSet<>();

    DeliveryMetrics(Meters meters, ConfigStore store) {
        this.meters = meters;
        this.store = store;
        refresh();
    }

    void start(Vertx vertx) {
        vertx.eventBus().consumer(DELIVERED, this::delivered);
    }

    /** Gives each channel of the configuration its zeros, before the first message. */
    void refresh() {
        if (store.current().config().getValue("notify") instanceof JsonObject notify
                && notify.getValue("channels") instanceof JsonArray named) {
            named.stream()
                    .filter(JsonObject.class::isInstance)
                    .map(channel -> ((JsonObject) channel).getValue("name"))
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(this::known);
        }
    }

    /** The name of a channel as the label has it. */
    private String known(String channel) {
        if (channels.size() >= MOST_CHANNELS && !channels.contains(channel)) {
            return OTHER;
        }
        if (channels.add(channel)) {
            OUTCOMES.forEach(outcome -> count(channel, outcome, 0));
        }
        return channel;
    }

    private void delivered(Message<JsonObject> message) {
        String outcome = message.body().getString("outcome", "");
        count(known(message.body().getString("channel", OTHER)), OUTCOMES.contains(outcome) ? outcome : OTHER, 1);
    }

    private void count(String channel, String outcome, int more) {
        meters.counter(
                        "notify.deliveries",
                        "Tries to deliver a message, by channel and by what came of it",
                        "channel",
                        channel,
                        "outcome",
                        outcome)
                .increment(more);
    }
}
