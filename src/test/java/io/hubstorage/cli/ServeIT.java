package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HubProcess;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process: how it comes up, how it is stopped, and how it goes on afterwards. */
final class ServeIT {
    private static final int OBJECTS = 600;
    private static final int SIZE = 10_000;
    private static final int US = 10001;
    private static final int OTHER = 1026;

    @TempDir
    Path home;

    @AutoClose
    private SyntheticS3 s3;

    private SyntheticBucket bucket;
    private Map<String, String> environment;

    @BeforeEach
    void start() {
        s3 = SyntheticS3.start();
        bucket = s3.bucket("photos", SyntheticBucket.uniform(OBJECTS, SIZE, "album-#/##.jpg"));
        environment = HubProcess.environment(home, s3.settings());
    }

    @Test
    void itComesUpOnAFreePortAnswersAndPrintsNoNoise() {
        try (HubProcess hub = serve()) {
            URI address = hub.awaitUp();

            assertThat(hub.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(hub.json("/api/scheduler/status").getBoolean("running")).isTrue();
            assertThat(address.getPort()).isPositive();
            assertThat(hub.out()).contains("data in " + home.resolve("data")).doesNotContain("WARN");
            assertThat(hub.err()).isEmpty();

            assertThat(hub.get("/metrics").body()).contains("vertx_", "hubstorage_build_info", "process_uptime");

            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
            assertThat(hub.err()).isEmpty();
            assertThat(hub.out()).doesNotContain("WARN");
        }
    }

    @Test
    void aStartWithABucketAndABackupIsNoReasonForAWarning() {
        configure();
        try (HubProcess hub = serve()) {
            awaitSuccess(hub);
            assertThat(hub.get("/metrics").statusCode()).isEqualTo(200);
            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
            assertThat(hub.out()).contains("INFO").doesNotContain("WARN", "ERROR");
        }
    }

    /** On a busy machine this took a loop seconds: too long for whoever waits for an answer, and a warning in the log. */
    @Test
    void noEventLoopLoadsWhatTheWebServerAndAFirstRunAreMadeOf() throws IOException {
        configure();
        Path recording = home.resolve("classes.jfr");
        // Without the archive of the other processes, in which everything is loaded already.
        List<String> flags = List.of(
                "-Xmx256m",
                "-XX:StartFlightRecording:settings=none,+jdk.ClassLoad#enabled=true,+jdk.ClassLoad#threshold=0ms,filename="
                        + recording);
        try (HubProcess hub = HubProcess.start(HubProcess.jar(), flags, home, environment, "serve")) {
            awaitSuccess(hub);
            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
        }
        List<String> loaded = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getThread() != null
                        && event.getThread().getJavaName() != null
                        && event.getThread().getJavaName().contains("eventloop"))
                .map(event -> event.getClass("loadedClass").getName())
                .toList();
        assertThat(loaded)
                .as("the recording holds what the loops load")
                .anyMatch(name -> name.startsWith("io.hubstorage.transfer.TransferVerticle$$Lambda"))
                .noneMatch(name -> Stream.of(
                                "com.fasterxml.jackson.databind.introspect.",
                                "com.fasterxml.jackson.databind.ser.",
                                "io.netty.channel.socket.nio.",
                                "io.hubstorage.bus.RunState$Progress",
                                "io.hubstorage.bus.RunRecord$CurrentSnapshot",
                                "io.hubstorage.transfer.ShardCopy")
                        .anyMatch(name::startsWith));
    }

    @Test
    void aSecondServiceWithTheSameConfigurationDoesNotStartAndTheFirstGoesOn() throws IOException {
        configure();
        try (HubProcess first = serve()) {
            awaitSuccess(first);
            try (HubProcess second = serve()) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.err())
                        .startsWith("Another HubStorage runs with the configuration in " + home.resolve("config")
                                + " already (process " + first.pid())
                        .endsWith("Stop that one first, or give this one folders of its own: HUBSTORAGE_CONFIG_PATH and"
                                + " HUBSTORAGE_DATA_PATH.\n");
                assertThat(second.out()).doesNotContain("is up");
            }
            bucket.change("album-0/00.jpg");
            try (HubProcess command = HubProcess.start(home, environment, "backup")) {
                assertThat(command.exitCode()).as(command.err()).isZero();
            }
            assertThat(first.get("/health/ready").statusCode()).isEqualTo(200);
            JsonArray runs = first.json("/api/backup/history").getJsonArray("runs");
            assertThat(runs.stream().map(run -> ((JsonObject) run).getString("result")))
                    .containsExactly("success", "success");
            assertThat(new Snapshots(new Layout(home.resolve("data"))).list()).hasSize(2);
            first.signal("TERM");
            assertThat(first.exitCode()).isZero();
            assertThat(first.out()).doesNotContain("WARN", "ERROR");
        }
        try (HubProcess next = serve()) {
            next.awaitUp();
        }
    }

    @Test
    void aConfigurationFolderOfAnotherUserMakesItNotReadyWithOwnerModeAndRemedy() throws IOException {
        try (HubProcess hub = serveAsAnother(folder -> give(folder.resolve("config"), OTHER, "rwxr-xr-x"))) {
            assertNotReady(
                    hub,
                    "HubStorage runs as 10001:10001 and cannot write to %1$s, which belongs to 1026:1026 with mode 755."
                            + " Run HubStorage as its owner (in the container: PUID=1026 and PGID=1026), or let it"
                            + " belong to HubStorage (chown -R 10001:10001 %1$s).",
                    "config");
        }
    }

    @Test
    void aHistoryOfAnotherUserMakesItNotReadyToo() throws IOException {
        try (HubProcess hub = serveAsAnother(folder -> {
            give(folder.resolve("config"), US, "rwxr-xr-x");
            Path history = folder.resolve("config/history.jsonl");
            Files.createFile(history);
            give(history, OTHER, "rw-r--r--");
        })) {
            assertNotReady(
                    hub,
                    "HubStorage runs as 10001:10001 and cannot write to %1$s, which belongs to 1026:1026 with mode"
                            + " 644.",
                    "config/history.jsonl");
        }
    }

    @Test
    void aStoredPasswordThatMayNotBeReadKeepsNobodyFromReadingWhatToDo() throws IOException {
        environment.put("HUBSTORAGE_WEB_HOST", "0.0.0.0");
        try (HubProcess hub = serveAsAnother(folder -> {
            Path hash = folder.resolve("config/web-password.hash");
            Files.writeString(hash, "of another user");
            give(hash, OTHER, "rw-------");
        })) {
            hub.awaitUp();

            assertThat(hub.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(hub.get("/api/status").statusCode()).isEqualTo(401);
            assertThat(hub.out())
                    .contains("web-password.hash cannot be read by the user that HubStorage runs as")
                    .containsPattern("[a-z2-9]{5}(-[a-z2-9]{5}){3}");
        }
    }

    private interface Arrangement {
        void make(Path home) throws IOException;
    }

    /** A service that is not root, below whose home only some things belong to another. */
    private HubProcess serveAsAnother(Arrangement arrangement) throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0,
                "only root can be another user");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
        HubProcess.configure(home, config().put("automation", new JsonObject().put("enabled", false)));
        give(home, US, "rwxr-xr-x");
        give(Files.createDirectories(home.resolve("data")), US, "rwxr-xr-x");
        give(Files.createDirectories(home.resolve("logs")), US, "rwxr-xr-x");
        give(home.resolve("config/config.json"), US, "rw-r--r--");
        // Where it was built may be out of that user's reach.
        Path jar = Files.copy(HubProcess.jar(), home.resolve("hubstorage.jar"));
        give(jar, US, "r--r--r--");
        arrangement.make(home);
        return HubProcess.startAs(US, jar, home, environment, "serve");
    }

    private static void give(Path path, int user, String mode) throws IOException {
        Files.setAttribute(path, "unix:uid", user);
        Files.setAttribute(path, "unix:gid", user);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private void assertNotReady(HubProcess hub, String sentence, String path) {
        HttpResponse<String> ready = hub.get("/health/ready");
        assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
        assertThat(new JsonObject(ready.body()).getJsonArray("checks").stream().map(JsonObject.class::cast))
                .filteredOn(check -> check.getString("id").equals("config_folder"))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.getString("status")).isEqualTo("DOWN");
                    assertThat(check.getJsonObject("data").getString("detail"))
                            .startsWith(sentence.formatted(home.resolve(path)));
                });
        assertThat(hub.get("/health/live").statusCode()).isEqualTo(200);
    }

    private static void awaitSuccess(HubProcess hub) {
        await().until(() -> {
            JsonObject status = hub.json("/api/backup/status");
            return !status.getBoolean("running") && status.getJsonObject("last_success") != null;
        });
    }

    @Test
    void aKilledProcessLeavesNothingInTheTempFolderAndPagesComeFromTheJar() throws IOException {
        Path temp = Files.createDirectories(home.resolve("temp"));
        try (HubProcess hub = HubProcess.start(home, environment, List.of("-Djava.io.tmpdir=" + temp), "serve")) {
            hub.awaitUp();
            assertThat(hub.get("/").body()).contains("<html");
            assertThat(hub.get("/assets/css/base.css").statusCode()).isEqualTo(200);
            assertThat(hub.get("/openapi.yaml").statusCode()).isEqualTo(200);
            hub.kill();
        }
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left.filter(path -> path.getFileName().toString().contains("vertx")))
                    .isEmpty();
        }
    }

    @Test
    void aConfigurationThatIsBrokenAtARestartYieldsToTheLastGoodOneLoudly() throws IOException {
        Path config = home.resolve("config/config.json");
        HubProcess.configure(
                home,
                new JsonObject()
                        .put("s3_buckets", new JsonArray().add("photos"))
                        .put("automation", new JsonObject().put("enabled", false)));
        try (HubProcess hub = serve()) {
            hub.awaitUp();
            hub.kill();
        }
        Files.writeString(config, "{\"s3_buckets\": [\"photos\"], \"automation\": {\"interval_hours\": -1}}");
        try (HubProcess hub = serve()) {
            hub.awaitUp();
            assertThat(hub.out()).contains("ERROR", config + " is not valid", "automation.interval_hours", "last-good");
            JsonObject status = hub.json("/api/status").getJsonObject("config");
            assertThat(status.getJsonArray("buckets")).containsExactly("photos");
            assertThat(status.getJsonArray("broken")).hasSize(1);
        }
    }

    @Test
    void beyondLoopbackAPasswordIsMadeAndPrintedOnceAndIsInNoLogFile() throws IOException {
        environment.put("HUBSTORAGE_WEB_HOST", "0.0.0.0");
        String password;
        try (HubProcess hub = serve()) {
            hub.awaitUp();
            Matcher printed =
                    Pattern.compile("(?m)^ +((?:[a-z2-9]{5}-){3}[a-z2-9]{5})$").matcher(hub.out());
            assertThat(printed.find()).isTrue();
            password = printed.group(1);
            assertThat(hub.get("/api/status").statusCode()).isEqualTo(401);
            assertThat(hub.get("/api/status", password).statusCode()).isEqualTo(200);
            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
        }
        for (String folder : List.of("logs", "config")) {
            try (Stream<Path> files = Files.walk(home.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readString(file)).as(file.toString()).doesNotContain(password);
                }
            }
        }
        try (HubProcess again = serve();
                HubProcess reset = HubProcess.start(home, environment, "password", "--reset")) {
            again.awaitUp();
            assertThat(again.out()).doesNotContain(password, "asks for a password");
            assertThat(reset.exitCode()).isZero();
            String other = reset.out().lines().findFirst().orElseThrow().replaceFirst(".*: ", "");
            await().pollInterval(Duration.ofSeconds(2))
                    .until(() -> again.get("/api/status", other).statusCode() == 200);
        }
    }

    @Test
    void healthAsksTheServiceThatRuns() {
        try (HubProcess hub = serve()) {
            URI address = hub.awaitUp();
            // A backup makes the data folder; without one there is nothing to write to yet.
            await().until(() -> hub.get("/health/ready").statusCode() == 503);
            try (HubProcess health = health(address)) {
                assertThat(health.exitCode()).isEqualTo(1);
                assertThat(health.out())
                        .contains("\"DOWN\"", "The data folder " + home.resolve("data") + " is not there.");
            }
            assertThat(home.resolve("data").toFile().mkdirs()).isTrue();
            try (HubProcess health = health(address)) {
                assertThat(health.exitCode()).isZero();
                assertThat(health.out()).contains("\"UP\"");
            }
        }
    }

    @Test
    void theServiceSpeaksHttpsAndHealthAsksByIt() {
        assertThat(home.resolve("data").toFile().mkdirs()).isTrue();
        environment.put("HUBSTORAGE_TLS", "self-signed");
        try (HubProcess hub = serve()) {
            URI address = hub.awaitUp();
            assertThat(address).hasScheme("https");
            assertThat(home.resolve("config/tls/certificate.pem")).exists();
            try (HubProcess health = health(address)) {
                assertThat(health.exitCode()).as("%s", health.out()).isZero();
                assertThat(health.out()).contains("\"UP\"");
            }
        }
    }

    @Test
    void aCertificateThatIsNotThereStopsTheStartWithASentence() {
        environment.put("HUBSTORAGE_TLS_CERT", home.resolve("none.pem").toString());
        environment.put("HUBSTORAGE_TLS_KEY", home.resolve("none.key").toString());
        try (HubProcess hub = serve()) {
            assertThat(hub.exitCode()).isNotZero();
            assertThat(hub.out() + hub.err())
                    .contains("HUBSTORAGE_TLS_CERT", "none.pem, which does not exist")
                    .doesNotContain("\tat ");
        }
    }

    private HubProcess health(URI address) {
        environment.put("HUBSTORAGE_WEB_PORT", Integer.toString(address.getPort()));
        return HubProcess.start(home, environment, "health");
    }

    @Test
    void aTakenPortIsNamedWithTheVariableThatChangesItAndNoRunBegins() {
        configure();
        try (HubProcess hub = serve()) {
            int port = hub.awaitUp().getPort();
            Path otherHome = home.resolve("other");
            HubProcess.configure(otherHome, config());
            Map<String, String> others = HubProcess.environment(otherHome, s3.settings());
            try (HubProcess second = HubProcess.start(otherHome, others, "serve", "--port", Integer.toString(port))) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.err())
                        .isEqualTo("Port %d on 127.0.0.1 is taken by another program. Choose another one by"
                                        .formatted(port)
                                + " HUBSTORAGE_WEB_PORT or --port (0 for any free one).\n");
                assertThat(otherHome.resolve("data")).doesNotExist();
            }
        }
    }

    @Test
    void aLocaleWithoutUnicodeIsRefusedWithTheRemedy() {
        environment.put("LC_ALL", "C");
        try (HubProcess hub = serve()) {
            assertThat(hub.exitCode()).isEqualTo(1);
            assertThat(hub.err()).contains("LC_ALL=C.UTF-8");
        }
    }

    @Test
    void sigtermInARunEndsItInOrderWith0AndTheNextStartGoesOn() throws IOException {
        configure();
        s3.bandwidth(1_000_000, 0);
        long done;
        try (HubProcess hub = serve()) {
            CompletableFuture<List<String>> events = follow(hub.awaitUp());
            done = awaitHalf(hub);

            hub.signal("TERM");

            assertThat(hub.exitCode()).isZero();
            assertThat(events)
                    .succeedsWithin(Duration.ofMinutes(1))
                    .satisfies(lines -> assertThat(lines)
                            .contains("event: backup.finished")
                            .anyMatch(line -> line.contains("\"result\":\"interrupted\"")));
            assertThat(hub.err()).isEmpty();
        }
        assertGoesOn(done);
    }

    @Test
    void sigtermEndsItInOrderAlsoWhileTheServerAnswersNothingAnyMore() {
        configure();
        s3.faults().when(RequestKind.GET).times(5).then(Fault.hang());
        s3.faults().when(RequestKind.GET).then(Fault.stallAt(0.5));
        try (HubProcess hub = serve()) {
            await().until(() -> s3.counts().gets() > 10);
            hub.awaitUp();

            hub.signal("TERM");

            assertThat(hub.exitCode()).isZero();
            assertThat(hub.err()).isEmpty();
            assertThat(hub.out()).contains("interrupted: the service was stopped");
        }
    }

    @Test
    void sigkillInARunLosesNothingThatWasDownloaded() throws IOException {
        configure();
        s3.bandwidth(1_000_000, 0);
        long done;
        try (HubProcess hub = serve()) {
            done = awaitHalf(hub);
            hub.signal("KILL");
            assertThat(hub.exitCode()).isEqualTo(137);
        }
        assertGoesOn(done);
    }

    /** The next start catches up by itself, and downloads no object again that was reported as downloaded. */
    private void assertGoesOn(long done) throws IOException {
        s3.bandwidth(0, 0);
        s3.log().clear();
        try (HubProcess hub = serve()) {
            awaitSuccess(hub);
            JsonObject last = hub.json("/api/backup/status").getJsonObject("last_success");
            assertThat(last.getString("trigger")).isEqualTo("catch_up");
            assertThat(last.getJsonObject("totals").getJsonObject("downloaded").getLong("objects"))
                    .isEqualTo(OBJECTS);
            JsonArray runs = hub.json("/api/backup/history").getJsonArray("runs");
            assertThat(runs.stream().map(run -> ((JsonObject) run).getString("result")))
                    .containsExactly("success", "interrupted");
            hub.signal("TERM");
            assertThat(hub.exitCode()).isZero();
        }
        assertThat(done).isPositive();
        assertThat(s3.counts().gets()).isLessThanOrEqualTo(OBJECTS - done);
        List<SnapshotInfo> snapshots = new Snapshots(new Layout(home.resolve("data"))).list();
        assertThat(snapshots).hasSize(1);
        Path tree = snapshots.getFirst().tree("photos");
        bucket.objects()
                .forEach(object ->
                        assertThat(tree.resolve(object.key())).as(object.key()).hasBinaryContent(object.body()));
    }

    /** Waits until a good part of the run is done; returns how many objects are, as the service says. */
    private static long awaitHalf(HubProcess hub) {
        return await().until(() -> downloaded(hub.json("/api/backup/status")), count -> count > OBJECTS / 3);
    }

    private static long downloaded(JsonObject status) {
        JsonObject current = status.getJsonObject("current");
        return current == null
                ? 0
                : current.getJsonObject("totals").getJsonObject("downloaded").getLong("objects");
    }

    /** All lines of the event stream, once it has ended. */
    private static CompletableFuture<List<String>> follow(URI address) {
        HttpRequest request =
                HttpRequest.newBuilder(address.resolve("/api/events")).build();
        // Browsers speak HTTP/1.1 where there is no TLS.
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                .thenApplyAsync(response -> {
                    try (Stream<String> lines = response.body()) {
                        return lines.toList();
                    }
                });
    }

    private void configure() {
        HubProcess.configure(home, config());
    }

    private static JsonObject config() {
        return new JsonObject()
                .put("s3_buckets", new JsonArray(List.of("photos")))
                .put("automation", new JsonObject().put("interval_hours", 6).put("max_retries", 0));
    }

    private HubProcess serve() {
        return HubProcess.start(home, environment, "serve");
    }
}
