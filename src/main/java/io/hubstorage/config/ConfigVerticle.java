package io.hubstorage.config;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.bus.ConfigMessage.Update;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration on the bus: answers who asks, saves, and tells everybody about changes, also those by hand. */
public final class ConfigVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigVerticle.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int BAD_REQUEST = 400;
    private static final int STALE = 412;
    private static final int FAILED = 500;

    private final ConfigStore store;
    private final Duration period;
    private Consumer<Current> listener = current -> {};
    private @Nullable ConfigWatch watch;

    /** Looks for changes on disk once a second. */
    public ConfigVerticle(ConfigStore store) {
        this(store, PERIOD);
    }

    /** Looks for changes on disk at that period. */
    public ConfigVerticle(ConfigStore store, Duration period) {
        this.store = store;
        this.period = period;
    }

    @Override
    public Future<?> start() {
        Context own = context;
        listener = current ->
                own.runOnContext(then -> vertx.eventBus().publish(Addresses.CONFIG_CHANGED, BusJson.encode(current)));
        store.onChange(listener);
        MessageConsumer<JsonObject> get = vertx.eventBus().consumer(Addresses.CONFIG_GET, this::get);
        MessageConsumer<JsonObject> update = vertx.eventBus().consumer(Addresses.CONFIG_UPDATE, this::update);
        ConfigWatch started = new ConfigWatch(vertx, store, period);
        watch = started;
        started.start();
        return Future.join(get.completion(), update.completion());
    }

    @Override
    public Future<?> stop() {
        store.removeListener(listener);
        return watch == null ? Future.succeededFuture() : watch.stop();
    }

    private void get(Message<JsonObject> message) {
        message.reply(BusJson.encode(store.current()));
    }

    private void update(Message<JsonObject> message) {
        JsonObject body = Objects.requireNonNullElseGet(message.body(), JsonObject::new);
        // Looked at by hand: the decoder's complaint would repeat what was sent.
        if (!(body.getValue("config") instanceof JsonObject)) {
            message.fail(BAD_REQUEST, "config: found no object, allowed: the whole configuration as an object");
            return;
        }
        if (body.getValue("if_match") != null && !(body.getValue("if_match") instanceof String)) {
            message.fail(BAD_REQUEST, "if_match: found no text, allowed: the hash that the change is based on");
            return;
        }
        Update request = BusJson.decode(body, Update.class);
        store.update(request.config(), request.ifMatch())
                .onSuccess(current -> message.reply(BusJson.encode(current)))
                .onFailure(e -> fail(message, e));
    }

    private static void fail(Message<JsonObject> message, Throwable e) {
        switch (e) {
            case ConfigException _ -> message.fail(BAD_REQUEST, e.getMessage());
            case StaleConfigException _ -> message.fail(STALE, e.getMessage());
            default -> {
                LOG.error("The configuration could not be saved", e);
                message.fail(FAILED, e.getMessage());
            }
        }
    }
}
