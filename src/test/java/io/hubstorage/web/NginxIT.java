package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.web.auth.AuthHandler;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind a real nginx with what docs/login.md says, word for word but for the port. Needs nginx (Debian: nginx-light). */
final class NginxIT {
    private static final String PASSWORD = "some password";
    private static final String PATH = "/backups";
    private static final Pattern BLOCK = Pattern.compile("(?s)```nginx\n(.+?)```");

    private WebServer server;
    private Nginx nginx;
    private int port;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        server = WebServer.start(
                folder,
                Map.of(
                        "HUBSTORAGE_WEB_PASSWORD",
                        PASSWORD,
                        "HUBSTORAGE_BASE_PATH",
                        PATH,
                        "HUBSTORAGE_TRUSTED_PROXIES",
                        "127.0.0.1"),
                EventHub.Limits.DEFAULT);
        nginx = Nginx.start(folder, location());
        port = nginx.port();
        server.goBy(port, PATH);
    }

    private String location() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(Path.of("docs/login.md")));
        assertThat(block.find()).as("a block for nginx in docs/login.md").isTrue();
        assertThat(block.group(1)).contains("http://127.0.0.1:5002;");
        return block.group(1).replace("127.0.0.1:5002", "127.0.0.1:" + server.port());
    }

    @AfterEach
    void stop() {
        if (nginx != null) {
            nginx.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void onePassesTheLoginAndChangesSomething() {
        Visitor stranger = new Visitor(server);
        assertThat(stranger.open("/").header("Location")).startsWith(PATH + "/login");
        assertThat(stranger.get("/api/status").status()).isEqualTo(401);

        Visitor visitor = new Visitor(server);
        WebServer.Answer in = visitor.logIn(PASSWORD);
        assertThat(in.status()).isEqualTo(303);
        assertThat(in.header("Location")).isEqualTo(PATH + "/");
        assertThat(in.headers().getAll("Set-Cookie"))
                .allSatisfy(
                        cookie -> assertThat(cookie).contains("Path=" + PATH).doesNotContain("Secure"));
        assertThat(visitor.open("/").body().toString()).contains(PATH + "/");
        String here = "http://127.0.0.1:" + port;
        assertThat(visitor.post("/api/scheduler/pause", new JsonObject().put("paused", true), tokenAnd(visitor, here))
                        .status())
                .isEqualTo(200);
        assertThat(visitor.logOut().header("Location")).isEqualTo(PATH + "/login");
    }

    private static Map<String, String> tokenAnd(Visitor visitor, String origin) {
        return Map.of(
                AuthHandler.PAGE_TOKEN, visitor.pageToken(), "Origin", origin, "X-Forwarded-Host", "evil.example");
    }

    @Test
    void theHostThatAClientClaimsDoesNotCount() {
        Visitor visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        visitor.open("/");
        assertThat(visitor.post(
                                "/api/scheduler/pause",
                                new JsonObject().put("paused", true),
                                tokenAnd(visitor, "http://evil.example"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void wrongPasswordsCountForTheAddressThatNginxSeesAndNotForOneThatIsClaimed() throws Exception {
        // Not the proxy's own address, which is believed.
        try (HttpClient elsewhere = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName("127.0.0.2"))
                .build()) {
            for (int i = 0; i < 10; i++) {
                assertThat(logIn(elsewhere, "198.51.100." + i, "wrong password"))
                        .isEqualTo(401);
            }
            assertThat(logIn(elsewhere, "198.51.100.99", PASSWORD)).isEqualTo(429);
        }
    }

    private int logIn(HttpClient client, String claimed, String password) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s/login".formatted(port, PATH)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("X-Forwarded-For", claimed)
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString("password=" + URLEncoder.encode(password, StandardCharsets.UTF_8)))
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    @Test
    void theEventStreamArrivesAsItIsSent() {
        Visitor visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Cookie", visitor.cookie()))) {
            stream.first("state");
            server.rooms.progress(1);
            stream.first("backup.progress");
        }
    }

    @Test
    void theEventBusIsReached() {
        Visitor visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        assertThat(server.get("/eventbus/info").json().getBoolean("websocket")).isTrue();
        WebSocketClient sockets = server.vertx.createWebSocketClient();
        List<String> received = new CopyOnWriteArrayList<>();
        WebSocket socket = WebServer.await(sockets.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setURI(PATH + "/eventbus/websocket")
                .addHeader("Cookie", visitor.cookie())));
        socket.handler(frame -> received.add(frame.toString()));
        socket.writeTextMessage(new JsonObject()
                .put("type", "register")
                .put("address", Addresses.BACKUP_PROGRESS)
                .encode());
        await().until(() -> {
            server.rooms.progress(1);
            return received.stream().anyMatch(text -> text.contains(Addresses.BACKUP_PROGRESS));
        });
        WebServer.await(sockets.close());
    }
}
