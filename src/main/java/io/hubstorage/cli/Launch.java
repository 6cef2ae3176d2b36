package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import java.util.function.UnaryOperator;

/**
 * What to start, and with which configuration.
 *
 * @param environment the variables, with what the command line says already in them
 * @param override what the command line changes in {@code config.json}'s meaning, now and after each edit
 */
public record Launch(Mode mode, Environment environment, UnaryOperator<HubConfig> override) {
    /** How much of the program is wanted. */
    public enum Mode {
        /** One run: no schedule, no web server, and the console is the command's own. */
        ONE_RUN,
        /** The schedule without the web server; logs to stdout. */
        SCHEDULE,
        /** Everything; logs to stdout. */
        SERVICE
    }
}
