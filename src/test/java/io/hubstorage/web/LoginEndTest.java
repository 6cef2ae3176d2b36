package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a login ends, and that nothing which hangs on it goes on. */
final class LoginEndTest {
    private static final String PASSWORD = "correct horse: battery";
    private static final String TOKEN = "a-token-of-more-than-20-characters";
    private static final Map<String, String> PROGRAM = Map.of("Authorization", "Bearer " + TOKEN);
    private static final EventHub.Limits QUICK = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 100);

    @AutoClose
    private WebServer server;

    private Visitor visitor;
    /** Held on to: a client that nobody refers to is closed. */
    private WebSocketClient sockets;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        // In a file, where it can be changed while the server runs.
        Files.writeString(folder.resolve(".env"), "HUBSTORAGE_WEB_PASSWORD='" + PASSWORD + "'\n");
        server = WebServer.start(folder, Map.of("HUBSTORAGE_WEB_TOKEN", TOKEN), QUICK);
        visitor = new Visitor(server);
        sockets = server.vertx.createWebSocketClient();
    }

    @Test
    void aLogoutEndsTheLoginAndAllThatHangsOnIt() {
        visitor.logIn(PASSWORD);
        visitor.open("/");
        Map<String, String> cookie = Map.of("Cookie", visitor.cookie());
        AtomicInteger closed = new AtomicInteger();
        try (EventStream stream = EventStream.open(server, "/api/events", cookie);
                EventStream program = EventStream.open(server, "/api/events", PROGRAM)) {
            stream.first("state");
            socket("Cookie", visitor.cookie()).closeHandler(done -> closed.incrementAndGet());

            WebServer.Answer out = visitor.logOut();

            assertThat(out.status()).isEqualTo(303);
            assertThat(out.header("Location")).isEqualTo("/login");
            assertThat(out.header("Set-Cookie")).contains("Max-Age=0");
            await().until(() -> stream.ended);
            await().until(() -> closed.get() == 1);
            assertThat(server.get("/api/status", cookie).status()).isEqualTo(401);
            assertThat(program.ended).as("nobody else is concerned").isFalse();
            assertThat(visitor.logOut().status()).as("once more").isEqualTo(303);
        }
    }

    private WebSocket socket(String header, String value) {
        return WebServer.await(sockets.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setURI("/eventbus/websocket")
                .addHeader(header, value)));
    }

    @Test
    void theBridgeIsOpenForProgramsToo() {
        assertThat(socket("Authorization", "Bearer " + TOKEN).isClosed()).isFalse();
    }

    @Test
    void noOtherSiteLogsAnybodyOut() {
        visitor.logIn(PASSWORD);
        assertThat(visitor.logOut().status()).as("without the page's token").isEqualTo(403);
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);
    }

    @Test
    void aLoginThatIsNotUsedEndsAndAnOpenPageUsesIt() {
        visitor.logIn(PASSWORD);
        Visitor other = new Visitor(server);
        other.logIn(PASSWORD);
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Cookie", other.cookie()))) {
            stream.first("state");
            for (int i = 0; i < 5; i++) {
                server.now.updateAndGet(now -> now.plus(Duration.ofHours(10)));
                int before = stream.heartbeats.size();
                await().until(() -> stream.heartbeats.size() > before + 2);
            }
            assertThat(visitor.get("/api/status").status()).isEqualTo(401);
            assertThat(other.get("/api/status").status()).isEqualTo(200);
            server.now.updateAndGet(now -> now.plus(Duration.ofDays(30)));
            await().until(() -> stream.ended);
        }
        assertThat(other.open("/").header("Location")).isEqualTo("/login");
    }

    @Test
    void anotherPasswordInTheFileCountsAtOnceAndWhoCameInByTheOldOneIsOut() throws IOException {
        visitor.logIn(PASSWORD);
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Cookie", visitor.cookie()));
                EventStream program = EventStream.open(server, "/api/events", PROGRAM)) {
            stream.first("state");
            Files.writeString(server.folder.resolve(".env"), "HUBSTORAGE_WEB_PASSWORD=another password\n");
            WebServer.await(server.store.reload());
            await().until(() -> stream.ended && program.ended);
        }
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
        assertThat(visitor.logIn(PASSWORD).status()).isEqualTo(401);
        assertThat(visitor.logIn("another password").status()).isEqualTo(303);
    }

    @Test
    void whoCameInWithoutALoginIsOutWhenOneIsAskedFor() throws IOException {
        server.close();
        Path file = server.folder.resolve(".env");
        Files.writeString(file, "");
        server = WebServer.start(server.folder, Map.of(), QUICK);
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of())) {
            stream.first("state");
            Files.writeString(file, "HUBSTORAGE_WEB_PASSWORD='" + PASSWORD + "'\n");
            WebServer.await(server.store.reload());
            await().until(() -> stream.ended);
        }
        assertThat(server.get("/api/status").status()).isEqualTo(401);
    }

    @Test
    void anEmptiedEnvFileOpensNoDoor() throws IOException {
        server.close();
        server = WebServer.start(server.folder, Map.of(), QUICK);
        visitor = new Visitor(server);
        visitor.logIn(PASSWORD);
        for (String content : List.of("", "# nothing\n", "HUBSTORAGE_WEB_PASSWORD=\n")) {
            Files.writeString(server.folder.resolve(".env"), content);
            WebServer.await(server.store.reload());
            assertThat(server.get("/api/status").status()).as(content).isEqualTo(401);
            server.assertServesOthers("/api/status", Map.of("Cookie", visitor.cookie()));
            assertThat(visitor.get("/api/status").status())
                    .as("who is in stays in")
                    .isEqualTo(200);
            assertThat(new Visitor(server).logIn(PASSWORD).status()).isEqualTo(303);
        }
        Files.writeString(server.folder.resolve(".env"), "HUBSTORAGE_WEB_PASSWORD='another password'\n");
        WebServer.await(server.store.reload());
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
        assertThat(new Visitor(server).logIn("another password").status()).isEqualTo(303);
    }
}
