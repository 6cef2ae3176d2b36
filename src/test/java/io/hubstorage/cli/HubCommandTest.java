package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.web.auth.PasswordHash;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen of the commands without starting anything; {@code BackupIT} and {@code ServeIT} start the real jar. */
final class HubCommandTest {
    @TempDir
    Path home;

    private final Map<String, String> environment = new HashMap<>();
    private final Queue<String> typed = new ArrayDeque<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void places() throws IOException {
        environment.put(
                "HUBSTORAGE_ENV_FILE", Files.createFile(home.resolve(".env")).toString());
        environment.put("HUBSTORAGE_CONFIG_PATH", home.resolve("config").toString());
        environment.put("HUBSTORAGE_DATA_PATH", home.resolve("data").toString());
        environment.put("DOCKER_MODE", "false");
    }

    /** Anything that starts something here is a mistake. */
    private final class Idle implements Program {
        @Override
        public String version() {
            return "1.2.3";
        }

        @Override
        public Map<String, String> environment() {
            return environment;
        }

        @Override
        public InstantSource clock() {
            return InstantSource.system();
        }

        @Override
        public Terminal terminal() {
            return Terminal.NONE;
        }

        @Override
        public @Nullable String secret(String question) {
            return typed.poll();
        }

        @Override
        public Running start(Launch launch) {
            throw new AssertionError("started");
        }

        @Override
        public CompletableFuture<Void> stopRequest() {
            return new CompletableFuture<>();
        }
    }

    private int run(String... arguments) {
        return HubCommand.execute(new Idle(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void theHelpNamesEveryCommandAndEveryExitCode() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString())
                .contains(
                        "serve ",
                        "backup ",
                        "snapshots ",
                        "config ",
                        "migrate ",
                        "health ",
                        "password ",
                        "token ",
                        "audit ",
                        "iam-policy ",
                        "completion ",
                        "man ",
                        "--create-config");
        for (ExitCode code : ExitCode.values()) {
            assertThat(out.toString()).containsPattern("(?m)^  %d +\\w".formatted(code.code()));
        }
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "backup",
                "restore",
                "retain",
                "snapshots",
                "config",
                "migrate",
                "health",
                "password",
                "token",
                "audit",
                "iam-policy",
                "completion",
                "man"
            })
    void everyCommandHasHelpThatFitsATerminal(String command) {
        assertThat(run(command, "--help")).isZero();

        assertThat(out.toString()).startsWith("java -jar hubstorage.jar " + command);
        assertThat(out.toString().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void theExitCodesOfARestoreAreAboutRestores() {
        assertThat(run("restore", "--help")).isZero();

        for (int code : new int[] {0, 1, 2, 3, 4, 130}) {
            assertThat(out.toString()).containsPattern("(?m)^  %d +\\w".formatted(code));
        }
        assertThat(out.toString())
                .contains("--resume goes on from there")
                .doesNotContain("earlier snapshots")
                .doesNotContain("the next run");
    }

    @Test
    void theVersionIsThePrograms() {
        assertThat(run("--version")).isZero();
        assertThat(out).hasToString("HubStorage 1.2.3" + System.lineSeparator());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "serv|Did you mean: java -jar hubstorage.jar serve",
                "backup --bukket=x|Unknown option: '--bukket=x'",
                "--dry-run backup|--dry-run stands before the command; write it after 'backup'",
                "--port 1 --dry-run|--port and --host are for the service",
                "backup --bucket a --bucket s3://photos|a bucket's name alone",
                "backup --bucket ../../etc|a bucket's name alone",
                "backup --bucket photos --use-dynamic-buckets|give only one of the two",
                "backup --bucket photos --schedule weekly|--schedule names the buckets of one run",
                "backup --dry-run --continuous|give only one of the two",
                "retain --preview --undo|give only one of --preview, --undo and --delete",
                "retain --undo x --delete y|give only one of --preview, --undo and --delete",
                "config|'config create' or 'config validate'",
                "migrate|Missing required option: '--from=<file>'",
                "migrate --from /nowhere/config.json|There is no /nowhere/config.json",
                "password|at least 8 characters",
                "health --url http://[x|Invalid value for option '--url'",
            })
    void wrongUsageIsExplainedAndEndsWith2(String arguments, String explanation) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(explanation);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aConfigurationIsCreatedOnceAndReplacedOnlyByForce() throws IOException {
        Path file = home.resolve("config/config.json");

        assertThat(run("config", "create")).isZero();
        assertThat(out.toString()).contains("Wrote " + file);
        Files.writeString(file, "{}");
        assertThat(run("--create-config")).as("the old spelling").isEqualTo(2);
        assertThat(err.toString()).contains(file + " exists already").contains("--force");
        assertThat(file).hasContent("{}");
        assertThat(run("config", "create", "--force")).isZero();
        assertThat(new JsonObject(Files.readString(file)).containsKey("s3_buckets"))
                .isTrue();
    }

    @Test
    void validateNamesAllThatIsWrongAndEndsWith2() throws IOException {
        Path other = home.resolve("other.json");
        Files.writeString(other, "{\"s3_buckets\": [\"x\"], \"automation\": {\"max_retries\": -1}}");
        environment.put("HUBSTORAGE_WEB_PORT", "many");

        assertThat(run("config", "validate", "--config", other.toString())).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSize(4)
                .first()
                .isEqualTo("The configuration (%s) cannot be used, for 3 reasons:".formatted(other));
        assertThat(err.toString())
                .contains("  HUBSTORAGE_WEB_PORT: ", "  s3_buckets[0]: ", "  automation.max_retries: ");
    }

    @Test
    void validateOfABrokenFileSaysWhatHubStorageGoesOnWith() throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        Files.writeString(config.resolve("config.json.last-good"), "{\"s3_buckets\": [\"photos\"]}");
        Files.writeString(config.resolve("config.json"), "{\"automation\": {\"cron\": \"61 3 * * *\"}}");

        assertThat(run("config", "validate")).isEqualTo(2);

        assertThat(err.toString())
                .contains(
                        config.resolve("config.json") + " is not valid:",
                        "  automation.cron: found \"61 3 * * *\"",
                        "minute (0-59) is '61'",
                        "goes on with the last good one",
                        config.resolve("config.json.last-good").toString());
        assertThat(out.toString()).isEmpty();
        assertThat(run("snapshots")).as("what only reads").isZero();
    }

    @Test
    void anEnvFileThatIsNamedMustBeThere() {
        environment.put("HUBSTORAGE_ENV_FILE", "/nope");
        for (String command : List.of("config validate", "snapshots", "verify")) {
            assertThat(run(command.split(" ", -1))).as(command).isEqualTo(2);
        }
        assertThat(err.toString()).contains("HUBSTORAGE_ENV_FILE: found /nope, which does not exist");
    }

    @Test
    void validateTellsWhatHasNoEffect() throws IOException {
        Path config = Files.createDirectories(home.resolve("config"));
        Files.writeString(
                config.resolve("config.json"),
                "{\"s3_buckets\": [\"photos\"], \"automation\": {\"interval_hours\": 3},"
                        + " \"sync_options\": {\"storage_class\": \"GLACIER\", \"sse\": true}}");
        environment.putAll(Map.of("BACKUP_INTERVAL_HOURS", "6", "BACKUP_BUCKETS", "photos", "BACKUP_ENABLED", "true"));

        assertThat(run("config", "validate")).isZero();

        assertThat(out.toString().lines().filter(line -> line.startsWith("Warning: ")))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("BACKUP_INTERVAL_HOURS=6 has no effect", "interval_hours"),
                        line -> assertThat(line).contains("sync_options.storage_class is for what a restore writes"),
                        line -> assertThat(line).contains("sync_options.sse is for what a restore writes"));
    }

    @Test
    void namesOfCommandsAreValuesOfOptionsToo() {
        for (String arguments : List.of(
                "--bucket=config --bucket serve --dry-run",
                "--local-path backup --dry-run",
                "backup --bucket verify --local-path=snapshots --aws-profile migrate")) {
            assertThatThrownBy(() -> run(arguments.split(" ", -1)))
                    .as(arguments)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("started");
        }
    }

    @Test
    void validateShowsWhatAGoodConfigurationMeansAndWritesNothing() {
        environment.put("BACKUP_BUCKETS", "photos,invoices");

        assertThat(run("config", "validate")).isZero();

        assertThat(out.toString())
                .contains("does not exist; the first start writes it")
                .contains("Buckets: photos, invoices")
                .contains("Data:    " + home.resolve("data"));
        assertThat(home.resolve("config")).doesNotExist();
    }

    @Test
    void withoutAServiceHealthEndsWith1AndSaysWhereItAsked() {
        environment.put("HUBSTORAGE_WEB_PORT", "1");

        assertThat(run("health")).isEqualTo(1);

        assertThat(out.toString()).startsWith("http://127.0.0.1:1/health/ready does not answer: ");
    }

    @Test
    void theHashOfATypedPasswordIsPrintedAndFitsIt() {
        typed.add("correct horse battery");

        assertThat(run("password")).isZero();

        String hash = out.toString().strip();
        assertThat(hash).doesNotContain("horse", "$", "'", " ");
        assertThat(PasswordHash.matches(hash, "correct horse battery")).isTrue();
        assertThat(PasswordHash.matches(hash, "correct horse batterz")).isFalse();
        environment.put("HUBSTORAGE_WEB_PASSWORD_HASH", hash);
        assertThat(run("config", "validate")).isZero();
    }

    @Test
    void aResetMakesAnotherPasswordThatItsOwnerAloneCanRead() throws IOException {
        assertThat(run("password", "--reset")).isZero();
        String first = out.toString();
        Path file = home.resolve("config/web-password.hash");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String password = first.lines().findFirst().orElseThrow().replaceFirst(".*: ", "");
        assertThat(password).matches("([a-z2-9]{5}-){3}[a-z2-9]{5}");
        assertThat(PasswordHash.matches(Files.readString(file).strip(), password))
                .isTrue();

        environment.put("HUBSTORAGE_WEB_PASSWORD", "something else");
        assertThat(run("password", "--reset")).isZero();
        assertThat(err.toString()).contains("HUBSTORAGE_WEB_PASSWORD is set, and counts in its place");
        assertThat(PasswordHash.matches(Files.readString(file).strip(), password))
                .isFalse();
    }

    @Test
    void withoutSnapshotsItSaysSo() {
        assertThat(run("snapshots")).isZero();
        assertThat(out).hasToString("There is no snapshot in %s yet.%n".formatted(home.resolve("data")));
    }

    @Test
    void snapshotsOfTheOldToolAreListedToo() throws IOException {
        Path snapshot = home.resolve("elsewhere/hublink_20250101120000");
        Files.createDirectories(snapshot.resolve("s3/photos"));

        assertThat(run("snapshots", "--local-path", home.resolve("elsewhere").toString()))
                .isZero();
        assertThat(out.toString())
                .contains("1 snapshot in ")
                .containsPattern("hublink_20250101120000  \\(by the old tool\\) +- +photos");

        out.getBuffer().setLength(0);
        assertThat(run(
                        "snapshots",
                        "--json",
                        "--local-path",
                        home.resolve("elsewhere").toString()))
                .isZero();
        JsonObject only =
                new JsonObject(out.toString()).getJsonArray("snapshots").getJsonObject(0);
        assertThat(only.getBoolean("legacy")).isTrue();
        assertThat(only.getString("path")).isEqualTo(snapshot.toString());
    }

    @Test
    void aTokenIsMadeListedAndRevokedAndTheAuditLogSaysSo() {
        assertThat(run("token", "create", "ci", "--role", "operator", "--expires-days", "30"))
                .isZero();
        String token = out.toString().strip();
        assertThat(token).matches("hst_[\\w-]{43}");
        assertThat(run("token", "create", "ci")).as("no two have one name").isEqualTo(ExitCode.USAGE.code());
        out.getBuffer().setLength(0);

        assertThat(run("token", "list", "--json")).isZero();
        JsonObject listed =
                new JsonObject(out.toString()).getJsonArray("tokens").getJsonObject(0);
        assertThat(listed.getString("role")).isEqualTo("operator");
        out.getBuffer().setLength(0);
        assertThat(run("token", "revoke", listed.getString("id"))).isZero();
        assertThat(run("token", "revoke", listed.getString("id"))).isEqualTo(ExitCode.USAGE.code());
        assertThat(run("token")).isZero();
        assertThat(run("audit")).isZero();

        assertThat(out.toString())
                .contains("There is no token.")
                .contains("tokens.create name ci, role operator", "tokens.revoke id " + listed.getString("id"))
                .doesNotContain(token);
    }

    @ParameterizedTest
    @CsvSource({
        "token|create, takes a name",
        "token|create|x|--role|root, viewer",
        "token|create|x|--expires-days|0, 1 to 3650",
        "token|list|x, takes no name",
        "token|list|--role|admin, are for",
        "token|revoke, takes the id",
        "audit|--limit|0, 1 to 1000"
    })
    void aWrongUseOfTokensAndTheAuditLogIsNamed(String line, String said) {
        assertThat(run(line.split("\\|", -1))).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains(said);
    }
}
