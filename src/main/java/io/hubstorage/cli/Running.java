package io.hubstorage.cli;

import io.hubstorage.config.ConfigStore;
import io.vertx.core.Vertx;
import java.util.OptionalInt;

/** What {@link Program#start} has started. */
public interface Running extends AutoCloseable {
    /** The bus that its rooms talk over. */
    Vertx vertx();

    /** The configuration in force. */
    ConfigStore config();

    /** Where the web server listens, if there is one. */
    OptionalInt port();

    /** Stops everything in order: a run that is under way is stopped so that the next one goes on with it. Blocks. */
    @Override
    void close();
}
