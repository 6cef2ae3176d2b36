package io.hubstorage.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a file of the configuration has other content, by vertx-config's periodic scan: notifications of the
 * file system do not reach network shares and bind mounts. Belongs to one context.
 */
final class ConfigWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatch.class);

    private final Vertx vertx;
    private final ConfigStore store;
    private final long period;
    private @Nullable ConfigRetriever retriever;
    private Set<Path> watched = Set.of();
    private boolean stopped;

    ConfigWatch(Vertx vertx, ConfigStore store, Duration period) {
        this.vertx = vertx;
        this.store = store;
        this.period = period.toMillis();
    }

    /** The first scan always counts as a change, which covers what happened since the store read the files. */
    void start() {
        watched = store.files();
        ConfigRetrieverOptions options =
                new ConfigRetrieverOptions().setIncludeDefaultStores(false).setScanPeriod(period);
        int number = 0;
        for (Path file : watched) {
            options.addStore(new ConfigStoreOptions()
                    .setType("file")
                    .setFormat("raw")
                    .setOptional(true)
                    .setConfig(new JsonObject()
                            .put("path", file.toString())
                            .put("raw.key", "file-" + number++)
                            // One character a byte, so that any change of bytes is one of text.
                            .put("raw.encoding", StandardCharsets.ISO_8859_1.name())));
        }
        retriever = ConfigRetriever.create(vertx, options).setConfigurationProcessor(ConfigWatch::hashes);
        retriever.listen(change -> reload());
    }

    Future<Void> stop() {
        stopped = true;
        return retriever == null ? Future.succeededFuture() : retriever.close();
    }

    /** The scan keeps hashes only: the files hold secrets. */
    private static JsonObject hashes(JsonObject contents) {
        JsonObject hashes = new JsonObject();
        contents.forEach(entry -> hashes.put(
                entry.getKey(),
                ConfigText.hash(String.valueOf(entry.getValue()).getBytes(StandardCharsets.ISO_8859_1))));
        return hashes;
    }

    private void reload() {
        store.reload()
                .onSuccess(lookAgain -> {
                    if (stopped) {
                        return;
                    }
                    if (lookAgain) {
                        vertx.setTimer(period, timer -> reload());
                    }
                    if (!watched.equals(store.files())) {
                        restart();
                    }
                })
                .onFailure(e -> LOG.error("The configuration could not be looked at; it stays as it is", e));
    }

    /** Another secret file is named now. */
    private void restart() {
        ConfigRetriever old = retriever;
        start();
        if (old != null) {
            old.close();
        }
    }
}
