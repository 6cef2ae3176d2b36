package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody on the web or the bus could do worst with each setting. */
@ExtendWith(VertxExtension.class)
final class RemoteSaveTest {
    @TempDir
    Path folder;

    private Vertx vertx;

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(60, TimeUnit.SECONDS);
    }

    private ConfigStore open(String json, Map<String, String> further) throws Exception {
        Path file = folder.resolve("config/config.json");
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, json);
        Map<String, String> process = new TreeMap<>(Map.of(
                "DOCKER_MODE",
                "false",
                "HUBSTORAGE_CONFIG_PATH",
                file.toString(),
                "HUBSTORAGE_LOG_PATH",
                folder.resolve("logs").toString()));
        process.putAll(further);
        Environment env = Environment.load(process, folder.resolve(".env"));
        return await(ConfigStore.open(vertx, env, UnaryOperator.identity(), InstantSource.fixed(Instant.EPOCH)));
    }

    private ConfigStore open(String json) throws Exception {
        return open(json, Map.of());
    }

    private static List<String> refused(ConfigStore store, JsonObject json) {
        ConfigException refusal = catchThrowableOfType(ConfigException.class, () -> await(store.update(json, null)));
        assertThat(refusal).as("%s must be refused", json).isNotNull();
        return refusal.problems().stream().map(problem -> problem.path()).toList();
    }

    private static JsonObject log(Object file) {
        return new JsonObject().put("logging", new JsonObject().put("file", file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "/etc/cron.log",
                "../status.log",
                "logs/status.log",
                "~/.bashrc",
                "~/x.log",
                ".bashrc",
                ".log",
                "..log",
                "..",
                "history.jsonl",
                "config.json",
                "a\\b.log",
                "x.log/..",
                "status.log.1",
                "a:b.log",
                "a\u202eb.log"
            })
    void aLogGoesNowhereButIntoTheLogFolder(String file) throws Exception {
        ConfigStore store = open("{}");
        Path before = store.logFile();
        assertThat(refused(store, log(file))).containsExactly("logging.file");
        assertThat(store.logFile()).isEqualTo(before);
    }

    @Test
    void aNameInTheLogFolderIsTaken() throws Exception {
        ConfigStore store = open("{}");
        await(store.update(log("nightly backup.log"), null));
        assertThat(store.logFile()).isEqualTo(folder.resolve("logs/nightly backup.log"));
        await(store.update(log(folder.resolve("logs/other.log").toString()), null));
        assertThat(store.logFile()).isEqualTo(folder.resolve("logs/other.log"));
    }

    private static JsonObject copyTo(String folder) {
        return new JsonObject().put("replication", new JsonObject().put("to", folder));
    }

    @Test
    void aCopyGoesOnlyWhereTheMachineAllowsIt() throws Exception {
        ConfigStore store = open("{}");
        assertThat(refused(store, copyTo("/mnt/usb"))).containsExactly("replication.to");
        ConfigStore allowed = open("{}", Map.of("HUBSTORAGE_REPLICATION_PATH", "/mnt/usb"));
        assertThat(refused(allowed, copyTo("/mnt"))).containsExactly("replication.to");
        assertThat(refused(allowed, copyTo("/mnt/usb/../nas"))).containsExactly("replication.to");
        assertThat(refused(allowed, copyTo("/mnt/usbx"))).containsExactly("replication.to");
        await(allowed.update(copyTo("/mnt/usb/copy"), null));
        assertThat(allowed.config().replication().to()).isEqualTo("/mnt/usb/copy");
        ConfigStore named = open("{\"replication\": {\"to\": \"/mnt/nas\"}}");
        await(named.update(copyTo("/mnt/nas").put("logging", new JsonObject().put("level", "DEBUG")), null));
        await(named.update(new JsonObject(), null));
        assertThat(named.config().replication().to()).as("it may be taken away").isNull();
    }

    @Test
    void noPathMovesAndNoOtherCredentialIsUsed() throws Exception {
        ConfigStore store = open("{}");
        JsonObject moved = new JsonObject().put("local_base_path", "/home").put("aws_profile", "payroll");
        assertThat(refused(store, moved)).containsExactly("local_base_path", "aws_profile");
        ConfigStore named = open("{\"local_base_path\": \"/mnt/backup\", \"aws_profile\": \"backup\"}");
        assertThat(refused(named, new JsonObject())).containsExactly("local_base_path", "aws_profile");
        assertThat(named.dataPath()).isEqualTo(Path.of("/mnt/backup"));
    }

    private static JsonObject archive(String members) {
        return new JsonObject("{\"accounts\": {\"archive\": %s}}".formatted(members));
    }

    @Test
    void noSaveHasKeysSignForAnotherServer() throws Exception {
        ConfigStore store = open("{}");
        assertThat(refused(store, archive("{\"endpoint\": \"https://elsewhere.example\", \"profile\": \"payroll\"}")))
                .containsExactly("accounts.archive.endpoint", "accounts.archive.profile");

        JsonObject byHand =
                archive("{\"endpoint\": \"https://nas:9000\", \"profile\": \"nas\", \"env_prefix\": \"A_\"}");
        ConfigStore written = open(byHand.encode());
        JsonObject account = byHand.getJsonObject("accounts").getJsonObject("archive");
        for (String other :
                List.of("{}", "{\"endpoint\": \"https://nas:9001\", \"profile\": \"nas\", \"env_prefix\": \"A_\"}")) {
            assertThat(refused(written, archive(other))).contains("accounts.archive.endpoint");
        }
        assertThat(refused(
                        written, archive(account.copy().put("env_prefix", "B_").encode())))
                .containsExactly("accounts.archive.endpoint", "accounts.archive.profile");
        assertThat(refused(written, new JsonObject().put("accounts", JsonObject.of("other", account))))
                .containsExactly("accounts.other.endpoint", "accounts.other.profile");
        await(written.update(archive(account.copy().put("region", "eu-1").encode()), null));
        await(written.update(new JsonObject(), null));
        assertThat(written.config().selection().accounts()).isEmpty();
    }

    @Test
    void anAccountIsAddedWithWhatTheEnvironmentSaysOfIt() throws Exception {
        ConfigStore store = open("{}", Map.of("ARCHIVE_AWS_ENDPOINT_URL", "https://nas:9000"));

        await(store.update(archive("{\"region\": \"eu-1\", \"path_style\": false}"), null));

        Settings.Aws aws = Objects.requireNonNull(store.aws("archive"));
        assertThat(aws.endpoint()).hasToString("https://nas:9000");
        assertThat(aws.region()).isEqualTo("eu-1");
        assertThat(aws.pathStyle()).isFalse();
        assertThat(store.current().config()).isEqualTo(archive("{\"region\": \"eu-1\", \"path_style\": false}"));
    }

    @Test
    void aPathThatTheEnvironmentOverrulesIsNotLeftThereForLater() throws Exception {
        ConfigStore store =
                open("{}", Map.of("HUBSTORAGE_DATA_PATH", folder.resolve("data").toString(), "AWS_PROFILE", "backup"));
        JsonObject moved = new JsonObject().put("local_base_path", "/home").put("aws_profile", "payroll");
        assertThat(refused(store, moved)).containsExactly("local_base_path", "aws_profile");
        // The same said once more is no change.
        JsonObject same = new JsonObject()
                .put("local_base_path", folder.resolve("data").toString())
                .put("aws_profile", "backup");
        await(store.update(same, null));
        await(store.update(new JsonObject(), null));
        assertThat(store.dataPath()).isEqualTo(folder.resolve("data"));
    }

    @Test
    void whatWasWrittenByHandPassesUnchanged() throws Exception {
        String json = """
            {"local_base_path": "/mnt/backup", "aws_profile": "backup",
             "logging": {"file": "/var/log/hub/old.txt", "max_size_mb": 10240, "backup_count": 1000},
             "automation": {"interval_hours": 0.001}}
            """;
        ConfigStore store = open(json);
        JsonObject changed = new JsonObject(json).put("s3_buckets", new JsonArray().add("photos"));
        await(store.update(changed, null));
        assertThat(store.config().selection().buckets()).hasSize(1);
        assertThat(store.config().logging().file()).isEqualTo("/var/log/hub/old.txt");
    }

    @Test
    void noAmountMakesARunOrALogRunAway() throws Exception {
        ConfigStore store = open("{}");
        assertThat(refused(store, sync(Collections.nCopies(1_001, "a"))))
                .containsExactly("sync_options.exclude_patterns");
        assertThat(refused(store, sync(List.of("*a".repeat(40_000))))).containsExactly("sync_options.exclude_patterns");
        JsonObject compressed = new JsonObject()
                .put("compression", JsonObject.of("patterns", new JsonArray(Collections.nCopies(1_001, "a"))));
        assertThat(refused(store, compressed)).containsExactly("compression.patterns");
        await(store.update(sync(Collections.nCopies(1_000, "a")), null));
        JsonObject large = new JsonObject()
                .put("logging", new JsonObject().put("max_size_mb", 10_240).put("backup_count", 1_000));
        assertThat(refused(store, large)).containsExactly("logging.max_size_mb");
        JsonObject often = new JsonObject().put("automation", new JsonObject().put("interval_hours", 1e-9));
        assertThat(refused(store, often)).containsExactly("automation.interval_hours");
        JsonObject gone = new JsonObject()
                .put("retention", new JsonObject().put("undo_hours", 23).put("min_free_percent", 1));
        assertThat(refused(store, gone)).containsExactly("retention.undo_hours", "retention.min_free_percent");
        JsonArray many = new JsonArray();
        for (int i = 0; i <= 10_000; i++) {
            many.add("bucket-" + i);
        }
        assertThat(refused(store, new JsonObject().put("s3_buckets", many))).containsExactly("s3_buckets");
        JsonObject accounts = new JsonObject();
        for (int i = 0; i <= 10_000; i++) {
            accounts.put("Account " + i, new JsonObject());
        }
        assertThat(refused(store, new JsonObject().put("accounts", accounts))).containsExactly("accounts");
    }

    @Test
    void whatShortensTheTimeToUndoMayOnlyBecomeLess() throws Exception {
        ConfigStore store = open("{\"retention\": {\"min_free_percent\": 20}}");
        assertThat(refused(store, keepFree(20.5))).containsExactly("retention.min_free_percent");
        await(store.update(keepFree(20).put("s3_buckets", new JsonArray().add("photos")), null));
        await(store.update(keepFree(5), null));
        assertThat(store.config().retention().minFreePercent()).isEqualTo(5);
        assertThat(refused(store, keepFree(20))).containsExactly("retention.min_free_percent");
    }

    private static JsonObject keepFree(double percent) {
        return new JsonObject().put("retention", new JsonObject().put("min_free_percent", percent));
    }

    @Test
    void aListOfVeryManyWrongMembersIsRefusedAsAWhole() throws Exception {
        ConfigStore store = open("{}");
        List<Integer> wrong = Collections.nCopies(500_000, 7);
        assertThat(refused(store, new JsonObject().put("s3_buckets", new JsonArray(wrong))))
                .containsExactly("s3_buckets");
        assertThat(refused(
                        store,
                        new JsonObject()
                                .put("sync_options", new JsonObject().put("include_patterns", new JsonArray(wrong)))))
                .containsExactly("sync_options.include_patterns");
    }

    private static JsonObject sync(List<String> excludes) {
        return new JsonObject().put("sync_options", new JsonObject().put("exclude_patterns", new JsonArray(excludes)));
    }
}
