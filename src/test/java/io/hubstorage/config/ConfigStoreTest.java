package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class ConfigStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path folder;

    private Vertx vertx;
    private final Map<String, String> process = new HashMap<>();
    private Path configFile = Path.of("");
    private Path dotenv = Path.of("");

    @BeforeEach
    void prepare(Vertx given) {
        vertx = given;
        configFile = folder.resolve("config/config.json");
        dotenv = folder.resolve(".env");
        process.put("DOCKER_MODE", "false");
        process.put("HUBSTORAGE_CONFIG_PATH", configFile.toString());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(60, TimeUnit.SECONDS);
    }

    private ConfigStore open() throws Exception {
        Environment env = Environment.load(process, dotenv);
        return await(ConfigStore.open(vertx, env, UnaryOperator.identity(), InstantSource.fixed(NOW)));
    }

    private void write(String json) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(configFile, json);
    }

    private JsonObject onDisk() throws IOException {
        return ConfigDocument.parse(Files.readAllBytes(configFile));
    }

    @Test
    void aMissingFileIsWrittenFromTheBundledOneAndTheVariables() throws Exception {
        process.put("BACKUP_INTERVAL_HOURS", "0.5");
        process.put("BACKUP_MAX_RETRIES", "7");
        process.put("BACKUP_RETRY_DELAY_MINUTES", "2");
        process.put("BACKUP_BUCKETS", "photos, mail");
        process.put("BACKUP_ENABLED", "no");
        process.put("BACKUP_CRON", "0 3 * * *");
        process.put("BACKUP_TIME_ZONE", "Europe/Berlin");
        ConfigStore store = open();
        assertThat(store.config().automation())
                .isEqualTo(new HubConfig.Automation(false, 0.5, "0 3 * * *", "Europe/Berlin", 7, 2, List.of()));
        assertThat(store.config().selection().buckets())
                .containsExactly(new BucketSpec("photos", ""), new BucketSpec("mail", ""));
        assertThat(onDisk()).isEqualTo(store.current().config());
        assertThat(store.current().hash()).isEqualTo(ConfigDocument.hash(Files.readAllBytes(configFile)));
    }

    @Test
    void anEmptyFileIsFilledLikeAMissingOne() throws Exception {
        write(" \n");
        assertThat(open().config()).isEqualTo(ConfigParser.parse(new JsonObject()));
        assertThat(onDisk()).isEqualTo(ConfigSchema.defaults());
    }

    @Test
    void theVariablesDoNotTouchAFileThatExists() throws Exception {
        write("{\"automation\": {\"interval_hours\": 12}}");
        process.put("BACKUP_INTERVAL_HOURS", "3");
        assertThat(open().config().automation().intervalHours()).isEqualTo(12);
        assertThat(Files.readString(configFile)).isEqualTo("{\"automation\": {\"interval_hours\": 12}}");
    }

    @Test
    void aSeedThatIsNotAllowedIsNamedByItsVariableAndNothingIsWritten() {
        process.put("BACKUP_INTERVAL_HOURS", "often");
        process.put("BACKUP_BUCKETS", "fine-name,a/b");
        ConfigException e = catchThrowableOfType(ConfigException.class, this::open);
        assertThat(e.problems())
                .extracting(problem -> problem.path())
                .containsExactlyInAnyOrder("BACKUP_INTERVAL_HOURS", "BACKUP_BUCKETS");
        assertThat(configFile).doesNotExist();
    }

    @Test
    void aBrokenFileAtTheStartIsRefusedWithEverythingThatIsWrong() throws Exception {
        write("{\"s3_buckets\": 1, \"automation\": {\"max_retries\": -1}}");
        assertThat(catchThrowable(this::open))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("s3_buckets: found 1", "automation.max_retries: found -1");
        write("{\n\"a\" 1}");
        assertThat(catchThrowable(this::open))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("line 2");
        assertThat(Files.readString(configFile)).isEqualTo("{\n\"a\" 1}");
    }

    @Test
    void aSaveIsOnDiskAndInForceWithItsUnknownMembers() throws Exception {
        ConfigStore store = open();
        JsonObject json = store.current().config().put("s3_buckets", new JsonArray().add("photos"));
        json.put("mine", new JsonObject().put("deep", new JsonArray().add(1).add(new JsonObject().put("x", 2.5))));
        json.getJsonObject("automation").put("note", "kept");
        Current saved = await(store.update(json, store.current().hash()));
        assertThat(saved.config()).isEqualTo(json);
        assertThat(onDisk()).isEqualTo(json);
        assertThat(saved.hash())
                .isEqualTo(store.current().hash())
                .isEqualTo(ConfigDocument.hash(Files.readAllBytes(configFile)));
        assertThat(store.config().selection().buckets()).containsExactly(new BucketSpec("photos", ""));
        assertThat(saved.warnings()).anySatisfy(text -> assertThat(text).startsWith("mine is not known"));
    }

    @Test
    void aSaveThatIsNotValidChangesNothing() throws Exception {
        ConfigStore store = open();
        byte[] before = Files.readAllBytes(configFile);
        Future<Current> update =
                store.update(new JsonObject().put("s3_buckets", 1).put("sync_options", 2), null);
        assertThat(catchThrowable(() -> await(update)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("s3_buckets", "sync_options");
        assertThat(configFile).hasBinaryContent(before);
        assertThat(store.config().selection().buckets()).isEmpty();
    }

    @Test
    void aSaveBasedOnAnOlderContentIsStale() throws Exception {
        ConfigStore store = open();
        String old = store.current().hash();
        JsonObject json = store.current().config();
        await(store.update(json.copy().put("s3_buckets", new JsonArray().add("photos")), old));
        assertThat(catchThrowable(() -> await(store.update(json, old))))
                .isInstanceOfSatisfying(
                        ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(Bus.STALE))
                .hasMessageContaining(store.current().hash());
        assertThat(store.config().selection().buckets()).hasSize(1);
    }

    @Test
    void aSaveDoesNotOverwriteAHandEditThatNobodyHasSeenYet() throws Exception {
        ConfigStore store = open();
        String old = store.current().hash();
        write("{\"s3_buckets\": [\"by-hand\"]}");
        assertThat(catchThrowable(() -> await(store.update(new JsonObject(), old))))
                .isInstanceOfSatisfying(
                        ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(Bus.STALE));
        assertThat(store.config().selection().buckets()).containsExactly(new BucketSpec("by-hand", ""));
        assertThat(onDisk().getJsonArray("s3_buckets")).containsExactly("by-hand");
    }

    @Test
    void aBrokenHandEditCanBeReplacedByWhoHasSeenIt() throws Exception {
        ConfigStore store = open();
        String good = store.current().hash();
        write("{broken");
        assertThat(await(store.reload())).as("look again").isTrue();
        assertThat(store.current().hash()).isEqualTo(good);
        assertThat(await(store.reload())).isFalse();
        assertThat(store.current().hash()).isNotEqualTo(good);
        assertThat(store.current().warnings())
                .anySatisfy(text -> assertThat(text).contains("is not valid", "line 1"));
        assertThat(catchThrowable(() -> await(store.update(new JsonObject(), good))))
                .isInstanceOfSatisfying(
                        ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(Bus.STALE));
        await(store.update(new JsonObject(), store.current().hash()));
        assertThat(onDisk()).isEqualTo(new JsonObject());
        assertThat(store.current().broken()).isEmpty();
        Path aside = folder.resolve("config/config.json.broken-20261123120000");
        assertThat(store.current().warnings()).singleElement().asString().contains("was kept as " + aside);
        assertThat(aside).hasContent("{broken");
        assertThat(Files.getPosixFilePermissions(aside)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        write("{broken again");
        await(store.update(new JsonObject().put("mine", 1), null));
        assertThat(aside).as("the first one").hasContent("{broken");
        assertThat(folder.resolve("config/config.json.broken-20261123120000-2")).hasContent("{broken again");
    }

    @Test
    void aBrokenHandEditIsToldWithFileFieldAndWhatIsInForceInstead() throws Exception {
        write("{\"s3_buckets\": [\"photos\"]}");
        ConfigStore store = open();
        write("{\"s3_buckets\": [\"photos\"], \"automation\": {\"cron\": \"0 25 * * *\", \"max_retries\": -1}}");
        await(store.reload());
        await(store.reload());
        assertThat(store.current().broken()).singleElement().satisfies(broken -> {
            assertThat(broken.file()).isEqualTo(configFile.toString());
            assertThat(broken.since()).isEqualTo(NOW);
            assertThat(broken.inForceSince()).isEqualTo(NOW);
            assertThat(broken.problems())
                    .extracting(problem -> problem.path())
                    .containsExactly("automation.cron", "automation.max_retries");
            assertThat(broken.copy()).isNull();
            assertThat(broken.sentence())
                    .contains(
                            configFile + " is not valid: automation.cron: found \"0 25 * * *\"", "hour (0-23) is '25'");
        });
        assertThat(store.config().selection().buckets()).hasSize(1);
        write("{\"s3_buckets\": [\"photos\"]}");
        await(store.reload());
        assertThat(store.current().broken()).isEmpty();
        assertThat(store.current().warnings()).isEmpty();
    }

    @Test
    void aBrokenFileAtTheStartYieldsToTheLastGoodOneAndStaysAsItIs() throws Exception {
        write("{\"s3_buckets\": [\"photos\"]}");
        await(open().update(new JsonObject().put("s3_buckets", new JsonArray().add("later")), null));
        Path kept = folder.resolve("config/config.json.last-good");
        assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        write("{\"s3_buckets\": [\"photos\"],}");

        ConfigStore again = open();

        assertThat(again.config().selection().buckets()).containsExactly(new BucketSpec("later", ""));
        assertThat(again.current().broken()).singleElement().satisfies(broken -> {
            assertThat(broken.file()).isEqualTo(configFile.toString());
            assertThat(broken.copy()).isEqualTo(kept.toString());
            assertThat(broken.sentence()).contains("line 1");
            assertThat(broken.instead()).contains(kept.toString());
        });
        assertThat(Files.readString(configFile)).isEqualTo("{\"s3_buckets\": [\"photos\"],}");
        assertThat(again.current().hash()).isEqualTo(ConfigDocument.hash(Files.readAllBytes(configFile)));
        assertThat(open().config().selection().buckets())
                .as("a further restart")
                .hasSize(1);

        write("{\"s3_buckets\": [\"mended\"]}");
        await(again.reload());
        assertThat(again.config().selection().buckets()).containsExactly(new BucketSpec("mended", ""));
        assertThat(again.current().broken()).isEmpty();
        assertThat(kept).hasContent("{\"s3_buckets\": [\"mended\"]}");
    }

    @Test
    void aFileThatVanishedOrWasEmptiedIsNoReasonToBeginAnew() throws Exception {
        write("{\"s3_buckets\": [\"photos\"]}");
        open();
        Files.delete(configFile);
        ConfigStore gone = open();
        assertThat(gone.config().selection().buckets()).hasSize(1);
        assertThat(gone.current().broken())
                .singleElement()
                .satisfies(broken -> assertThat(broken.reason()).startsWith("is gone"));
        assertThat(configFile).doesNotExist();
        write("");
        ConfigStore emptied = open();
        assertThat(emptied.config().selection().buckets()).hasSize(1);
        await(emptied.update(emptied.current().config(), emptied.current().hash()));
        assertThat(onDisk().getJsonArray("s3_buckets")).containsExactly("photos");
    }

    @Test
    void aLastGoodOneThatIsBrokenTooHelpsNobodyAndTheFileIsNamed() throws Exception {
        write("{\"s3_buckets\": 1}");
        Files.writeString(folder.resolve("config/config.json.last-good"), "{");
        assertThat(catchThrowable(this::open))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(configFile.toString(), "s3_buckets: found 1");
    }

    @Test
    void aFileThatIsGoneIsSaidAndComesBackWithASave() throws Exception {
        ConfigStore store = open();
        Files.delete(configFile);
        await(store.reload());
        await(store.reload());
        assertThat(store.current().warnings())
                .anySatisfy(text -> assertThat(text).contains("is gone"));
        await(store.update(store.current().config(), store.current().hash()));
        assertThat(onDisk()).isEqualTo(store.current().config());
        assertThat(store.current().warnings()).isEmpty();
    }

    @Test
    void placesComeFromTheEnvironmentThenTheFileThenTheDefault() throws Exception {
        write("{\"local_base_path\": \"/from/file\", \"logging\": {\"file\": \"/log/file/my.log\"}}");
        ConfigStore fromFile = open();
        assertThat(fromFile.dataPath()).isEqualTo(Path.of("/from/file"));
        assertThat(fromFile.settings().logPath()).isEqualTo(Path.of("/log/file"));
        assertThat(fromFile.logFile()).isEqualTo(Path.of("/log/file/my.log"));
        assertThat(fromFile.current().locked()).isEqualTo(new JsonObject().put("config_path", configFile.toString()));

        process.put("HUBSTORAGE_DATA_PATH", "/from/env");
        process.put("HUBSTORAGE_LOG_PATH", "/log/env");
        ConfigStore fromEnv = open();
        assertThat(fromEnv.dataPath()).isEqualTo(Path.of("/from/env"));
        assertThat(fromEnv.logFile()).isEqualTo(Path.of("/log/env/my.log"));
        assertThat(fromEnv.current().warnings())
                .anySatisfy(text -> assertThat(text).contains("local_base_path", "HUBSTORAGE_DATA_PATH"));

        write("{\"logging\": {\"file\": \"my.log\"}}");
        process.keySet().removeAll(java.util.Set.of("HUBSTORAGE_DATA_PATH", "HUBSTORAGE_LOG_PATH"));
        ConfigStore fromDefault = open();
        assertThat(fromDefault.dataPath()).isEqualTo(Path.of("data").toAbsolutePath());
        assertThat(fromDefault.logFile()).isEqualTo(Path.of("logs/my.log").toAbsolutePath());
    }

    @Test
    void theProfileOfAnOldFileIsUsedUnlessTheEnvironmentNamesOne() throws Exception {
        write("{\"aws_profile\": \"old\"}");
        assertThat(open().settings().aws().profile()).isEqualTo("old");
        process.put("AWS_PROFILE", "default");
        ConfigStore store = open();
        assertThat(store.settings().aws().profile()).isEqualTo("default");
        assertThat(store.current().warnings())
                .anySatisfy(text -> assertThat(text).contains("aws_profile"));
    }

    @Test
    void whatTheEnvironmentFixesIsLocked() throws Exception {
        process.put("HUBSTORAGE_WEB_PORT", "8080");
        process.put("HUBSTORAGE_WEB_HOST", "::1");
        process.put("HUBSTORAGE_DATA_PATH", "/d");
        process.put("HUBSTORAGE_LOG_PATH", "/l");
        process.put("AWS_ENDPOINT_URL", "http://minio:9000");
        process.put("AWS_DEFAULT_REGION", "eu-west-1");
        assertThat(open().current().locked())
                .isEqualTo(new JsonObject()
                        .put("web_host", "::1")
                        .put("web_port", 8080)
                        .put("data_path", "/d")
                        .put("config_path", configFile.toString())
                        .put("log_path", "/l")
                        .put("endpoint", "http://minio:9000")
                        .put("region", "eu-west-1"));
    }

    @Test
    void newCredentialsAreInForceAndPortsWaitForARestart() throws Exception {
        Files.writeString(dotenv, "AWS_SECRET_ACCESS_KEY=first\nHUBSTORAGE_WEB_PORT=8080\n");
        ConfigStore store = open();
        Files.writeString(
                dotenv, "AWS_SECRET_ACCESS_KEY=second\nHUBSTORAGE_WEB_PORT=9090\nHUBSTORAGE_DATA_PATH=/later\n");
        await(store.reload());
        assertThat(store.settings().aws().keys().secretAccessKey()).isEqualTo("second");
        assertThat(store.settings().web().port()).isEqualTo(8080);
        assertThat(store.dataPath()).isEqualTo(Path.of("data").toAbsolutePath());
        assertThat(store.current().locked().containsKey("data_path")).isFalse();
    }

    @Test
    void anEnvironmentThatIsNotValidIsRefusedAndTheLastOneStays() throws Exception {
        Files.writeString(dotenv, "AWS_REGION=eu-west-1\n");
        ConfigStore store = open();
        Files.writeString(dotenv, "AWS_REGION=eu west\n");
        await(store.reload());
        assertThat(store.settings().aws().region()).isEqualTo("eu-west-1");
        assertThat(store.current().warnings())
                .anySatisfy(text -> assertThat(text).contains("AWS_REGION"));
        Files.writeString(dotenv, "AWS_REGION=eu-west-3\n");
        await(store.reload());
        assertThat(store.settings().aws().region()).isEqualTo("eu-west-3");
        assertThat(store.current().warnings()).isEmpty();
    }

    @Test
    void aConfigurationThatRepeatsACredentialOfTheEnvironmentIsRefused() throws Exception {
        process.put("AWS_SECRET_ACCESS_KEY", "planted/credential");
        ConfigStore store = open();
        JsonObject json = new JsonObject().put("note", "use planted/credential for it");
        Throwable e = catchThrowable(() -> await(store.update(json, null)));
        assertThat(e).isInstanceOf(ConfigException.class).hasMessageContaining("note: found the value of AWS_SECRET");
        assertThat(String.valueOf(e.getMessage())).doesNotContain("planted");
    }

    @Test
    void whatIsHandedOutCannotChangeWhatIsInForce() throws Exception {
        ConfigStore store = open();
        store.current().config().getJsonObject("automation").put("interval_hours", 99);
        assertThat(store.current().config().getJsonObject("automation").getInteger("interval_hours"))
                .isEqualTo(6);
    }

    @Test
    void aDocumentThatIsNestedTooDeeplyIsRefusedBeforeItsIndentationFillsTheMemory() throws Exception {
        ConfigStore store = open();
        byte[] before = Files.readAllBytes(configFile);
        for (boolean lists : new boolean[] {false, true}) {
            assertThat(await(store.problems(nested(16, lists)))).as("16 levels").isEmpty();
            assertThat(await(store.problems(nested(17, lists))))
                    .singleElement()
                    .asString()
                    .contains("config.json: found members nested deeper than 16 levels", "at most 16 levels");
            assertThat(catchThrowable(() -> await(store.update(nested(900, lists), null))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("nested deeper than 16 levels");
        }
        assertThat(Files.readAllBytes(configFile)).isEqualTo(before);
    }

    @Test
    void whatIsNestedDeeplyByHandDoesNotKeepTheDashboardFromSaving() throws Exception {
        write(nested(30, false).encode());
        ConfigStore store = open();
        JsonObject json = store.current().config().put("s3_buckets", new JsonArray().add("photos"));
        assertThat(await(store.update(json, null)).config()).isEqualTo(json);
    }

    /** So many levels, the outermost object included. */
    private static JsonObject nested(int levels, boolean lists) {
        Object value = lists ? new JsonArray() : new JsonObject();
        for (int i = 2; i < levels; i++) {
            value = lists ? new JsonArray().add(value) : new JsonObject().put("a", value);
        }
        return new JsonObject().put("mine", value);
    }

    @Test
    void aDraftIsLookedAtWhileASaveIsUnderWay() throws Exception {
        ConfigStore store = open();
        CountDownLatch saving = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        store.onChange(changed -> {
            saving.countDown();
            try {
                goOn.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Future<Current> save =
                store.update(store.current().config().put("s3_buckets", new JsonArray().add("photos")), null);
        assertThat(saving.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(await(store.problems(new JsonObject()))).isEmpty();
        assertThat(save.isComplete()).isFalse();
        goOn.countDown();
        await(save);
    }
}
