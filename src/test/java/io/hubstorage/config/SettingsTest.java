package io.hubstorage.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingsTest {
    @TempDir
    Path folder;

    private Settings settings(String... namesAndValues) {
        return environment(namesAndValues).settings();
    }

    private Environment environment(String... namesAndValues) {
        Map<String, String> process = new HashMap<>(Map.of("DOCKER_MODE", "false"));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            process.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Environment.load(process, folder.resolve("absent"));
    }

    @Test
    void outsideAContainerEverythingIsBelowTheWorkingFolderAndOnLoopback() {
        Settings settings = settings();
        assertThat(settings.dockerMode()).isFalse();
        assertThat(settings.configFile())
                .isEqualTo(Path.of("config/config.json").toAbsolutePath());
        assertThat(settings.dataPath()).isEqualTo(Path.of("data").toAbsolutePath());
        assertThat(settings.logPath()).isEqualTo(Path.of("logs").toAbsolutePath());
        assertThat(settings.web().host()).isEqualTo("127.0.0.1");
        assertThat(settings.web().port()).isEqualTo(5002);
        assertThat(settings.aws().region()).isEqualTo("us-east-1");
        assertThat(settings.aws().pathStyle()).isFalse();
    }

    @Test
    void httpsIsOfFilesOrSelfMadeOrNotAtAll() {
        assertThat(settings().tls()).isNull();
        assertThat(settings().scheme()).isEqualTo("http");
        assertThat(settings("HUBSTORAGE_TLS_CERT", "/tls/a.crt", "HUBSTORAGE_TLS_KEY", "/tls/a.key")
                        .tls())
                .isEqualTo(new Settings.Tls(Path.of("/tls/a.crt"), Path.of("/tls/a.key"), false, 0));
        assertThat(settings(
                                "HUBSTORAGE_TLS",
                                "Self-Signed",
                                "HUBSTORAGE_CONFIG_PATH",
                                "/etc/hub/config.json",
                                "HUBSTORAGE_TLS_REDIRECT_PORT",
                                "5080")
                        .tls())
                .isEqualTo(new Settings.Tls(
                        Path.of("/etc/hub/tls/certificate.pem"), Path.of("/etc/hub/tls/key.pem"), true, 5080));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HUBSTORAGE_TLS               | HUBSTORAGE_TLS=yes
        HUBSTORAGE_TLS               | HUBSTORAGE_TLS=self-signed HUBSTORAGE_TLS_CERT=/a HUBSTORAGE_TLS_KEY=/b
        HUBSTORAGE_TLS_KEY           | HUBSTORAGE_TLS_CERT=/a
        HUBSTORAGE_TLS_CERT          | HUBSTORAGE_TLS_KEY=/a
        HUBSTORAGE_TLS_REDIRECT_PORT | HUBSTORAGE_TLS_REDIRECT_PORT=80
        HUBSTORAGE_TLS_REDIRECT_PORT | HUBSTORAGE_TLS=self-signed HUBSTORAGE_TLS_REDIRECT_PORT=http
        HUBSTORAGE_TLS_REDIRECT_PORT | HUBSTORAGE_TLS=self-signed HUBSTORAGE_TLS_REDIRECT_PORT=5002 HUBSTORAGE_WEB_PORT=5002
        """)
    void variablesOfHttpsThatMakeNoSenseAreRefused(String named, String variables) {
        assertThatThrownBy(() -> settings(variables.split("[ =]", -1)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.path()).isEqualTo(named)));
    }

    @Test
    void inAContainerEverythingIsBelowAppAndOnEveryInterface() {
        Settings settings = settings("DOCKER_MODE", "true");
        assertThat(settings.configFile()).isEqualTo(Path.of("/app/config/config.json"));
        assertThat(settings.dataPath()).isEqualTo(Path.of("/app/data"));
        assertThat(settings.logPath()).isEqualTo(Path.of("/app/logs"));
        assertThat(settings.web().host()).isEqualTo("0.0.0.0");
    }

    @Test
    void aContainerIsRecognisedWithoutBeingTold() {
        assertThat(settings("DOCKER_MODE", "").dockerMode()).isEqualTo(Files.exists(Path.of("/.dockerenv")));
    }

    @Test
    void everyVariableIsRead() throws Exception {
        Path bundle = Files.writeString(folder.resolve("ca.p12"), "");
        Settings settings = settings(
                "HUBSTORAGE_WEB_HOST", "[::1]",
                "HUBSTORAGE_WEB_PORT", "8080",
                "HUBSTORAGE_ALLOWED_HOSTS", "nas.local, Backup.example ,",
                "HUBSTORAGE_DATA_PATH", "~/copies",
                "HUBSTORAGE_LOG_PATH", "/var/log/hub",
                "AWS_ACCESS_KEY_ID", " id ",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "AWS_SESSION_TOKEN", "token",
                "AWS_PROFILE", "default",
                "AWS_ENDPOINT_URL", "http://minio:9000",
                "AWS_CA_BUNDLE", bundle.toString(),
                "HUBSTORAGE_TRUST_STORE_PASSWORD", "changeit");
        assertThat(settings.web().host()).isEqualTo("::1");
        assertThat(settings.web().port()).isEqualTo(8080);
        assertThat(settings.web().allowedHosts()).containsExactly("nas.local", "backup.example");
        assertThat(settings.dataPath()).isEqualTo(Path.of(System.getProperty("user.home"), "copies"));
        assertThat(settings.logPath()).isEqualTo(Path.of("/var/log/hub"));
        assertThat(settings.aws())
                .isEqualTo(new Settings.Aws(
                        new Settings.Keys("id", "secret", "token"),
                        "us-east-1",
                        "default",
                        URI.create("http://minio:9000"),
                        true,
                        new Settings.TrustStore(bundle, "changeit"),
                        null));
    }

    @Test
    void aRestoreWritesAsBackupsReadUnlessTheEnvironmentSaysOtherwise() {
        Settings same =
                settings("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_SESSION_TOKEN", "t");
        assertThat(same.restoreAws()).isEqualTo(same.aws());
        assertThat(same.writing().folder()).isNull();

        Settings other = settings(
                "AWS_ACCESS_KEY_ID", "id",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "AWS_SESSION_TOKEN", "token",
                "RESTORE_AWS_ACCESS_KEY_ID", "writer",
                "RESTORE_AWS_SECRET_ACCESS_KEY", "writers-secret",
                "RESTORE_AWS_ENDPOINT_URL", "http://minio:9000",
                "RESTORE_AWS_REGION", "eu-central-1",
                "HUBSTORAGE_RESTORE_PATH", "/mnt/back");
        // Never the token of one pair with the keys of another.
        assertThat(other.restoreAws())
                .isEqualTo(new Settings.Aws(
                        new Settings.Keys("writer", "writers-secret", null),
                        "eu-central-1",
                        null,
                        URI.create("http://minio:9000"),
                        true,
                        null,
                        null));
        assertThat(other.writing().folder()).isEqualTo(Path.of("/mnt/back"));
        assertThatThrownBy(() -> settings("RESTORE_AWS_ACCESS_KEY_ID", "half"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("RESTORE_AWS_SECRET_ACCESS_KEY");
    }

    @Test
    void theCustomersKeyIsThe32BytesOfAnAes256KeyAndShownNowhere() throws Exception {
        String key = Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
        Path file = Files.writeString(folder.resolve("key"), key + "\n");

        assertThat(settings("HUBSTORAGE_SSE_C_KEY", key).aws().customerKey()).isEqualTo(key);
        assertThat(settings("HUBSTORAGE_SSE_C_KEY_FILE", file.toString()).aws().customerKey())
                .isEqualTo(key);
        assertThat(settings("HUBSTORAGE_SSE_C_KEY", key).toString()).doesNotContain(key);
        for (String wrong : List.of("MDEyMzQ1Njc4OWFiY2RlZg==", "not base64 at all, not at all")) {
            assertThatThrownBy(() -> settings("HUBSTORAGE_SSE_C_KEY", wrong))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("HUBSTORAGE_SSE_C_KEY")
                    .hasMessageContaining("32 bytes")
                    .message()
                    .doesNotContain(wrong);
        }
    }

    @Test
    void howTheDashboardIsReachedIsReadWithUsefulDefaults() {
        Settings.Web usual = settings().web();
        assertThat(usual.login().off()).isFalse();
        assertThat(usual.login().idle()).isEqualTo(Duration.ofHours(24));
        assertThat(usual.basePath()).isEmpty();
        assertThat(usual.trustedProxies()).isEmpty();
        Settings.Web web = settings(
                        "HUBSTORAGE_AUTH", "None",
                        "HUBSTORAGE_SESSION_HOURS", "8",
                        "HUBSTORAGE_BASE_PATH", "/nas/backups/",
                        "HUBSTORAGE_TRUSTED_PROXIES", "10.0.0.2, 172.16.0.0/12, fd00::/8")
                .web();
        assertThat(web.login().off()).isTrue();
        assertThat(web.login().idle()).isEqualTo(Duration.ofHours(8));
        assertThat(web.basePath()).isEqualTo("/nas/backups");
        assertThat(web.trustedProxies()).containsExactly("10.0.0.2", "172.16.0.0/12", "fd00::/8");
        assertThat(settings("HUBSTORAGE_BASE_PATH", "/").web().basePath()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HUBSTORAGE_AUTH|off|none for no login at all",
                "HUBSTORAGE_SESSION_HOURS|0|from 1 to 720",
                "HUBSTORAGE_SESSION_HOURS|1.5|from 1 to 720",
                "HUBSTORAGE_TRUSTED_PROXIES|proxy.example|IP addresses and networks",
                "HUBSTORAGE_TRUSTED_PROXIES|10.0.0.0/33|IP addresses and networks",
                "HUBSTORAGE_TRUSTED_PROXIES|10.0.0.0/|IP addresses and networks",
                "HUBSTORAGE_TRUSTED_PROXIES|*|IP addresses and networks",
                "HUBSTORAGE_WEB_PASSWORD|planted|at least 8 characters",
                "HUBSTORAGE_WEB_PASSWORD_HASH|planted:1234567|what the command 'password' prints",
                "HUBSTORAGE_WEB_TOKEN|planted-1234567890|at least 20 characters",
            })
    void whatIsWrongAboutTheLoginIsNamedAndNoSecretRepeated(String name, String value, String allowed) {
        assertThatThrownBy(() -> settings(name, value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(allowed)
                .message()
                .doesNotContain("planted");
    }

    @Test
    void aPasswordIsGivenAsItIsOrByItsHashButNotTwice() {
        String hash = "pbkdf2:it=210000:" + "c".repeat(22) + ":" + "h".repeat(86);
        assertThat(settings("HUBSTORAGE_WEB_PASSWORD_HASH", hash)).isNotNull();
        assertThatThrownBy(() ->
                        settings("HUBSTORAGE_WEB_PASSWORD", "good password", "HUBSTORAGE_WEB_PASSWORD_HASH", hash))
                .hasMessageContaining("only one of it and HUBSTORAGE_WEB_PASSWORD");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,true",
        "127.9.9.9,true",
        "::1,true",
        "localhost,true",
        "LOCALHOST,true",
        "0.0.0.0,false",
        "::,false",
        "192.168.1.2,false",
        "nas.local,false",
        "localhost.evil,false",
        "127.0.0.1.nip.io,false"
    })
    void onlyThisMachineReachesLoopback(String host, boolean loopback) {
        assertThat(Settings.Web.isLoopback(host)).isEqualTo(loopback);
    }

    @Test
    void theMoreSpecificVariableWins() {
        Settings.Aws aws = settings(
                        "AWS_DEFAULT_REGION", "eu-west-1",
                        "AWS_REGION", "eu-central-1",
                        "AWS_ENDPOINT_URL", "http://general:1",
                        "AWS_ENDPOINT_URL_S3", "https://special",
                        "HUBSTORAGE_S3_PATH_STYLE", "no")
                .aws();
        assertThat(aws.region()).isEqualTo("eu-central-1");
        assertThat(aws.endpoint()).isEqualTo(URI.create("https://special"));
        assertThat(aws.pathStyle()).isFalse();
    }

    @Test
    void theConfigurationPathMayBeTheFileOrItsFolder() throws Exception {
        Path existing = Files.createDirectory(folder.resolve("odd.json"));
        Path plain = Files.writeString(folder.resolve("settings"), "{}");
        assertThat(settings("HUBSTORAGE_CONFIG_PATH", "/c/config.json").configFile())
                .isEqualTo(Path.of("/c/config.json"));
        assertThat(settings("HUBSTORAGE_CONFIG_PATH", "/c").configFile()).isEqualTo(Path.of("/c/config.json"));
        assertThat(settings("HUBSTORAGE_CONFIG_PATH", existing.toString()).configFile())
                .isEqualTo(existing.resolve("config.json"));
        assertThat(settings("HUBSTORAGE_CONFIG_PATH", plain.toString()).configFile())
                .isEqualTo(plain);
    }

    @Test
    void everythingWrongIsSaidAtOnceWithNameFoundAndAllowed() {
        Environment env = environment(
                "HUBSTORAGE_WEB_PORT", "70000",
                "HUBSTORAGE_WEB_HOST", "http://x:1",
                "HUBSTORAGE_ALLOWED_HOSTS", "ok.example,not/ok",
                "AWS_ENDPOINT_URL", "minio:9000",
                "AWS_DEFAULT_REGION", "nowhere at all",
                "AWS_CA_BUNDLE", "/does/not/exist.pem",
                "HUBSTORAGE_S3_PATH_STYLE", "maybe",
                "DOCKER_MODE", "perhaps",
                "HUBSTORAGE_DATA_PATH", "/a\0b");
        ConfigException e = catchThrowableOfType(ConfigException.class, env::settings);
        assertThat(e.problems())
                .extracting(problem -> problem.path())
                .containsExactlyInAnyOrder(
                        "HUBSTORAGE_WEB_PORT",
                        "HUBSTORAGE_WEB_HOST",
                        "HUBSTORAGE_ALLOWED_HOSTS",
                        "AWS_ENDPOINT_URL",
                        "AWS_DEFAULT_REGION",
                        "AWS_CA_BUNDLE",
                        "HUBSTORAGE_S3_PATH_STYLE",
                        "DOCKER_MODE",
                        "HUBSTORAGE_DATA_PATH");
        assertThat(e.problems()).hasSize(9);
        assertThat(e)
                .hasMessageContaining("HUBSTORAGE_WEB_PORT: found \"70000\", allowed: a whole number from 1 to 65535");
    }

    @Test
    void aLoginInTheEndpointIsRefusedAndNotRepeated() {
        for (String url : new String[] {
            "https://user:plantedsecret@minio", "https://user:planted secret@minio", "https://user:a/planted@minio"
        }) {
            Environment env = environment("AWS_ENDPOINT_URL_S3", url);
            ConfigException e = catchThrowableOfType(ConfigException.class, env::settings);
            assertThat(e).hasMessageContaining("AWS_ENDPOINT_URL_S3").hasMessageContaining("without login");
            assertThat(e.getMessage()).doesNotContain("planted");
        }
    }
}
