package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.HubStorage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.retain.TrashKit;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retain}, with the real engine behind it. */
final class RetainCommandTest {
    private static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");

    @TempDir
    Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private @Nullable String answer;
    private Layout layout;
    private List<String> names;

    @BeforeEach
    void places() throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.createFile(home.resolve(".env"));
        Files.writeString(
                home.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"retention\": {\"keep_last\": 1, \"undo_hours\": 48}}");
        layout = new Layout(home.resolve("data"));
        names = Stream.of(3, 2, 1)
                .map(days -> TrashKit.write(layout, NOW.minus(Duration.ofDays(days)), "photos", "a", "of day " + days))
                .toList()
                .reversed();
    }

    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    private final class Engine implements Program {
        @Override
        public String version() {
            return "1.2.3";
        }

        @Override
        public Map<String, String> environment() {
            return Map.of(
                    "HUBSTORAGE_ENV_FILE", home.resolve(".env").toString(),
                    "HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString(),
                    "HUBSTORAGE_DATA_PATH", home.resolve("data").toString(),
                    "HUBSTORAGE_LOG_PATH", home.resolve("logs").toString(),
                    "DOCKER_MODE", "false");
        }

        @Override
        public InstantSource clock() {
            return InstantSource.fixed(NOW);
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

    /** Nobody has told the history of these snapshots, which is an alarm, and keeps all of them. */
    private void acknowledge() {
        assertThat(retain()).isZero();
        assertThat(out.toString())
                .contains("an alarm is open")
                .endsWith("Every snapshot stays." + System.lineSeparator());
        assertThat(command("alarms", "acknowledge", "--all")).isZero();
    }

    private int retain(String... arguments) {
        return command(Stream.concat(Stream.of("retain"), Stream.of(arguments)).toArray(String[]::new));
    }

    private int command(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return HubCommand.execute(new Engine(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void itShowsThePlanAsksRemovesAndBringsBack() {
        acknowledge();
        assertThat(retain("--preview")).isZero();
        assertThat(out.toString())
                .contains(
                        names.getFirst() + "  2026-11-26 06:15 UTC  stays  last success of photos, newest, last 1 of 1")
                .contains(names.getLast() + "  2026-11-24 06:15 UTC  goes   no rule keeps it")
                .contains("2 of 3 snapshots would go, which frees", "It can be undone for 48 h");

        assertThat(retain()).isEqualTo(2);
        assertThat(err.toString()).contains("Nothing was removed. Add --yes");
        answer = "no";
        assertThat(retain()).isEqualTo(2);
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());

        answer = "yes";
        assertThat(retain()).isZero();
        assertThat(out.toString()).contains("2 snapshots removed; undo until 2026-11-29T06:15:00Z");
        assertThat(layout.snapshot(names.getLast())).doesNotExist();

        assertThat(retain("--undo", names.getLast())).isZero();
        assertThat(out.toString()).contains("Back: " + names.getLast());
        assertThat(retain("--undo")).isZero();
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());
        assertThat(retain("--undo")).isEqualTo(2);
        assertThat(err.toString()).contains("Nothing came back: The trash holds nothing");
    }

    @Test
    void whoStopsItWhileItCountsHasRemovedNothing() {
        acknowledge();
        stop.complete(null);
        assertThat(retain("--yes")).isEqualTo(130);
        assertThat(names).allSatisfy(name -> assertThat(layout.snapshot(name)).exists());
    }

    @Test
    void oneGoesByHandUnlessItIsHeldAndProgramsGetJson() {
        acknowledge();
        assertThat(retain("--delete", names.getFirst(), "--yes")).isEqualTo(4);
        assertThat(err.toString())
                .contains("Nothing was removed: " + names.getFirst() + " stays: last success of photos");
        assertThat(retain("--delete", "hublink_20200101000000", "--yes")).isEqualTo(2);

        assertThat(retain("--delete", names.getLast(), "--yes", "--json")).isZero();
        JsonObject record = new JsonObject(out.toString());
        assertThat(record.getString("snapshot")).isEqualTo(names.getLast());
        assertThat(record.getInteger("removed")).isEqualTo(1);

        assertThat(retain("--preview", "--json")).isZero();
        assertThat(new JsonObject(out.toString()).getJsonArray("verdicts")).hasSize(2);
        assertThat(retain("--yes")).isZero();
        assertThat(retain()).as("nothing is left to remove").isZero();
        assertThat(out.toString()).contains("Every snapshot stays.");
    }
}
