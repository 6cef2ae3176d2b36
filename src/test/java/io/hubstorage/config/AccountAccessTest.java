package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Where a named account is and what its keys are. */
@ExtendWith(VertxExtension.class)
final class AccountAccessTest {
    private static final Map<String, String> OF_ENVIRONMENT = Map.of(
            "AWS_ACCESS_KEY_ID", "the-usual-id",
            "AWS_SECRET_ACCESS_KEY", "the-usual-secret",
            "AWS_PROFILE", "usual",
            "AWS_ENDPOINT_URL", "https://usual:9000",
            "AWS_DEFAULT_REGION", "usual-1",
            "HUBSTORAGE_SSE_C_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");

    @TempDir
    Path folder;

    private Vertx vertx;

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
    }

    private ConfigStore open(String accounts, String... env) throws Exception {
        Path file = folder.resolve("config.json");
        Files.writeString(file, "{\"accounts\": %s}".formatted(accounts));
        Files.writeString(folder.resolve(".env"), String.join("\n", env));
        Map<String, String> process = new TreeMap<>(OF_ENVIRONMENT);
        process.putAll(Map.of("DOCKER_MODE", "false", "HUBSTORAGE_CONFIG_PATH", file.toString()));
        return ConfigStore.open(
                        vertx,
                        Environment.load(process, folder.resolve(".env")),
                        UnaryOperator.identity(),
                        InstantSource.fixed(Instant.EPOCH))
                .await(60, TimeUnit.SECONDS);
    }

    private static Settings.Aws aws(ConfigStore store, String account) {
        return Objects.requireNonNull(store.aws(account));
    }

    @Test
    void nothingOfTheEnvironmentsAccountIsOfANamedOne() throws Exception {
        Settings.Aws aws = aws(open("{\"my-nas\": {}}"), "my-nas");

        assertThat(aws)
                .isEqualTo(new Settings.Aws(
                        new Settings.Keys(null, null, null, "MY_NAS_"), "us-east-1", null, null, false, null, null));
    }

    @Test
    void itsVariablesAreThoseOfTheEnvironmentUnderItsPrefix() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "the-nas-secret\n");
        ConfigStore store = open(
                "{\"my-nas\": {\"env_prefix\": \"NAS_\"}}",
                "NAS_AWS_ACCESS_KEY_ID=the-nas-id",
                "NAS_AWS_SECRET_ACCESS_KEY_FILE=" + secret,
                "NAS_AWS_REGION=nas-1",
                "NAS_AWS_PROFILE=nas",
                "NAS_AWS_ENDPOINT_URL_S3=https://nas:9000");

        assertThat(aws(store, "my-nas"))
                .isEqualTo(new Settings.Aws(
                        new Settings.Keys("the-nas-id", "the-nas-secret", null, "NAS_"),
                        "nas-1",
                        "nas",
                        URI.create("https://nas:9000"),
                        true,
                        null,
                        null));
        assertThat(store.environment().secrets()).contains("the-nas-id", "the-nas-secret");
        assertThat(store.environment().warnings()).isEmpty();
        assertThat(aws(store, "my-nas").toString()).doesNotContain("the-nas");
        assertThat(store.aws("other")).isNull();
        assertThat(Objects.requireNonNull(store.aws(null)).keys().accessKeyId()).isEqualTo("the-usual-id");
    }

    @Test
    void whatTheFileSaysOfItWins() throws Exception {
        ConfigStore store = open(
                "{\"nas\": {\"endpoint\": \"http://other:9\", \"region\": \"r-2\", \"profile\": \"p\", \"path_style\":"
                        + " false}}",
                "NAS_AWS_ACCESS_KEY_ID=the-nas-id",
                "NAS_AWS_SECRET_ACCESS_KEY=the-nas-secret",
                "NAS_AWS_REGION=nas-1",
                "NAS_AWS_ENDPOINT_URL=https://nas:9000");

        assertThat(aws(store, "nas"))
                .isEqualTo(new Settings.Aws(
                        new Settings.Keys(null, null, null, "NAS_"),
                        "r-2",
                        "p",
                        URI.create("http://other:9"),
                        false,
                        null,
                        null));
    }

    @Test
    void newKeysCountAtOnce() throws Exception {
        ConfigStore store = open("{\"nas\": {}}", "NAS_AWS_ACCESS_KEY_ID=the-first-id");
        Files.writeString(
                folder.resolve(".env"), "NAS_AWS_ACCESS_KEY_ID=the-second-id\nNAS_AWS_ENDPOINT_URL=https://nas:9\n");

        store.reload().await(60, TimeUnit.SECONDS);

        assertThat(aws(store, "nas").keys().accessKeyId()).isEqualTo("the-second-id");
        assertThat(aws(store, "nas").endpoint()).isEqualTo(URI.create("https://nas:9"));
        assertThat(store.environment().secrets()).contains("the-second-id");
    }

    @Test
    void aVariableThatIsWrongIsToldAndNothingElseTakesItsPlace() throws Exception {
        ConfigStore store = open("{\"nas\": {}}", "NAS_AWS_ENDPOINT_URL=nas:9000");

        assertThatThrownBy(() -> store.aws("nas"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("NAS_AWS_ENDPOINT_URL");
        assertThat(store.current().warnings())
                .anySatisfy(warning ->
                        assertThat(warning).startsWith("The account nas cannot be used. NAS_AWS_ENDPOINT_URL: found"));
    }

    @Test
    void aSecretOfAnAccountIsNoSecretOfTheFile() throws Exception {
        ConfigStore store = open("{\"nas\": {}}", "NAS_AWS_SECRET_ACCESS_KEY=the-nas-secret");

        assertThatThrownBy(() -> store.update(new JsonObject().put("note", "it is the-nas-secret"), null)
                        .await(60, TimeUnit.SECONDS))
                .hasMessageContaining("the value of NAS_AWS_SECRET_ACCESS_KEY")
                .message()
                .doesNotContain("the-nas-secret");
    }

    @Test
    void theKeysOfAnotherProgramThatCannotBeReadDoNotStopThisOne() throws Exception {
        ConfigStore store = open("{}", "OTHER_AWS_SECRET_ACCESS_KEY_FILE=" + folder.resolve("gone"));

        assertThat(store.current().broken()).isEmpty();
    }
}
