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
        return future.await(10, TimeUnit.SECONDS);
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

    @Test
    void noPathMovesAndNoOtherCredentialIsUsed() throws Exception {
        ConfigStore store = open("{}");
        JsonObject moved = new JsonObject().put("local_base_path", "/home").put("aws_profile", "payroll");
        assertThat(refused(store, moved)).containsExactly("local_base_path", "aws_profile");
        ConfigStore named = open("{\"local_base_path\": \"/mnt/backup\", \"aws_profile\": \"backup\"}");
        assertThat(refused(named, new JsonObject())).containsExactly("local_base_path", "aws_profile");
        assertThat(named.dataPath()).isEqualTo(Path.of("/mnt/backup"));
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
        await(store.update(sync(Collections.nCopies(1_000, "a")), null));
        JsonObject large = new JsonObject()
                .put("logging", new JsonObject().put("max_size_mb", 10_240).put("backup_count", 1_000));
        assertThat(refused(store, large)).containsExactly("logging.max_size_mb");
        JsonObject often = new JsonObject().put("automation", new JsonObject().put("interval_hours", 1e-9));
        assertThat(refused(store, often)).containsExactly("automation.interval_hours");
        JsonArray many = new JsonArray();
        for (int i = 0; i <= 10_000; i++) {
            many.add("bucket-" + i);
        }
        assertThat(refused(store, new JsonObject().put("s3_buckets", many))).containsExactly("s3_buckets");
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
