package io.hubstorage.config;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.bus.ConfigMessage.Verdict;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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
    /** A disk that does not answer keeps nobody from stopping. */
    private static final long STOP_SECONDS = 2;

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

    public ConfigVerticle(ConfigStore store, Duration period) {
        this.store = store;
        this.period = period;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        Context own = context;
        listener = current -> own.runOnContext(_ -> bus.publish(Addresses.CONFIG_CHANGED, current));
        store.onChange(listener);
        watch();
        return Future.join(
                bus.answer(Addresses.CONFIG_GET, _ -> Future.succeededFuture(store.current())),
                bus.answer(Addresses.CONFIG_UPDATE, this::update),
                bus.answer(
                        Addresses.CONFIG_VALIDATE,
                        body -> store.problems(config(body)).map(Verdict::new)));
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        store.removeListener(listener);
        Future<?> closed = retriever == null ? Future.succeededFuture() : retriever.close();
        return Future.join(closed, looking)
                .otherwiseEmpty()
                // Comes behind the files of a scan that is under way: nothing may be read any more when Vert.x is
                // closed.
                .compose(_ ->
                        vertx.fileSystem().exists(store.settings().configFile().toString()))
                .timeout(STOP_SECONDS, TimeUnit.SECONDS)
                .otherwiseEmpty();
    }

    private Future<Current> update(JsonObject body) {
        JsonObject config = config(body);
        return switch (body.getValue("if_match")) {
            case null -> store.update(config, null);
            case String hash -> store.update(config, hash);
            default ->
                throw new IllegalArgumentException(
                        "if_match: found no text, allowed: the hash that the change is based on");
        };
    }

    /** Looked at by hand: the decoder's complaint would repeat what was sent. */
    private static JsonObject config(JsonObject body) {
        if (body.getValue("config") instanceof JsonObject config) {
            return config;
        }
        throw new IllegalArgumentException("config: found no object, allowed: the whole configuration as an object");
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
