package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.auth.StoredPassword;
import io.hubstorage.web.sse.EventHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where others can reach the server and nothing was said about a password. */
final class FirstPasswordTest {
    private static final Pattern PASSWORD = Pattern.compile("\\b([a-z2-9]{5}-){3}[a-z2-9]{5}\\b");
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 100);

    @TempDir
    Path folder;

    private WebServer onEveryInterface(Map<String, String> further) throws IOException {
        Map<String, String> environment = new java.util.HashMap<>(further);
        environment.put("HUBSTORAGE_WEB_HOST", "0.0.0.0");
        return WebServer.start(folder, environment, QUICK);
    }

    static String told(WebServer server) {
        assertThat(server.told).hasSize(1);
        Matcher matcher = PASSWORD.matcher(server.told.getFirst());
        assertThat(matcher.find()).isTrue();
        return matcher.group();
    }

    private Path file() {
        return folder.resolve("config/web-password.hash");
    }

    @Test
    void oneIsMadeToldOnceAndStoredByItsHashForItsOwnerAlone() throws IOException {
        String password;
        try (LogCapture log = LogCapture.of("io.hubstorage");
                WebServer server = onEveryInterface(Map.of())) {
            password = told(server);
            assertThat(server.get("/api/status").status()).isEqualTo(401);
            Visitor visitor = new Visitor(server);
            assertThat(visitor.logIn(password).status()).isEqualTo(303);
            assertThat(visitor.get("/api/config").body().toString()).doesNotContain(password);
            assertThat(String.join("\n", log.lines())).doesNotContain(password);
            assertThat(Files.readString(file())).doesNotContain(password);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
        }
        try (WebServer again = onEveryInterface(Map.of())) {
            assertThat(again.told).isEmpty();
            assertThat(new Visitor(again).logIn(password).status()).isEqualTo(303);
        }
    }

    @Test
    void onLoopbackNobodyIsAsked() throws IOException {
        try (WebServer server = WebServer.start(folder)) {
            assertThat(server.told).isEmpty();
            assertThat(server.get("/api/status").status()).isEqualTo(200);
            assertThat(server.get("/").body().toString()).doesNotContain("Log out", "page-token");
            assertThat(new Visitor(server).open("/login").header("Location")).isEqualTo("/");
            assertThat(file()).doesNotExist();
        }
    }

    @Test
    void itTakesTheWordNoneToAskNobody() throws IOException {
        try (LogCapture log = LogCapture.of("io.hubstorage.web");
                WebServer server = onEveryInterface(
                        Map.of("HUBSTORAGE_AUTH", "none", "HUBSTORAGE_WEB_PASSWORD", "some password"))) {
            assertThat(server.told).isEmpty();
            assertThat(server.get("/api/status").status()).isEqualTo(200);
            assertThat(file()).doesNotExist();
            assertThat(log.lines("WARN")).singleElement().asString().contains("nobody is asked for the password");
        }
        for (String other : new String[] {"off", "false", "no"}) {
            assertThatThrownBy(() -> onEveryInterface(Map.of("HUBSTORAGE_AUTH", other)))
                    .hasMessageContaining("HUBSTORAGE_AUTH")
                    .hasMessageContaining("none for no login at all");
        }
    }

    @Test
    void whereOneIsSetNoneIsMadeAndItIsAskedForOnLoopbackToo() throws IOException {
        try (WebServer server = WebServer.start(folder, Map.of("HUBSTORAGE_WEB_PASSWORD", "some password"), QUICK)) {
            assertThat(server.told).isEmpty();
            assertThat(file()).doesNotExist();
            assertThat(server.get("/api/status").status()).isEqualTo(401);
        }
    }

    @Test
    void aTokenAloneAsksForAPasswordTooSoThatPeopleCanComeIn() throws IOException {
        try (WebServer server = WebServer.start(folder, Map.of("HUBSTORAGE_WEB_TOKEN", "t".repeat(20)), QUICK)) {
            assertThat(new Visitor(server).logIn(told(server)).status()).isEqualTo(303);
        }
    }

    @Test
    void oneIsMadeWhileItRunsWhereALoginIsAskedForOnlySinceThen() throws IOException {
        try (WebServer server = WebServer.start(folder, Map.of("HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1"), QUICK)) {
            Files.writeString(
                    folder.resolve(".env"), "HUBSTORAGE_PROXY_USER_HEADER=Remote-User\nHUBSTORAGE_PROXY_ADMINS=ann\n");
            WebServer.await(server.store.reload());
            await().until(() -> !server.told.isEmpty());
            assertThat(new Visitor(server).logIn(told(server)).status()).isEqualTo(303);
        }
    }

    @Test
    void aResetWhileItRunsCountsWithinAHeartbeat() throws IOException {
        try (WebServer server = onEveryInterface(Map.of())) {
            String first = told(server);
            Visitor visitor = new Visitor(server);
            visitor.logIn(first);

            String second = new StoredPassword(folder.resolve("config")).renew();

            await().until(() -> visitor.get("/api/status").status() == 401);
            assertThat(visitor.logIn(first).status()).isEqualTo(401);
            assertThat(visitor.logIn(second).status()).isEqualTo(303);
        }
    }

    @Test
    void aStoredOneThatIsBrokenIsToldAndNobodyIsLetInForIt() throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(file(), "\n");
        assertThatThrownBy(() -> onEveryInterface(Map.of()))
                .hasMessageContaining(file().toString())
                .hasMessageContaining("password --reset");
    }

    @Test
    void theBridgeForProgramsNeedsATokenWhereALoginIsAskedFor() {
        assertThatThrownBy(() -> WebServer.start(
                        folder,
                        Map.of("HUBSTORAGE_WEB_PASSWORD", "some password", "HUBSTORAGE_TCP_BRIDGE_PORT", "1"),
                        QUICK))
                .hasMessageContaining("HUBSTORAGE_TCP_BRIDGE_PORT")
                .hasMessageContaining("HUBSTORAGE_WEB_TOKEN");
    }
}
