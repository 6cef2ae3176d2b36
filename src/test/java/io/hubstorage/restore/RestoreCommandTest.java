package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.cli.HubCommand;
import io.hubstorage.cli.Program;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores by the command that asks for them over the bus. */
final class RestoreCommandTest {
    private static final InstantSource CLOCK = InstantSource.fixed(RestoreKit.NOW);

    @TempDir
    Path folder;

    @AutoClose
    private RestoreKit kit;

    private HistoryStore history;
    private Jobs jobs;

    @BeforeEach
    void open() throws IOException {
        kit = new RestoreKit(folder.toRealPath());
        history = HistoryStore.open(kit.config.settings().configFolder());
        jobs = new Jobs(kit.vertx, history, CLOCK);
        kit.photos("a", "1", "b", "2", "c/d", "3");
    }

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int command(@Nullable String answer, String... options) {
        List<String> args = new ArrayList<>(
                List.of("restore", "--config", folder.resolve("config").toString()));
        args.addAll(List.of(options));
        return HubCommand.execute(
                new Around(answer), new PrintWriter(out), new PrintWriter(err), args.toArray(String[]::new));
    }

    /** The program around the command: the rooms of this test. */
    private final class Around implements Program {
        private final @Nullable String answer;

        Around(@Nullable String answer) {
            this.answer = answer;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Map<String, String> environment() {
            return Map.of("HUBSTORAGE_DATA_PATH", kit.data.toString());
        }

        @Override
        public InstantSource clock() {
            return CLOCK;
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public @Nullable String secret(String question) {
            throw new AssertionError("asked for a secret");
        }

        @Override
        public @Nullable String answer(String question) {
            return answer;
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }

        @Override
        public Running start(Launch launch) {
            kit.deploy(jobs, history, true);
            return new Running() {
                @Override
                public Vertx vertx() {
                    return kit.vertx;
                }

                @Override
                public ConfigStore config() {
                    return kit.config;
                }

                @Override
                public OptionalInt port() {
                    return OptionalInt.empty();
                }

                @Override
                public void close() {
                    // The rooms belong to the test.
                }
            };
        }
    }

    @Test
    void theCommandShowsThePlanAndDoesIt() throws IOException {
        Files.createDirectories(kit.target);
        Files.writeString(kit.target.resolve("b"), "other");

        int code = command(null, "--bucket", "photos", "--to-dir", kit.target.toString(), "--yes");

        assertThat(code).isZero();
        assertThat(out.toString())
                .contains(
                        "From hublink_20261120080000: photos",
                        "To   " + kit.target,
                        "To write",
                        "1 differ there; --overwrite if-different would replace them",
                        "2 objects restored to",
                        "1 skipped",
                        "photos/b: differ there",
                        "Certificate: ");
        assertThat(kit.files()).isEqualTo(Map.of("a", "1", "b", "other", "c/d", "3"));
    }

    @Test
    void theCommandWritesNothingWithoutAYes() {
        assertThat(command(null, "--to-dir", kit.target.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("Add --yes");
        assertThat(kit.target).doesNotExist();
    }

    @Test
    void whoeverIsAskedMayRefuse() throws IOException {
        assertThat(command("no", "--to-dir", kit.target.toString())).isEqualTo(2);
        assertThat(out.toString()).contains("Nothing was written.");
        assertThat(kit.target).doesNotExist();
        assertThat(kit.restores.ids(10, null)).isEmpty();
    }

    @Test
    void whoeverSaysYesGetsIt() {
        assertThat(command(" YES ", "--to-dir", kit.target.toString())).isZero();
        assertThat(kit.files()).hasSize(3);
    }

    @Test
    void aDryRunIsAPlanAndLeavesNothing() throws IOException {
        assertThat(command(null, "--to-dir", kit.target.toString(), "--dry-run", "--json"))
                .isZero();

        JsonObject view = new JsonObject(out.toString());
        assertThat(view.getString("state")).isEqualTo("planned");
        assertThat(view.getJsonObject("plan").getJsonObject("write").getInteger("objects"))
                .isEqualTo(3);
        assertThat(kit.target).doesNotExist();
        assertThat(kit.restores.ids(10, null)).isEmpty();
    }

    @Test
    void theRecordIsPrintedAsJson() {
        assertThat(command(null, "--to-dir", kit.target.toString(), "--yes", "--json"))
                .isZero();

        JsonObject record = new JsonObject(out.toString());
        assertThat(record.getString("kind")).isEqualTo("restore");
        assertThat(record.getJsonObject("written").getInteger("objects")).isEqualTo(3);
        assertThat(err.toString()).contains("To write");
    }

    @Test
    void whatIsDamagedMakesThreeOfTheExitCode() throws IOException {
        Path file = kit.data.resolve("hublink_20261120080000/s3/photos/a");
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "x");
        Files.setLastModifiedTime(file, time);

        assertThat(command(null, "--to-dir", kit.target.toString(), "--yes")).isEqualTo(3);
        assertThat(out.toString()).contains("photos/a: The file in the snapshot has the SHA-256");
    }

    @Test
    void whatCannotBeIsSaidInASentence() {
        assertThat(command(null, "--bucket", "nope", "--to-dir", kit.target.toString(), "--yes"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("It cannot be started:", "nothing of a bucket nope");
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThat(command(null, "--at", "yesterday", "--to-dir", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--at takes a time such as");
    }

    @Test
    void onTheBucketItselfNothingIsWrittenUnlessAllowed() {
        assertThat(command(null, "--bucket", "photos", "--in-place", "photos", "--yes"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("restore.in_place");
    }
}
