package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.ConfigMessage;
import io.hubstorage.bus.ConfigMessage.Current;
import io.hubstorage.testkit.LogCapture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class ConfigVerticleTest {
    private static final Duration PERIOD = Duration.ofMillis(50);

    @TempDir
    Path folder;

    private Vertx vertx;

    @AutoClose
    private final LogCapture log = LogCapture.of("io.hubstorage.config");

    private final List<JsonObject> published = new CopyOnWriteArrayList<>();
    private final Map<String, String> process = new HashMap<>();
    private Path configFile = Path.of("");
    private Path dotenv = Path.of("");

    @BeforeEach
    void prepare(Vertx given) throws Exception {
        vertx = given;
        configFile = Files.writeString(folder.resolve("config.json"), "{\"s3_buckets\": [\"photos\"]}");
        dotenv = Files.writeString(folder.resolve(".env"), "");
        process.put("DOCKER_MODE", "false");
        process.put("HUBSTORAGE_CONFIG_PATH", configFile.toString());
        vertx.eventBus().<JsonObject>consumer(Addresses.CONFIG_CHANGED, message -> published.add(message.body()));
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.await(60, TimeUnit.SECONDS);
    }

    private ConfigStore deploy() throws Exception {
        Environment env = Environment.load(process, dotenv);
        ConfigStore store =
                get(ConfigStore.open(vertx, env, UnaryOperator.identity(), InstantSource.fixed(Instant.EPOCH)));
        get(vertx.deployVerticle(new ConfigVerticle(store, PERIOD)));
        return store;
    }

    private JsonObject request(String address, JsonObject body) throws Exception {
        return get(vertx.eventBus().<JsonObject>request(address, body)).body();
    }

    private ReplyException refused(JsonObject body) {
        return catchThrowableOfType(ReplyException.class, () -> request(Addresses.CONFIG_UPDATE, body));
    }

    /** Content that a scan must have seen is replaced only after it has, or nothing would be shown. */
    private void waitForLog(String level, String... parts) {
        await().untilAsserted(() ->
                assertThat(log.lines(level)).anySatisfy(line -> assertThat(line).contains(parts)));
    }

    /** At once: a scan that sees the file while it is empty would be told as a change of its own. */
    private void replace(Path file, String text) throws Exception {
        Files.move(
                Files.writeString(folder.resolve("next"), text),
                file,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void answersWithTheConfigurationInForce() throws Exception {
        ConfigStore store = deploy();
        Current current = BusJson.decode(request(Addresses.CONFIG_GET, new JsonObject()), Current.class);
        assertThat(current).isEqualTo(store.current());
        assertThat(current.config().getJsonArray("s3_buckets")).containsExactly("photos");
        assertThat(current.locked().getString("config_path")).isEqualTo(configFile.toString());
    }

    @Test
    void savesAnswersAndTellsEverybodyWithOneLineOfWhatChanged() throws Exception {
        ConfigStore store = deploy();
        JsonObject json = store.current().config().put("automation", new JsonObject().put("interval_hours", 12));
        JsonObject reply = request(
                Addresses.CONFIG_UPDATE,
                new JsonObject()
                        .put("config", json)
                        .put("if_match", store.current().hash()));
        assertThat(reply.getJsonObject("config")).isEqualTo(json);
        await().untilAsserted(() -> assertThat(published).containsExactly(reply));
        assertThat(log.lines("INFO"))
                .singleElement()
                .asString()
                .contains("saved: automation.interval_hours (absent) → 12")
                .doesNotContain("photos");
    }

    @Test
    void whatIsNotValidIsRefusedWithEveryProblem() throws Exception {
        deploy();
        ReplyException e = refused(new JsonObject()
                .put("config", new JsonObject().put("s3_buckets", 1).put("sync_options", "x")));
        assertThat(e.failureCode()).isEqualTo(400);
        assertThat(e).hasMessageContainingAll("s3_buckets: found 1", "\n", "sync_options: found \"x\"");
        assertThat(refused(new JsonObject()).failureCode()).isEqualTo(400);
        assertThat(refused(new JsonObject().put("config", "x")).failureCode()).isEqualTo(400);
        assertThat(refused(new JsonObject().put("config", new JsonObject()).put("if_match", 3))
                        .failureCode())
                .isEqualTo(400);
        assertThat(published).isEmpty();
    }

    @Test
    void aDraftIsJudgedAndNothingElse() throws Exception {
        ConfigStore store = deploy();
        String before = store.current().hash();
        JsonObject draft = new JsonObject().put("s3_buckets", 1);
        assertThat(request(Addresses.CONFIG_VALIDATE, new JsonObject().put("config", draft)))
                .isEqualTo(BusJson.encode(new ConfigMessage.Verdict(
                        List.of(new ConfigMessage.Problem("s3_buckets", "1", "a list of bucket names, [\"…\"]")))));
        assertThat(request(Addresses.CONFIG_VALIDATE, new JsonObject().put("config", new JsonObject())))
                .isEqualTo(new JsonObject().put("problems", new JsonArray()));
        assertThat(catchThrowableOfType(
                                ReplyException.class, () -> request(Addresses.CONFIG_VALIDATE, new JsonObject()))
                        .failureCode())
                .isEqualTo(400);
        assertThat(store.current().hash()).isEqualTo(before);
        assertThat(published).isEmpty();
    }

    @Test
    void aStaleSaveIsRefused() throws Exception {
        deploy();
        ReplyException e =
                refused(new JsonObject().put("config", new JsonObject()).put("if_match", "0123"));
        assertThat(e.failureCode()).isEqualTo(412);
        assertThat(e).hasMessageContaining("load it again");
    }

    @Test
    void aHandEditTakesEffectAndIsToldWithoutARestart() throws Exception {
        ConfigStore store = deploy();
        Files.writeString(configFile, "{\"s3_buckets\": [\"photos\", \"mail\"]}");
        await().until(() -> store.config().selection().buckets().size() == 2);
        await().untilAsserted(() -> assertThat(published).hasSize(1));
        assertThat(BusJson.decode(published.getFirst(), Current.class)).isEqualTo(store.current());
        waitForLog("INFO", "changed on disk: s3_buckets [\"photos\"] → [\"photos\",\"mail\"]");
    }

    @Test
    void aFileReplacedByRenameIsNoticedToo() throws Exception {
        ConfigStore store = deploy();
        Path other = Files.writeString(folder.resolve("other"), "{\"s3_buckets\": [\"mail\"]}");
        Files.move(other, configFile, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        await().until(() ->
                store.config().selection().buckets().getFirst().name().equals("mail"));
    }

    @Test
    void aBrokenEditIsRefusedOnceAndTheLastGoodOneStays() throws Exception {
        ConfigStore store = deploy();
        Files.writeString(configFile, "{\"s3_buckets\": [\"mail\"}");
        waitForLog("WARN", "is not valid", "line 1, column 23", "stays in force");
        assertThat(store.config().selection().buckets().getFirst().name()).isEqualTo("photos");
        await().untilAsserted(() -> assertThat(published)
                .singleElement()
                .satisfies(body ->
                        assertThat(body.getJsonArray("warnings").encode()).contains("is not valid")));

        Files.writeString(configFile, "{\"s3_buckets\": \"mail\"}");
        waitForLog("WARN", "s3_buckets: found \"mail\"");
        Files.writeString(configFile, "{\"s3_buckets\": [\"mail\"]}");
        await().until(() ->
                store.config().selection().buckets().getFirst().name().equals("mail"));
        assertThat(log.lines("WARN")).hasSize(2);
        assertThat(store.current().warnings()).isEmpty();
    }

    @Test
    void newVariablesTakeEffectAndOthersAskForARestart() throws Exception {
        ConfigStore store = deploy();
        Files.writeString(
                dotenv,
                "AWS_REGION=eu-west-1\nHUBSTORAGE_WEB_PORT=9999\nBACKUP_MAX_RETRIES=1\nAWS_ACCESS_KEY_ID=plantedid\n");
        await().until(() -> store.settings().aws().region().equals("eu-west-1"));
        waitForLog("INFO", "AWS_REGION (not set) → \"eu-west-1\"", "AWS_ACCESS_KEY_ID (not set) → (not shown)");
        waitForLog("WARN", "HUBSTORAGE_WEB_PORT takes effect after a restart");
        waitForLog("WARN", "BACKUP_MAX_RETRIES only fills");
        assertThat(store.settings().web().port()).isEqualTo(5002);
        await().untilAsserted(() -> assertThat(published)
                .singleElement()
                .satisfies(body -> assertThat(body.getJsonObject("locked").getString("region"))
                        .isEqualTo("eu-west-1")));
    }

    @Test
    void aRotatedSecretFileTakesEffectAlsoWhenItIsNamedLater() throws Exception {
        ConfigStore store = deploy();
        Path secret = Files.writeString(folder.resolve("secret"), "planted-one");
        Files.writeString(dotenv, "AWS_SECRET_ACCESS_KEY_FILE=" + secret + "\n");
        await().until(() -> "planted-one".equals(store.settings().aws().keys().secretAccessKey()));
        Files.writeString(secret, "planted-two\n");
        await().until(() -> "planted-two".equals(store.settings().aws().keys().secretAccessKey()));
    }

    @Test
    void undeployedItNeitherAnswersNorWatches() throws Exception {
        ConfigStore store = deploy();
        String id = vertx.deploymentIDs().iterator().next();
        get(vertx.undeploy(id));
        assertThat(catchThrowableOfType(ReplyException.class, () -> request(Addresses.CONFIG_GET, new JsonObject()))
                        .failureType()
                        .toInt())
                .isEqualTo(io.vertx.core.eventbus.ReplyFailure.NO_HANDLERS.toInt());
        get(store.update(new JsonObject(), null));
        assertThat(published).isEmpty();
    }

    @Test
    void noSecretReachesLogOrBusWhereverItIsPlanted() throws Exception {
        process.put("AWS_SECRET_ACCESS_KEY", "planted-secret-env");
        Files.writeString(folder.resolve("password"), "planted-password-file");
        Files.writeString(
                dotenv,
                "AWS_ACCESS_KEY_ID=planted-id-dotenv\nthis planted-malformed line\n" + "HUBSTORAGE_WEB_PASSWORD_FILE="
                        + folder.resolve("password") + "\n");
        ConfigStore store = deploy();

        // In config.json: under its name, under another, as a value of the environment, in broken JSON.
        Files.writeString(configFile, "{\"aws_secret_access_key\": \"planted-in-config\"}");
        waitForLog("WARN", "aws_secret_access_key");
        Files.writeString(configFile, "{\"s3_buckets\": [\"planted-secret-env\"], \"planted-id-dotenv\": 1}");
        waitForLog("WARN", "the value of AWS_SECRET_ACCESS_KEY");
        Files.writeString(configFile, "{\"key\": planted-token}");
        waitForLog("WARN", "line 1, column");

        // On the bus.
        ReplyException e = refused(new JsonObject()
                .put(
                        "config",
                        new JsonObject()
                                .put("aws_session_token", "planted-on-bus")
                                .put("s3_buckets", new JsonArray().add("planted-secret-env/x"))));
        assertThat(e.getMessage()).contains("aws_session_token").doesNotContain("planted");

        // In .env, while it runs.
        replace(dotenv, """
            AWS_ACCESS_KEY_ID=planted-id-2
            AWS_SESSION_TOKEN=planted-token
            HUBSTORAGE_WEB_PASSWORD=planted-web
            AWS_ENDPOINT_URL=http://u:planted-login@h
            """);
        waitForLog("WARN", "AWS_ENDPOINT_URL");
        replace(dotenv, "AWS_ACCESS_KEY_ID=planted-id-3\nHUBSTORAGE_WEB_PASSWORD=planted-web\n");
        waitForLog("INFO", "HUBSTORAGE_WEB_PASSWORD");

        // And a good edit, so that the whole way is gone.
        Files.writeString(configFile, "{\"s3_buckets\": [\"mail\"]}");
        waitForLog("INFO", "mail");
        JsonObject answer = request(Addresses.CONFIG_GET, new JsonObject());

        assertThat(store.settings().aws().keys().accessKeyId()).isEqualTo("planted-id-3");
        await().untilAsserted(() -> assertThat(published).hasSize(6));
        assertThat(published.toString()).doesNotContain("planted");
        assertThat(answer.encode()).doesNotContain("planted");
        assertThat(String.join("\n", log.lines())).doesNotContain("planted");
        assertThat(store.environment().toString()).doesNotContain("planted");
        assertThat(store.settings().toString()).doesNotContain("planted");
    }
}
