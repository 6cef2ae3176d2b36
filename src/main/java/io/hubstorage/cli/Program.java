package io.hubstorage.cli;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the commands need of the program around them. The composition root implements it, because nobody imports that. */
public interface Program {
    /** As the build numbered it. */
    String version();

    Map<String, String> environment();

    InstantSource clock();

    Terminal terminal();

    /**
     * Something that nobody may read on the screen: asked for at a terminal, without an echo, else the next line of stdin.
     * Blocks. Null at the end of the input.
     */
    @Nullable
    String secret(String question);

    /** What somebody at the terminal answers; null where nobody is there to be asked. Blocks. */
    default @Nullable String answer(String question) {
        return null;
    }

    /**
     * Starts what the launch asks for. Blocks until all of it is up.
     *
     * @throws io.hubstorage.config.ConfigException when the configuration cannot be used
     * @throws StartException when something else is in the way
     */
    Running start(Launch launch);

    /**
     * Starts a worker, which looks for the service of its cluster from now on. Blocks until it can be asked whether it is well.
     *
     * @throws io.hubstorage.config.ConfigException when the variables cannot be used
     * @throws StartException when something else is in the way
     */
    default Working work(Environment environment) {
        throw new StartException("This program has no workers.", null);
    }

    /**
     * Completes at the first SIGTERM, SIGINT or SIGHUP, which from now on do not end the process any more: whoever calls
     * this has to. After 8 s, or at a second signal, it is ended all the same.
     */
    CompletableFuture<Void> stopRequest();

    /**
     * What to start, and with which configuration.
     *
     * @param environment the variables, with what the command line says already in them
     * @param override what the command line changes in {@code config.json}'s meaning, now and after each edit
     */
    record Launch(Mode mode, Environment environment, UnaryOperator<HubConfig> override) {
        public enum Mode {
            /** One run: no schedule, no web server, and the console is the command's own. */
            ONE_RUN,
            /** The schedule without the web server; logs to stdout. */
            SCHEDULE,
            /** Everything; logs to stdout. */
            SERVICE
        }
    }

    interface Running extends AutoCloseable {
        /** The bus that its rooms talk over. */
        Vertx vertx();

        ConfigStore config();

        /** Where the web server listens, if there is one. */
        OptionalInt port();

        /** Stops everything in order: a run that is under way is stopped so that the next one goes on with it. Blocks. */
        @Override
        void close();
    }

    /** A worker that was started. */
    interface Working extends AutoCloseable {
        /** Where health checks and metrics are. */
        int port();

        /** Gives back what it has under way, and ends. Blocks. */
        @Override
        void close();
    }

    /** The program cannot start; the message says what is in the way and what to do, in words for whoever started it. */
    final class StartException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StartException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * What stdout is.
     *
     * @param interactive somebody looks at it, and a line can be written over
     * @param columns how wide it is, if it is interactive
     */
    record Terminal(boolean interactive, int columns) {
        private static final int USUAL_COLUMNS = 80;

        /** A file or a pipe. */
        public static final Terminal NONE = new Terminal(false, USUAL_COLUMNS);

        /** A terminal of the width that {@code COLUMNS} says, if it says one. */
        public static Terminal ofWidth(String columns) {
            boolean number = columns.matches("[1-9]\\d{1,3}");
            return new Terminal(true, number ? Integer.parseInt(columns) : USUAL_COLUMNS);
        }
    }
}
