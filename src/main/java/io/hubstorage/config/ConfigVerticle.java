package io.hubstorage.config;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.bus.ConfigMessage.Update;
import io.hubstorage.bus.ConfigMessage.Verdict;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration on the bus: answers who asks, saves, and tells everybody about changes, also those by hand. Those it
 * notices by vertx-config's periodic scan: notifications of the file system do not reach network shares and bind mounts.
 */
public final class ConfigVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigVerticle.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int BAD_REQUEST = 400;
    private static final int STALE = 412;
    private static final int FAILED = 500;

    private final ConfigStore store;
    private final Duration period;
    private Consumer<Current> listener = current -> {};
    private @Nullable ConfigRetriever retriever;
    private Set<Path> watched = Set.of();
    private Future<?> looking = Future.succeededFuture();
    private boolean stopped;

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
        MessageConsumer<JsonObject> validate = vertx.eventBus().consumer(Addresses.CONFIG_VALIDATE, this::validate);
        watch();
        return Future.join(get.completion(), update.completion(), validate.completion());
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        store.removeListener(listener);
        Future<?> closed = retriever == null ? Future.succeededFuture() : retriever.close();
        return Future.join(closed, looking).otherwiseEmpty();
    }

    private void get(Message<JsonObject> message) {
        message.reply(BusJson.encode(store.current()));
    }

    private void update(Message<JsonObject> message) {
        JsonObject body = Objects.requireNonNullElseGet(message.body(), JsonObject::new);
        if (isWithoutConfig(body, message)) {
            return;
        }
        if (body.getValue("if_match") != null && !(body.getValue("if_match") instanceof String)) {
            message.fail(BAD_REQUEST, "if_match: found no text, allowed: the hash that the change is based on");
            return;
        }
        Update request = BusJson.decode(body, Update.class);
        store.update(request.config(), request.ifMatch())
                .onSuccess(current -> message.reply(BusJson.encode(current)))
                .onFailure(e -> fail(message, "saved", e));
    }

    private void validate(Message<JsonObject> message) {
        JsonObject body = Objects.requireNonNullElseGet(message.body(), JsonObject::new);
        if (!isWithoutConfig(body, message)) {
            store.problems(body.getJsonObject("config"))
                    .onSuccess(problems -> message.reply(BusJson.encode(new Verdict(problems))))
                    .onFailure(e -> fail(message, "checked", e));
        }
    }

    /** Looked at by hand, and refused: the decoder's complaint would repeat what was sent. */
    private static boolean isWithoutConfig(JsonObject body, Message<JsonObject> message) {
        boolean missing = !(body.getValue("config") instanceof JsonObject);
        if (missing) {
            message.fail(BAD_REQUEST, "config: found no object, allowed: the whole configuration as an object");
        }
        return missing;
    }

    private static void fail(Message<JsonObject> message, String what, Throwable e) {
        switch (e) {
            case ConfigException _ -> message.fail(BAD_REQUEST, e.getMessage());
            case ConfigStore.StaleException _ -> message.fail(STALE, e.getMessage());
            default -> {
                LOG.error("The configuration could not be {}", what, e);
                message.fail(FAILED, e.getMessage());
            }
        }
    }

    /** The first scan always counts as a change, which covers what happened since the store read the files. */
    private void watch() {
        watched = store.files();
        ConfigRetrieverOptions options =
                new ConfigRetrieverOptions().setIncludeDefaultStores(false).setScanPeriod(period.toMillis());
        for (Path file : watched) {
            options.addStore(new ConfigStoreOptions()
                    .setType("file")
                    .setFormat("raw")
                    .setOptional(true)
                    .setConfig(new JsonObject()
                            .put("path", file.toString())
                            .put("raw.key", file.toString())
                            .put("raw.type", "binary")));
        }
        retriever = ConfigRetriever.create(vertx, options).setConfigurationProcessor(ConfigVerticle::hashes);
        retriever.listen(change -> reload());
    }

    /** The scan keeps hashes only: the files hold secrets. */
    private static JsonObject hashes(JsonObject contents) {
        JsonObject hashes = new JsonObject();
        contents.fieldNames().forEach(file -> hashes.put(file, ConfigDocument.hash(contents.getBinary(file))));
        return hashes;
    }

    private void reload() {
        // A scan that was under way when it was closed still reports.
        if (stopped) {
            return;
        }
        looking = store.reload()
                .onSuccess(lookAgain -> {
                    if (stopped) {
                        return;
                    }
                    if (lookAgain) {
                        vertx.setTimer(period.toMillis(), timer -> reload());
                    }
                    ConfigRetriever old = retriever;
                    if (old != null && !watched.equals(store.files())) {
                        // Another secret file is named now.
                        watch();
                        old.close();
                    }
                })
                .onFailure(e -> LOG.error("The configuration could not be looked at; it stays as it is", e));
    }
}
