package io.hubstorage.logs;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.config.ConfigStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
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
        Bus bus = new Bus(vertx);
        return Future.join(
                        bus.listen(Addresses.CONFIG_CHANGED, () -> blocking(this::follow)),
                        // The first run makes the data folder; a disk may have been mounted since.
                        bus.listen(Addresses.BACKUP_STARTED, () -> blocking(logging::retryDataLog)),
                        bus.listen(Addresses.BACKUP_FINISHED, () -> blocking(logging::retryDataLog)))
                .compose(_ -> blocking(() -> logging.publishTo(vertx)));
    }

    @Override
    public Future<?> stop() {
        return blocking(logging::stopPublishing);
    }

    private void follow() {
        logging.apply(config.config().logging(), config.logFile(), config.dataPath());
    }

    private Future<Void> blocking(Runnable task) {
        return vertx.<Void>executeBlocking(() -> {
                    task.run();
                    return null;
                })
                .onFailure(e -> LOG.error("The log could not be changed", e));
    }
}
