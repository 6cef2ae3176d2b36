package io.hubstorage.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.Shell;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Testcontainers;

/** The image and the Compose files as users have them: started, used, stopped, crashed and made anew. */
@Testcontainers(disabledWithoutDocker = true)
final class ContainerIT {
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final String SECRET = "drawn-by-chance-8f3c91";
    private static final int PHOTOS = 40;
    /** As docs/docker.md says. */
    private static final long PULLED_AT_MOST = 110_000_000;

    private static final long UNPACKED_AT_MOST = 250_000_000;

    @TempDir
    Path folder;

    @BeforeAll
    static void build() {
        Stack.build();
    }

    @Test
    void aCleanCloneIsSetUpStartedLookedAtAndStoppedByTheScripts() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.scripts()
                    .run("docker-setup.sh", "--non-interactive", "--port", Integer.toString(stack.port()))
                    .succeeded();
            Shell.Result start = stack.scripts().run("docker-start.sh").succeeded();

            assertThat(start.out()).contains("HubStorage is running: http://localhost:" + stack.port());
            assertThat(stack.inspect("{{.State.Health.Status}}")).isEqualTo("healthy");
            assertThat(stack.get("/health/ready").statusCode()).isEqualTo(200);
            assertThat(stack.scripts().run("docker-logs.sh").succeeded().out()).contains("HubStorage ", " is up: ");
            assertThat(stack.exec("hubstorage", "health").succeeded().out()).contains("\"UP\"");
            assertThat(stack.inspect("{{index .Config.Labels \"org.opencontainers.image.title\"}}"))
                    .isEqualTo("HubStorage");

            long begin = System.nanoTime();
            stack.scripts().run("docker-stop.sh").succeeded();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
            assertThat(stack.inspect("{{.State.ExitCode}}")).isEqualTo("0");
        }
    }

    @Test
    void theHealthCheckSaysWhatIsWrongAndStartsNoJvm() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.startedWithS3(0, "documents");

            assertThat(stack.exec("healthcheck").succeeded().out()).isEqualTo("ready\n");
            assertThat(stack.exec("sh", "-c", "HUBSTORAGE_WEB_PORT=5003 healthcheck")
                            .code())
                    .isEqualTo(1);
            assertThat(stack.exec("sh", "-c", "HUBSTORAGE_WEB_PORT=5003 healthcheck")
                            .out())
                    .contains("nobody answers on 127.0.0.1, port 5003");
            assertThat(stack.exec("sh", "-c", "PATH=/usr/local/bin:/bin; ! command -v java && healthcheck")
                            .succeeded()
                            .out())
                    .isEqualTo("ready\n");
        }
    }

    @Test
    void byHttpsTheHealthCheckLeavesNoProcessBehind() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            String name = "hubstorage-https-" + stack.port();
            stack.docker("run", "--detach", "--name", name, "--env", "HUBSTORAGE_TLS=self-signed", Stack.IMAGE)
                    .succeeded();
            try {
                await().atMost(A_MINUTE)
                        .until(() -> stack.docker("exec", name, "healthcheck").out(), said -> said.contains("ready"));
                for (int i = 0; i < 5; i++) {
                    stack.docker("exec", name, "healthcheck");
                }
                // The service is the first process of the container, and waits for no children of others.
                assertThat(stack.docker("exec", name, "sh", "-c", "cat /proc/[0-9]*/stat")
                                .out())
                        .contains("(java)")
                        .doesNotContain(") Z ");
            } finally {
                stack.docker("rm", "--force", "--volumes", name);
            }
        }
    }

    @Test
    void afterAChangeOfTheUserTheStartScriptHandsOverWhatTheContainerKeeps() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.startedWithS3(0, "documents");
            stack.awaitSuccess(A_MINUTE);
            stack.scripts()
                    .run("docker-setup.sh", "--non-interactive", "--user", "4321:8765")
                    .succeeded();

            Shell.Result start = stack.scripts()
                    .run(Duration.ofMinutes(3), "docker-start.sh")
                    .succeeded();

            assertThat(start.out()).contains("over to the user 4321:8765");
            assertThat(stack.exec("id").out()).startsWith("uid=4321 gid=8765");
            assertThat(stack.post("/api/backup/run").statusCode()).isEqualTo(202);
            stack.awaitSuccess(A_MINUTE);
            assertThat(stack.exec("sh", "-c", "find /app/config /app/logs /app/data -mindepth 1 ! -user 4321")
                            .out())
                    .isEmpty();
            assertThat(stack.scripts()
                            .run(Duration.ofMinutes(3), "docker-start.sh")
                            .succeeded()
                            .out())
                    .doesNotContain("over to the user");
        }
    }

    @Test
    void aSecretThatTheContainerMayNotReadIsExplained() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cr3t-password");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        try (Stack stack = Stack.in(Files.createDirectory(folder.resolve("clone")))) {
            Shell.Result run = stack.docker(
                    "run",
                    "--rm",
                    "--volume",
                    secret + ":/run/secrets/web_password:ro",
                    "--env",
                    "HUBSTORAGE_WEB_PASSWORD_FILE=/run/secrets/web_password",
                    Stack.IMAGE);

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err() + run.out())
                    .contains("HUBSTORAGE_WEB_PASSWORD_FILE", "permission denied", "10001", "chown")
                    .doesNotContain("Exception");
        }
    }

    @Test
    void aContainerThatIsTooSmallIsToldSoAndTheSmallestIsNot() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            for (String limit : new String[] {"200m", "256m"}) {
                stack.scripts().set("HUBSTORAGE_MEMORY_LIMIT", limit);
                stack.scripts()
                        .run("docker-setup.sh", "--non-interactive", "--port", Integer.toString(stack.port()))
                        .succeeded();
                stack.start();
                String log = stack.scripts().run("docker-logs.sh").succeeded().out();
                if (limit.equals("200m")) {
                    assertThat(log).contains("There are 200 MiB of memory, and HubStorage needs 256");
                } else {
                    assertThat(log).doesNotContain("MiB of memory");
                }
                assertThat(log).doesNotContain("\033");
            }
        }
    }

    @Test
    void theAotCacheFitsTheProgram() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            Shell.Result version = stack.docker(
                    "run",
                    "--rm",
                    "--read-only",
                    "--entrypoint",
                    "java",
                    Stack.IMAGE,
                    "@/app/aot/service.args",
                    // Ends the JVM where the cache does not fit.
                    "-XX:AOTMode=on",
                    "io.hubstorage.Main",
                    "--version");
            assertThat(version.succeeded().out()).startsWith("HubStorage ");
            assertThat(version.out() + version.err()).doesNotContain("warning", "WARNING", "error");
        }
    }

    @Test
    void theImageIsSmall() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            String pulled = stack.scripts()
                    .command(A_MINUTE.multipliedBy(3), "sh", "-c", "docker save " + Stack.IMAGE + " | gzip -6 | wc -c")
                    .succeeded()
                    .out();
            String unpacked = stack.docker(
                            "run",
                            "--rm",
                            "--user",
                            "0",
                            "--entrypoint",
                            "du",
                            Stack.IMAGE,
                            "--summarize",
                            "--bytes",
                            "--one-file-system",
                            "/")
                    .succeeded()
                    .out()
                    .replaceFirst("\\s.*", "");

            assertThat(Long.parseLong(pulled.strip())).isLessThan(PULLED_AT_MOST);
            assertThat(Long.parseLong(unpacked.strip())).isLessThan(UNPACKED_AT_MOST);
        }
    }

    /** With what the libraries and the Java runtime have been relieved of, and neither the training nor a service alone needs. */
    @Test
    void aServiceAndAWorkerInContainersCopyTogether() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.startedWithS3(4_000_000, "documents");
            stack.awaitSuccess(A_MINUTE);
            stack.scripts().append("HUBSTORAGE_CLUSTER=hubstorage");
            stack.scripts().append("HUBSTORAGE_CLUSTER_SECRET=" + SECRET);
            stack.start();
            String worker = stack.startWorker("hubstorage", SECRET);
            await().atMost(A_MINUTE)
                    .untilAsserted(() -> assertThat(stack.worker(worker))
                            .as(stack.logs(worker))
                            .containsEntry("state", "ready"));
            JsonObject config = stack.json("/api/config").getJsonObject("config");
            config.getJsonArray("s3_buckets").add("photos").add("odd-names");
            assertThat(stack.put("/api/config", config).statusCode()).isEqualTo(200);
            assertThat(stack.post("/api/backup/run").statusCode()).isEqualTo(202);

            // At this rate there is time to see it.
            await().atMost(A_MINUTE)
                    .untilAsserted(
                            () -> assertThat((Integer) stack.worker(worker).get("shards"))
                                    .isPositive());
            await().atMost(A_MINUTE.multipliedBy(2))
                    .until(() -> !stack.json("/api/backup/status").getBoolean("running"));

            JsonObject run = stack.json("/api/backup/last").getJsonObject("last");
            assertThat(run.getString("result")).as(run.encode()).isEqualTo("success");
            assertThat(Stack.downloaded(run)).isGreaterThanOrEqualTo(PHOTOS);
            assertThat(stack.exec("hubstorage", "verify").succeeded().code()).isZero();
            stack.docker("stop", worker).succeeded();
            assertThat(stack.docker("inspect", "--format", "{{.State.ExitCode}}", worker)
                            .out())
                    .isEqualTo("0\n");
            await().atMost(A_MINUTE).until(() -> stack.worker(worker).isEmpty());
            assertThat(stack.logs(worker) + stack.logs(stack.name()))
                    .contains("This is a member of the cluster")
                    .doesNotContain("NoClassDefFound", "ClassNotFound", "ServiceConfigurationError");
        }
    }

    @Test
    void theRootIsReadOnlyAndAnyUserWillDo() throws IOException {
        Path data = Files.createDirectory(folder.resolve("nas"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Stack stack = Stack.in(Files.createDirectory(folder.resolve("clone")))) {
            stack.scripts()
                    .set("HUBSTORAGE_DATA_DIR", data.toString())
                    .set("HUBSTORAGE_PUID", "4321")
                    .set("HUBSTORAGE_PGID", "8765")
                    // Of somebody else's making, and without effect.
                    .set("PUID", "0")
                    .set("IMAGE", "nowhere/nothing:1");
            stack.startedWithS3(0, "documents");
            JsonObject run = stack.awaitSuccess(A_MINUTE);

            assertThat(stack.inspect("{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}"))
                    .isEqualTo("true 4321:8765");
            assertThat(stack.exec("id").out()).startsWith("uid=4321 gid=8765");
            assertThat(stack.exec("touch", "/app/x").code()).isNotZero();
            Path snapshot = data.resolve(run.getString("snapshot"));
            assertThat(Files.getAttribute(snapshot, "unix:uid")).isEqualTo(4321);
            assertThat(Files.getAttribute(snapshot, "unix:gid")).isEqualTo(8765);
            try (Stream<Path> files = Files.walk(snapshot.resolve("s3/documents"))) {
                assertThat(files.filter(Files::isRegularFile).count()).isEqualTo(Stack.downloaded(run));
            }
            // What belongs to another user goes with that user's rights.
            stack.exec(
                    "sh",
                    "-c",
                    "chmod -R u+w /app/data/* /app/data/.hubstorage && rm -rf /app/data/* /app/data/.hubstorage");
        }
    }

    @Test
    void configurationHistoryLogsAndSnapshotsOutliveTheContainer() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.startedWithS3(0, "documents");
            JsonObject first = stack.awaitSuccess(A_MINUTE);
            JsonObject config = stack.json("/api/config").getJsonObject("config");
            config.getJsonObject("automation").put("interval_hours", 17);
            assertThat(stack.put("/api/config", config).statusCode()).isEqualTo(200);
            assertThat(stack.post("/api/backup/run").statusCode()).isEqualTo(202);
            await().atMost(A_MINUTE)
                    .until(() -> stack.json("/api/backup/history")
                                            .getJsonArray("runs")
                                            .size()
                                    == 2
                            && !stack.json("/api/backup/status").getBoolean("running"));
            String container = stack.inspect("{{.Id}}");

            stack.compose("up", "--detach", "--wait", "--force-recreate").succeeded();

            assertThat(stack.inspect("{{.Id}}")).isNotEqualTo(container);
            assertThat(stack.json("/api/config")
                            .getJsonObject("config")
                            .getJsonObject("automation")
                            .getInteger("interval_hours"))
                    .isEqualTo(17);
            assertThat(stack.json("/api/backup/history").getJsonArray("runs")).hasSize(2);
            assertThat(stack.json("/api/snapshots")
                            .getJsonArray("snapshots")
                            .getJsonObject(0)
                            .getString("name"))
                    .isEqualTo(first.getString("snapshot"));
            assertThat(stack.exec("sh", "-c", "cat /app/logs/*").out()).contains(first.getString("snapshot"));
        }
    }

    @Test
    void aRunThatIsCutOffByAStopGoesOnAtTheNextStart() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            assertGoesOn(stack, () -> {
                long begin = System.nanoTime();
                stack.scripts().run("docker-stop.sh").succeeded();
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
                assertThat(stack.inspect("{{.State.ExitCode}}")).isEqualTo("0");
                Set<String> staged = stack.staged();
                stack.start();
                return Optional.of(staged);
            });
        }
    }

    @Test
    void aCrashInARunIsFollowedByARestartThatGoesOn() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            // That no finished download is repeated after a crash is KillIT's to show, which looks at every request.
            assertGoesOn(stack, () -> {
                stack.crash();
                await().atMost(A_MINUTE)
                        .until(() -> stack.inspect("{{.RestartCount}} {{.State.Health.Status}}"), "1 healthy"::equals);
                return Optional.empty();
            });
        }
    }

    /** What was finished before the cut is the same file in the end, and not another one with the same content. */
    private static void assertGoesOn(Stack stack, Supplier<Optional<Set<String>>> cut) throws IOException {
        // About 70 MB: a quarter of a minute.
        stack.startedWithS3(4_000_000, "photos");
        long done = stack.awaitDownloaded(5);

        Optional<Set<String>> staged = cut.get();

        JsonObject run = stack.awaitSuccess(A_MINUTE.multipliedBy(2));
        assertThat(Stack.downloaded(run)).isEqualTo(PHOTOS);
        JsonArray runs = stack.json("/api/backup/history").getJsonArray("runs");
        assertThat(runs.stream().map(each -> ((JsonObject) each).getString("result")))
                .containsExactly("success", "interrupted");
        assertThat(stack.exec("hubstorage", "verify").succeeded().code()).isZero();
        if (staged.isPresent()) {
            staged.get().retainAll(stack.inodes("/app/data/" + run.getString("snapshot") + "/s3"));
            assertThat(staged.get()).hasSizeGreaterThanOrEqualTo((int) done);
        }
    }

    @Test
    void theDemoShowsAFinishedBackupWithinAMinute() throws IOException {
        try (Stack stack = Stack.in(folder)) {
            stack.compose("-f", "docker-compose.demo.yml", "up", "--detach", "--wait")
                    .succeeded();

            JsonObject run = stack.awaitSuccess(A_MINUTE);

            assertThat(run.getJsonArray("buckets")).hasSize(3);
        }
    }
}
