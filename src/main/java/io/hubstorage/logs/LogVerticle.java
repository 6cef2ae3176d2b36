package io.hubstorage.logs;

import io.hubstorage.bus.Addresses;
import io.hubstorage.config.ConfigStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the log on the bus while it is deployed, and lets it follow the configuration. */
public final class LogVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(LogVerticle.class);

    private final Logging logging;
    private final ConfigStore config;

    public LogVerticle(Logging logging, ConfigStore config) {
        this.logging = logging;
        this.config = config;
    }

    @Override
    public Future<?> start() {
        List<MessageConsumer<Object>> consumers = List.of(
                vertx.eventBus().consumer(Addresses.CONFIG_CHANGED, message -> blocking(this::follow)),
                // The first run makes the data folder; a disk may have been mounted since.
                vertx.eventBus().consumer(Addresses.BACKUP_STARTED, message -> blocking(logging::retryDataLog)),
                vertx.eventBus().consumer(Addresses.BACKUP_FINISHED, message -> blocking(logging::retryDataLog)));
        return Future.join(consumers.stream().map(MessageConsumer::completion).toList())
                .compose(then -> vertx.executeBlocking(() -> {
                    logging.publishTo(vertx);
                    return null;
                }));
    }

    @Override
    public Future<?> stop() {
        return vertx.executeBlocking(() -> {
            logging.stopPublishing();
            return null;
        });
    }

    private void follow() {
        logging.apply(config.config().logging(), config.logFile(), config.dataPath());
    }

    private void blocking(Runnable task) {
        vertx.executeBlocking(() -> {
                    task.run();
                    return null;
                })
                .onFailure(e -> LOG.error("The log could not be changed", e));
    }
}
