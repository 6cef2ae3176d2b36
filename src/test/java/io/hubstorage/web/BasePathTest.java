package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Below a path of a proxy, which passes it on or takes it off. */
final class BasePathTest {
    private static final Pattern LINK = Pattern.compile("(?:href|src|action)=\"([^\"#]+)");

    @AutoClose
    private WebServer server;

    private Visitor visitor;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(
                folder,
                Map.of("HUBSTORAGE_BASE_PATH", "/my/backups/", "HUBSTORAGE_WEB_PASSWORD", "some password"),
                EventHub.Limits.DEFAULT);
        visitor = new Visitor(server);
    }

    @Test
    void everyLinkAndRedirectAndTheCookieAreBelowIt() {
        assertThat(visitor.open("/my/backups").header("Location")).isEqualTo("/my/backups/");
        assertThat(visitor.open("/my/backups/logs?level=WARN").header("Location"))
                .isEqualTo("/my/backups/login?next=%2Flogs%3Flevel%3DWARN");
        Matcher form = LINK.matcher(visitor.open("/my/backups/login").body().toString());
        while (form.find()) {
            assertThat(form.group(1)).startsWith("/my/backups/");
        }
        WebServer.Answer in = visitor.logIn("some password", "/logs?level=WARN");
        assertThat(in.header("Location")).isEqualTo("/my/backups/logs?level=WARN");
        assertThat(in.header("Set-Cookie")).contains("; Path=/my/backups;");

        String html = visitor.open("/my/backups/logs").body().toString();
        assertThat(html).contains("data-base=\"/my/backups\"");
        Matcher links = LINK.matcher(html);
        int found = 0;
        while (links.find()) {
            assertThat(links.group(1)).startsWith("/my/backups/");
            if (links.group(1).contains("/assets/")) {
                assertThat(visitor.get(links.group(1)).status())
                        .as(links.group(1))
                        .isEqualTo(200);
            }
            found++;
        }
        assertThat(found).isGreaterThan(8);
        WebServer.Answer started = visitor.post("/my/backups/api/backup/run", new JsonObject().put("dry_run", true));
        assertThat(started.status()).isEqualTo(202);
        assertThat(started.header("Location")).isEqualTo("/my/backups/api/backup/status");
        assertThat(visitor.logOut().header("Location")).isEqualTo("/my/backups/login");
    }

    @Test
    void theQueryAndWhatIsEncodedStayAsTheyAre() {
        visitor.logIn("some password");
        ApiTest.assertProblem(visitor.get("/my/backups/api/backup/history?limit=0"), 400, "limit");
        assertThat(visitor.get("/my/backups/api/backup/runs/a%2Fb").status()).isEqualTo(404);
        assertThat(visitor.get("/my/backups/api/backup/runs/r1").json().getString("run_id"))
                .isEqualTo("r1");
    }

    @Test
    void aProxyMayHaveTakenItOffAndTheHealthCheckNeverHasIt() {
        assertThat(server.get("/health/ready").status()).isEqualTo(200);
        assertThat(server.get("/my/backups/health/ready").status()).isEqualTo(200);
        assertThat(visitor.open("/logs").header("Location")).isEqualTo("/my/backups/login?next=%2Flogs");
        visitor.logIn("some password");
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);
        assertThat(visitor.get("/my/backups/my/backups/api/status").status()).isEqualTo(404);
        assertThat(visitor.get("/my/backupsx/api/status").status()).isEqualTo(404);
    }

    @Test
    void eventsAndTheBridgeAreBelowItToo() {
        visitor.logIn("some password");
        Map<String, String> cookie = Map.of("Cookie", visitor.cookie());
        try (EventStream stream = EventStream.open(server, "/my/backups/api/events?logs=false", cookie)) {
            stream.first("state");
        }
        WebSocketClient sockets = server.vertx.createWebSocketClient();
        assertThat(WebServer.await(sockets.connect(new WebSocketConnectOptions()
                                .setHost("127.0.0.1")
                                .setPort(server.port())
                                .setURI("/my/backups/eventbus/websocket")
                                .addHeader("Cookie", visitor.cookie())))
                        .isClosed())
                .isFalse();
        // Clients ask for the transports before they log in; a transport itself is for those who have.
        assertThat(server.get("/my/backups/eventbus/info").status()).isEqualTo(200);
        assertThat(server.get("/my/backups/eventbus/websocket").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"backups", "//evil", "/a//b", "/a/../b", "/a/.", "/a b", "/a?b", "/a\\b", "http://x/y", "/ä"})
    void aPathThatIsNoneIsExplained(String path, @TempDir Path other) {
        assertThatThrownBy(() -> WebServer.start(other, Map.of("HUBSTORAGE_BASE_PATH", path), EventHub.Limits.DEFAULT))
                .hasMessageContaining("HUBSTORAGE_BASE_PATH")
                .hasMessageContaining("a path such as /backups");
    }
}
