package io.hubstorage.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.Environment;
import io.hubstorage.testkit.FreePorts;
import io.hubstorage.testkit.Shell;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts for Docker do, with a program in Docker's place that notes what it is asked for. */
final class DockerScriptsTest {
    @TempDir
    Path folder;

    private ScriptFolder scripts;

    @BeforeEach
    void copyScripts() throws IOException {
        scripts = ScriptFolder.in(folder).withFakeDocker();
    }

    private Map<String, String> values() throws IOException {
        return Files.readAllLines(scripts.dotenv()).stream()
                .filter(line -> line.matches("[A-Z_]+=.*"))
                .collect(java.util.stream.Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker-setup.sh",
                "docker-build.sh",
                "docker-start.sh",
                "docker-stop.sh",
                "docker-logs.sh",
                "start_web.sh",
                "launch_hubstorage_docker.sh",
                "release.sh",
                "deb.sh"
            })
    void everyScriptHasHelpAndAsksDockerForNothingThen(String script) throws IOException {
        Shell.Result help = scripts.run(script, "--help");

        assertThat(help.code()).isZero();
        assertThat(help.out()).startsWith("Usage: scripts/" + script).doesNotContain("\033");
        assertThat(help.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
        assertThat(help.err()).isEmpty();
        assertThat(scripts.asked()).isEmpty();
        assertThat(scripts.dotenv()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker-setup.sh|--port 0|a port is a whole number",
                "docker-setup.sh|--data /nowhere/at/all|there is no folder",
                "docker-setup.sh|--endpoint minio:9000|a URL such as",
                "docker-setup.sh|--user me|--user is a number",
                "docker-setup.sh|--image my;image|--image is a name such as",
                "docker-setup.sh|--secret x|unknown option: --secret",
                "docker-build.sh|--tag|--tag needs a value",
                "docker-build.sh|--platform --demo|--platform needs a value",
                "docker-build.sh|--fast|unknown option: --fast",
                "docker-start.sh|--wait soon|--wait takes seconds",
                "docker-start.sh|--wait|--wait needs a value",
                "docker-start.sh|now|unknown option: now",
                "docker-stop.sh|--volumes|volumes hold your backups",
                "docker-stop.sh|-v|volumes hold your backups",
                "docker-stop.sh|--now|unknown option: --now",
                "docker-logs.sh|--tail many|takes a number or 'all'",
                "docker-logs.sh|-n|-n needs a value",
                "docker-logs.sh|error|unknown option: error",
                "start_web.sh|--wait soon|--wait takes seconds",
                "start_web.sh|--wait|--wait needs a value",
                "start_web.sh|8080|unknown option: 8080",
                "launch_hubstorage_docker.sh|--browser|unknown option: --browser",
                "launch_hubstorage_docker.sh|--rebuild=yes|unknown option: --rebuild=yes",
                "launch_hubstorage_docker.sh|now|unknown option: now",
            })
    void wrongUsageIsExplainedAndEndsWith2BeforeAnythingIsDone(String script, String arguments, String explanation)
            throws IOException {
        Shell.Result wrong = scripts.run(script, arguments.split(" "));

        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains(explanation).contains("--help").doesNotContain("\033");
        assertThat(wrong.out()).isEmpty();
        assertThat(scripts.asked()).isEmpty();
        assertThat(scripts.dotenv()).doesNotExist();
    }

    @Test
    void setupMakesAnEnvForItsOwnerAloneAndShowsNoSecret() throws IOException {
        scripts.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").set("AWS_SECRET_ACCESS_KEY", "s3cr3t/$HOME$$#x");
        Path data = Files.createDirectory(folder.resolve("my data"));

        Shell.Result setup = scripts.run(
                "docker-setup.sh",
                "--non-interactive",
                "--region",
                "eu-central-1",
                "--port",
                "5003",
                "--buckets",
                "photos,documents",
                "--data",
                data.toString());

        assertThat(setup.succeeded().out() + setup.err())
                .doesNotContain("s3cr3t")
                .doesNotContain("AKIA");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(scripts.dotenv())))
                .isEqualTo("rw-------");
        assertThat(values())
                .containsEntry("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
                .containsEntry("AWS_SECRET_ACCESS_KEY", "\"s3cr3t/\\$HOME\\$\\$#x\"")
                .containsEntry("AWS_DEFAULT_REGION", "eu-central-1")
                .containsEntry("HUBSTORAGE_WEB_PORT", "5003")
                .containsEntry("BACKUP_BUCKETS", "photos,documents")
                .containsEntry("HUBSTORAGE_DATA_DIR", '"' + data.toRealPath().toString() + '"');
        assertThat(String.join("\n", scripts.asked())).doesNotContain("s3cr3t");
    }

    @Test
    void setupCanBeRunAgainAndChangesOnlyWhatIsAskedFor() throws IOException {
        scripts.set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").set("AWS_SECRET_ACCESS_KEY", "s3cr3t");
        scripts.run("docker-setup.sh", "--non-interactive").succeeded();
        scripts.append("BACKUP_MAX_RETRIES=7");
        String before = Files.readString(scripts.dotenv());
        scripts.set("AWS_ACCESS_KEY_ID", "").set("AWS_SECRET_ACCESS_KEY", "");

        scripts.run("docker-setup.sh", "--non-interactive").succeeded();
        assertThat(scripts.dotenv()).hasContent(before);
        scripts.run("docker-setup.sh", "--non-interactive", "--port", "5010").succeeded();

        assertThat(scripts.dotenv()).hasContent(before.replace("HUBSTORAGE_WEB_PORT=5002", "HUBSTORAGE_WEB_PORT=5010"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:9000, true",
        "https://127.0.0.1, true",
        "http://[::1]:9000, true",
        "http://localhost.example:9000, false",
        "https://s3.example:9000/127.0.0.1, false"
    })
    void anAddressThatLeadsTheContainerToItselfIsWarnedOf(String endpoint, boolean itself) throws IOException {
        Shell.Result setup = scripts.run("docker-setup.sh", "--non-interactive", "--endpoint", endpoint)
                .succeeded();
        Shell.Result start = scripts.run("docker-start.sh").succeeded();

        assertThat(values()).containsEntry("AWS_ENDPOINT_URL", env(endpoint));
        assertThat(List.of(setup.err(), start.err()))
                .allSatisfy(said -> assertThat(said.contains("from inside the container nobody answers there"))
                        .isEqualTo(itself));
    }

    /** As the scripts spell it. */
    private static String env(String value) {
        return value.contains("[") ? '"' + value + '"' : value;
    }

    @Test
    void everyPasswordIsSpelledSoThatComposeAndHubStorageReadItAlike() throws IOException {
        for (String password : List.of(
                "it's $HOME # 100%",
                "\"quoted\" \\ back\\$x", "  blanks  ", "`tick` ${y:-z} $$", "plain/+=,@:%-_.", "#first one")) {
            scripts.set("HUBSTORAGE_WEB_PASSWORD", password);
            scripts.run("docker-setup.sh", "--non-interactive").succeeded();
            scripts.set("HUBSTORAGE_WEB_PASSWORD", "");

            assertThat(Environment.load(Map.of("DOCKER_MODE", "false"), scripts.dotenv())
                            .get("HUBSTORAGE_WEB_PASSWORD"))
                    .as("by HubStorage")
                    .isEqualTo(password);
            Shell.Result said = scripts.command(
                    Duration.ofMinutes(1),
                    "bash",
                    "-c",
                    ". scripts/lib/common.sh && env_value HUBSTORAGE_WEB_PASSWORD none");
            assertThat(said.out()).as("by the scripts").isEqualTo(password);
            if (realCompose()) {
                JsonObject config = new JsonObject(scripts.set("PATH", System.getenv("PATH"))
                        .command(Duration.ofMinutes(1), "docker", "compose", "config", "--format", "json")
                        .succeeded()
                        .out());
                String read = config.getJsonObject("services")
                        .getJsonObject("hubstorage")
                        .getJsonObject("environment")
                        .getString("HUBSTORAGE_WEB_PASSWORD");
                // What "config" prints is a Compose file again, in which $ is $$.
                assertThat(read.replace("$$", "$")).as("by Compose").isEqualTo(password);
            }
        }
    }

    private static boolean realCompose() {
        return Shell.run(
                                Path.of("."),
                                Map.of(),
                                Duration.ofSeconds(20),
                                List.of("bash", "-c", "docker compose version"))
                        .code()
                == 0;
    }

    @Test
    void aValueThatComposeWouldReadOtherwiseIsNamedAtTheStart() throws IOException {
        scripts.append("HUBSTORAGE_WEB_PASSWORD=pa$$word of mine");
        scripts.append("AWS_PROFILE=work # mine");
        scripts.append("AWS_SECRET_ACCESS_KEY=\"fine\\$x #\"");
        scripts.append("# AWS_REGION=$x");

        Shell.Result start = scripts.run("docker-start.sh").succeeded();

        assertThat(start.err()).contains("reads another one: HUBSTORAGE_WEB_PASSWORD AWS_PROFILE\n");
    }

    @Test
    void aVariableOfTheShellWithAnothersNameHasNoEffectAndOneOfOursHas() throws IOException {
        scripts.append("PUID=1026");
        scripts.set("PUID", "0").set("IMAGE", "nowhere/nothing:1").set("HUBSTORAGE_PGID", "100");

        Shell.Result said = scripts.command(
                Duration.ofMinutes(1),
                "bash",
                "-c",
                ". scripts/lib/common.sh && printf '%s %s %s\n"
                    + "' \"$(setting PUID 10001)\" \"$(setting PGID 10001)\" \"$(setting IMAGE hubstorage:latest)\"");

        assertThat(said.succeeded().out()).isEqualTo("1026 100 hubstorage:latest\n");
        scripts.run("docker-start.sh").succeeded();
        assertThat(Files.readAllLines(folder.resolve("seen.txt")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).isEqualTo("PUID= IMAGE= HUBSTORAGE_PGID=100"));
    }

    @Test
    void aFolderOfRootMakesNoContainerOfRoot() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Assumptions.assumeTrue(Files.getAttribute(data, "unix:uid").equals(0), "only root makes folders of root");

        Shell.Result setup = scripts.run("docker-setup.sh", "--non-interactive", "--data", data.toString());

        assertThat(setup.succeeded().err()).contains("belongs to root", "sudo chown 10001:10001 '" + data.toRealPath());
        assertThat(values()).doesNotContainKeys("HUBSTORAGE_PUID", "PUID");
        scripts.run("docker-setup.sh", "--non-interactive", "--user", "1026:100")
                .succeeded();
        assertThat(values()).containsEntry("HUBSTORAGE_PUID", "1026").containsEntry("HUBSTORAGE_PGID", "100");
    }

    @Test
    void anEnvThatIsAFolderIsExplained() throws IOException {
        Files.createDirectory(scripts.dotenv());

        for (String script : List.of("docker-setup.sh", "docker-start.sh", "launch_hubstorage_docker.sh")) {
            Shell.Result wrong = scripts.run(script);
            assertThat(wrong.code()).as(script).isEqualTo(1);
            assertThat(wrong.err()).contains(".env is a folder");
        }
    }

    @Test
    void startWaitsUntilHealthyAndPrintsTheAddress() throws IOException {
        scripts.run("docker-setup.sh", "--non-interactive", "--port", "5003").succeeded();

        for (String script : List.of("docker-start.sh", "start_web.sh")) {
            assertThat(scripts.run(script, "--wait", "7").succeeded().out())
                    .contains("HubStorage is running: http://localhost:5003");
        }
        assertThat(scripts.asked()).anyMatch(line -> line.endsWith(" up --detach --wait --wait-timeout 7"));
        scripts.append("HUBSTORAGE_TLS=self-signed");
        assertThat(scripts.run("docker-start.sh").succeeded().out()).contains("running: https://localhost:5003");
    }

    @Test
    void startTellsThePasswordThatWasMadeOrHowToGetAnotherOne() throws IOException {
        scripts.run("docker-setup.sh", "--non-interactive").succeeded();

        assertThat(scripts.run("docker-start.sh").succeeded().out()).contains("hubstorage password --reset");
        scripts.set(
                "FAKE_DOCKER_LOGS",
                "---\\n  The dashboard asks for a password. As none was set, this one was made:\\n\\n"
                        + "\\033[2K      abcde-fghjk-mnpqr-stuvw\\n\\n  It is shown this once");
        assertThat(scripts.run("docker-start.sh").succeeded().out())
                .contains("if it was not reset since:  abcde-fghjk-mnpqr-stuvw")
                .doesNotContain("--reset");

        scripts.append("HUBSTORAGE_WEB_PASSWORD=my own one");
        assertThat(scripts.run("docker-start.sh").succeeded().out()).doesNotContain("password", "my own one");
    }

    @Test
    void setupTakesThePasswordOfTheDashboardFromTheEnvironmentAndShowsItNowhere() throws IOException {
        Shell.Result setup =
                scripts.set("HUBSTORAGE_WEB_PASSWORD", "s3cr3t of mine").run("docker-setup.sh", "--non-interactive");

        assertThat(setup.succeeded().out() + setup.err()).doesNotContain("s3cr3t");
        assertThat(values()).containsEntry("HUBSTORAGE_WEB_PASSWORD", "\"s3cr3t of mine\"");
    }

    @Test
    void startWithoutAnEnvOrWithoutHealthSaysWhatToDo() throws IOException {
        Shell.Result early = scripts.run("docker-start.sh");
        assertThat(early.code()).isEqualTo(1);
        assertThat(early.err()).contains("run ./scripts/docker-setup.sh first");

        scripts.run("docker-setup.sh", "--non-interactive").succeeded();
        Shell.Result ill = scripts.set("FAKE_DOCKER_UP", "1").run("docker-start.sh");
        assertThat(ill.code()).isEqualTo(1);
        assertThat(ill.err()).contains("not healthy after 120 s").contains("a line of the log");

        Shell.Result silent = scripts.set("FAKE_DOCKER_INFO", "1").run("docker-start.sh");
        assertThat(silent.code()).isEqualTo(1);
        assertThat(silent.err()).contains("does not answer");
    }

    @Test
    void stopLogsAndBuildAskDockerForWhatTheySay() throws IOException {
        scripts.run("docker-stop.sh").succeeded();
        scripts.run("docker-stop.sh", "--remove").succeeded();
        assertThat(scripts.run("docker-logs.sh", "-f", "-n", "5").succeeded().out())
                .contains("a line of the log");
        scripts.run("docker-build.sh", "--platform", "linux/arm64", "--no-cache")
                .succeeded();

        assertThat(scripts.asked())
                .contains("compose stop")
                .contains("compose down")
                .anyMatch(line -> line.endsWith(" logs --no-log-prefix --tail 5 --follow"))
                .anyMatch(line -> line.startsWith("build --target service --tag hubstorage:latest")
                        && line.contains("VERSION=")
                        && line.contains("--platform linux/arm64 --no-cache"))
                .noneMatch(line -> line.contains("volume"));
    }

    @Test
    void theLauncherSetsUpBuildsAndStartsWhatIsMissing() throws IOException {
        scripts.set("FAKE_DOCKER_IMAGE", "1").set("NO_COLOR", "1");
        int port = FreePorts.one();
        scripts.run("docker-setup.sh", "--non-interactive", "--port", Integer.toString(port))
                .succeeded();

        String said = scripts.run("launch_hubstorage_docker.sh", "--no-browser")
                .succeeded()
                .out();

        assertThat(said).contains("4/4  Start").contains("HubStorage is running: http://localhost:" + port);
        assertThat(scripts.asked()).anyMatch(line -> line.startsWith("build ")).anyMatch(line -> line.contains(" up "));
    }

    @Test
    void theLauncherNamesAPortThatIsTaken() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            scripts.run("docker-setup.sh", "--non-interactive", "--port", Integer.toString(other.getLocalPort()))
                    .succeeded();

            Shell.Result taken = scripts.run("launch_hubstorage_docker.sh", "--no-browser");

            assertThat(taken.code()).isEqualTo(1);
            assertThat(taken.err()).contains("port %d is taken".formatted(other.getLocalPort()));
        }
    }

    @Test
    void anImageThatIsNamedIsPulledAndNotBuilt() throws IOException {
        scripts.run("docker-setup.sh", "--non-interactive", "--image", "registry.example/owner/hubstorage:1.2.3")
                .succeeded();

        assertThat(values())
                .containsEntry("HUBSTORAGE_IMAGE", "registry.example/owner/hubstorage:1.2.3")
                .containsEntry("COMPOSE_FILE", "docker-compose.pull.yml");

        scripts.append("COMPOSE_FILE=docker-compose.pull.yml:mine.yml");
        scripts.run("docker-setup.sh", "--non-interactive", "--image", "registry.example/owner/hubstorage:1.2.4")
                .succeeded();
        assertThat(Files.readString(scripts.dotenv())).contains("hubstorage:1.2.4", ":mine.yml");
    }

    /** But for what it runs, and what it says of itself, the file that pulls is the one that builds. */
    @Test
    void whatIsPulledRunsAsWhatIsBuilt() throws IOException {
        List<String> built = service("docker-compose.yml");
        List<String> pulled = service("docker-compose.pull.yml");

        assertThat(pulled.stream().filter(line -> !built.contains(line)))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("    image: ${HUBSTORAGE_IMAGE:?");
        assertThat(built.stream().filter(line -> !pulled.contains(line)))
                .containsExactly(
                        "    image: ${HUBSTORAGE_IMAGE:-${IMAGE:-hubstorage:latest}}",
                        "    build:",
                        "      context: .");
        assertThat(pulled).hasSize(built.size() - 2);
    }

    private static List<String> service(String file) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .dropWhile(line -> !line.startsWith("name:"))
                .toList();
    }

    @Test
    void shellcheckFindsNothing() {
        boolean there = Shell.run(
                                Path.of("."),
                                Map.of(),
                                Duration.ofSeconds(20),
                                List.of("bash", "-c", "command -v shellcheck"))
                        .code()
                == 0;
        Assumptions.assumeTrue(there, "shellcheck is not installed");

        Shell.Result found = Shell.run(
                Path.of("."),
                Map.of(),
                Duration.ofMinutes(2),
                List.of(
                        "bash",
                        "-c",
                        "shellcheck -x scripts/*.sh scripts/lib/*.sh bench/*.sh docker/hubstorage docker/healthcheck"
                                + " deploy/deb/{java,hubstorage,postinst,prerm,postrm}"));

        assertThat(found.out()).isEmpty();
        assertThat(found.code()).isZero();
    }
}
