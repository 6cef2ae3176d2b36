package io.hubstorage.cli;

import io.hubstorage.HubStorage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.testkit.Hub;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The command line in a home of its own, with the real engine behind those commands that start one. */
final class Commands implements Program {
    /** What the clock says unless a test sets it. */
    static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");

    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private InstantSource clock = InstantSource.fixed(NOW);
    private @Nullable String answer;

    /** With an empty {@code .env} and the folders that it names not yet there. */
    Commands(Path home) {
        this.home = home;
        try {
            Files.createDirectories(home.resolve("config"));
            Files.createFile(home.resolve(".env"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        with("HUBSTORAGE_ENV_FILE", home.resolve(".env"))
                .with("HUBSTORAGE_CONFIG_PATH", home.resolve("config"))
                .with("HUBSTORAGE_DATA_PATH", home.resolve("data"))
                .with("HUBSTORAGE_LOG_PATH", home.resolve("logs"))
                .with("DOCKER_MODE", false);
    }

    /** Sets a variable of the environment. */
    Commands with(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    /** Sets {@code config.json}. */
    Commands configured(String json) throws IOException {
        Files.writeString(home.resolve("config/config.json"), json);
        return this;
    }

    Commands at(InstantSource time) {
        clock = time;
        return this;
    }

    /** What somebody at the terminal answers from now on. */
    void answers(String word) {
        answer = word;
    }

    /** Stops, as a signal does, what is started from now on. */
    void interrupt() {
        stop.complete(null);
    }

    /** Runs it, and returns its exit code; what the one before printed is forgotten. */
    int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return HubCommand.execute(this, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    /** What the last one printed. */
    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public String version() {
        return "1.2.3";
    }

    @Override
    public Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public Terminal terminal() {
        return Terminal.NONE;
    }

    @Override
    public @Nullable String secret(String question) {
        return null;
    }

    @Override
    public @Nullable String answer(String question) {
        return answer;
    }

    @Override
    public Running start(Launch launch) {
        Vertx vertx = Vertx.vertx();
        HubStorage hub = Hub.await(
                HubStorage.engine(vertx, launch.environment(), clock(), Duration.ofSeconds(5), RetryPolicy.USUAL));
        return new Running() {
            @Override
            public Vertx vertx() {
                return vertx;
            }

            @Override
            public ConfigStore config() {
                return hub.config();
            }

            @Override
            public OptionalInt port() {
                return OptionalInt.empty();
            }

            @Override
            public void close() {
                Hub.await(hub.stop());
                Hub.await(vertx.close());
            }
        };
    }

    @Override
    public CompletableFuture<Void> stopRequest() {
        return stop;
    }
}
