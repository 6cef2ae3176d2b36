package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerifyCommandTest {
    @TempDir
    Path home;

    private SyntheticS3 s3;
    private Hub hub;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private InstantSource clock = InstantSource.system();
    private Program.Terminal terminal = Program.Terminal.NONE;

    @BeforeEach
    void start() {
        s3 = SyntheticS3.start();
        hub = new Hub(home, s3.settings(), InstantSource.system());
    }

    @AfterEach
    void end() {
        hub.close();
        s3.close();
    }

    @Test
    void aGoodSnapshotEndsWith0AndSaysWhatWasProven() {
        snapshot();

        assertThat(verify()).isZero();

        assertThat(out.toString())
                .contains("hublink_")
                .contains(": good")
                .containsPattern("photos +10 \\(1000 B\\) +10 \\(1000 B\\) +0 +0 +0")
                .contains("No problem found.");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aProblemIsAnAlarmThatTheCommandLineListsAndAcknowledges() throws IOException {
        Path snapshot = snapshot();
        Files.delete(snapshot.resolve("s3/photos/4.jpg"));
        assertThat(verify()).isEqualTo(3);
        assertThat(command("alarms")).isZero();
        String id = "damage-" + snapshot.getFileName();
        assertThat(out.toString()).contains(id, "is damaged");
        assertThat(command("alarms", "acknowledge")).isEqualTo(2);
        assertThat(command("alarms", "acknowledge", "nothing")).isEqualTo(2);
        assertThat(command("alarms", "acknowledge", id)).isZero();
        assertThat(out.toString()).endsWith("No alarm is open." + System.lineSeparator());
        assertThat(command("alarms", "list", "--all")).isZero();
        assertThat(out.toString()).contains(id + " (acknowledged)");
    }

    @Test
    void aProblemEndsWith3AndIsNamed() throws IOException {
        Files.delete(snapshot().resolve("s3/photos/4.jpg"));

        assertThat(verify()).isEqualTo(3);

        assertThat(out.toString()).contains("1 problem").contains("  missing photos/4.jpg: there is no such file");
    }

    @Test
    void aFileThatIsNotReadOnlyIsWarnedOfAndEndsWith0() throws IOException {
        Path snapshot = snapshot();
        Files.setPosixFilePermissions(
                snapshot.resolve("s3/photos/4.jpg"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(verify()).isZero();

        assertThat(out.toString())
                .contains("  1 file is not read-only, as the old tool left them: editing one changes it");
    }

    @Test
    void jsonIsTheReportAndNothingElse() throws IOException {
        Path snapshot = snapshot();
        Files.delete(snapshot.resolve("s3/photos/4.jpg"));

        assertThat(verify("--json", snapshot.getFileName().toString())).isEqualTo(3);

        JsonObject report = new JsonObject(out.toString());
        assertThat(report.getBoolean("ok")).isFalse();
        JsonObject only = report.getJsonArray("snapshots").getJsonObject(0);
        assertThat(only.getLong("problems_total")).isEqualTo(1);
        JsonObject problem = only.getJsonArray("problems").getJsonObject(0);
        assertThat(problem.getString("kind")).isEqualTo("missing");
        assertThat(problem.getString("key")).isEqualTo("4.jpg");
    }

    @Test
    void oneThatIsStoppedOnTheWayEndsWith130AndPromisesNothing() {
        snapshot();
        stop.complete(null);
        // The second look at how far it is comes after the request to stop was passed on.
        terminal = Program.Terminal.ofWidth("80");
        clock = () -> {
            await().atMost(Duration.ofMinutes(1)).until(() -> out.toString().split("proven", -1).length > 2);
            return InstantSource.system().instant();
        };

        assertThat(verify()).isEqualTo(130);

        assertThat(out.toString()).doesNotContain("good", "No problem found");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void withoutASnapshotThereIsNothingGoodToReport() {
        assertThat(verify()).isEqualTo(1);
        assertThat(err.toString()).contains("There is no snapshot in ");
    }

    @Test
    void whatDoesNotExistOrMakesNoSenseIsRefusedWith2() {
        snapshot();

        assertThat(verify("hublink_19990101000000")).isEqualTo(2);
        assertThat(verify("../outside")).isEqualTo(2);
        assertThat(verify("--bucket", "pictures")).isEqualTo(2);
        assertThat(verify("--sample", "0")).isEqualTo(2);
        assertThat(verify("--sample", "101")).isEqualTo(2);
        assertThat(verify("--all", "hublink_19990101000000")).isEqualTo(2);
        assertThat(err.toString())
                .contains("there is no snapshot hublink_19990101000000")
                .contains("no bucket pictures in the chosen snapshots");
    }

    @Test
    void theSeedOfASampleIsPrintedAndCanBeGiven() {
        snapshot();

        assertThat(verify("--sample", "50")).isZero();
        assertThat(out.toString()).containsPattern("a sample of 50 %, which --seed \\d+ chooses again");
        assertThat(verify("--sample", "50", "--seed", "4711")).isZero();
        assertThat(out.toString()).contains("--seed 4711 chooses");
    }

    @Test
    void allLooksAtOlderSnapshotsToo() throws IOException {
        Path first = snapshot();
        s3.bucket("photos").change("1.jpg");
        Path second = hub.data().resolve(Objects.requireNonNull(hub.backUp().snapshot()));
        Files.delete(first.resolve("s3/photos/4.jpg"));

        assertThat(verify()).isZero();
        assertThat(verify("--all")).isEqualTo(3);
        assertThat(verify("--snapshot", second.getFileName().toString())).isZero();
        assertThat(verify("--snapshot", first.getFileName().toString())).isEqualTo(3);
    }

    @Test
    void theProgressLineSaysHowFarItIsAndWhenItEnds() {
        assertThat(VerifyCommand.line(25L << 20, 100L << 20, 10L << 20, 5))
                .isEqualTo(" 25%  25.0 MiB of 100 MiB proven  2.00 MiB/s  ETA 15 s");
    }

    private Path snapshot() {
        s3.bucket("photos", SyntheticBucket.uniform(10, 100, "#.jpg"));
        hub.configure("photos");
        return hub.data().resolve(Objects.requireNonNull(hub.backUp().snapshot()));
    }

    private int verify(String... options) {
        return command("verify", options);
    }

    private int command(String name, String... options) {
        List<String> args =
                new ArrayList<>(List.of(name, "--local-path", hub.data().toString()));
        args.addAll(List.of("--config", home.resolve("config").toString()));
        args.addAll(List.of(options));
        return HubCommand.execute(
                new Asked(stop, clock, terminal),
                new PrintWriter(out),
                new PrintWriter(err),
                args.toArray(String[]::new));
    }

    /** The program around the command, which starts nothing. */
    private record Asked(CompletableFuture<Void> stopRequest, InstantSource clock, Terminal terminal)
            implements Program {
        @Override
        public String version() {
            return "test";
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public String secret(String question) {
            throw new AssertionError("asked");
        }

        @Override
        public Running start(Launch launch) {
            throw new UnsupportedOperationException("verify needs nothing of it");
        }
    }
}
