package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.web.http.Connections;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that hold what others need: connections, headers, bodies, sockets. */
final class HostileConnectionsTest {
    private static final int MOST = 40;

    @AutoClose
    private WebServer server;
    /** Held on to: a client that nobody refers to is closed. */
    private final List<WebSocketClient> sockets = new ArrayList<>();

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(
                folder, new Connections.Limits(MOST, Duration.ofMillis(1_500), Duration.ofMillis(1_500)));
    }

    private void assertOthersAreServed() {
        server.assertServesOthers();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: %41",
                "Host: [",
                "Host: [::1",
                "Host: a b",
                "Host: a:b:c",
                "Host: :80",
                "Host: x:99999999999",
                "Host: a/b",
                "Host: a@b",
                "Host: \u00e9",
                "Host: a?b"
            })
    void aHostThatIsNoneIsAnsweredAndNotLogged(String header) throws IOException {
        try (LogCapture log = LogCapture.of("")) {
            RawClient.Reply reply = RawClient.exchange(
                    server.port(), "GET /api/status HTTP/1.1\r\n" + header + "\r\nConnection: close\r\n\r\n");
            assertThat(reply.status()).isIn(400, 403);
            assertThat(reply.closed()).isTrue();
            assertThat(log.lines("ERROR")).isEmpty();
        }
        assertOthersAreServed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%zz",
                "GET /api/status?%",
                "GET http://%41/",
                "GET http://[/",
                "GET ://",
                "GET //",
                "GET /\\"
            })
    void anAddressThatIsNoneIsAnsweredAndNotLogged(String line) throws IOException {
        try (LogCapture log = LogCapture.of("")) {
            RawClient.Reply reply = RawClient.exchange(
                    server.port(), line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            assertThat(reply.status()).isBetween(200, 499);
            assertThat(log.lines("ERROR")).isEmpty();
        }
        assertOthersAreServed();
    }

    @Test
    void aRequestThatNeverEndsItsHeadIsCutOff() throws IOException {
        List<RawClient> attackers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawClient attacker = new RawClient(server.port());
            attacker.send("GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
            attackers.add(attacker);
        }
        assertOthersAreServed();
        for (RawClient attacker : attackers) {
            assertThat(attacker.read().closed()).isTrue();
            attacker.close();
        }
    }

    @Test
    void aBodyThatDoesNotArriveIsCutOff() throws IOException {
        try (RawClient attacker = new RawClient(server.port())) {
            attacker.send("POST /api/backup/run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n{");
            assertThat(attacker.read().closed()).isTrue();
        }
        assertOthersAreServed();
    }

    @Test
    void thereIsAPlaceAgainWhenOthersHaveGone() throws IOException {
        List<RawClient> attackers = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            attackers.add(new RawClient(server.port()));
        }
        // Those that say nothing lose their places in time, whoever they are.
        await().ignoreExceptions().until(() -> server.get("/api/logs").status() == 200);
        for (RawClient attacker : attackers) {
            attacker.close();
        }
    }

    @Test
    void aSocketOfTheEventBusStays() {
        AtomicInteger closed = new AtomicInteger();
        WebSocket socket = socket(false);
        socket.closeHandler(done -> closed.incrementAndGet());
        try (RawClient silent = new RawClient(server.port())) {
            assertThat(silent.read().closed())
                    .as("which shows that the time is over")
                    .isTrue();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertThat(closed).hasValue(0);
    }

    private WebSocket socket(boolean compressed) {
        WebSocketClient client = server.vertx.createWebSocketClient(new WebSocketClientOptions()
                .setTryUsePerMessageCompression(compressed)
                .setTryUsePerFrameCompression(compressed));
        sockets.add(client);
        return WebServer.await(client.connect(server.port(), "127.0.0.1", "/eventbus/websocket"));
    }

    @Test
    void noFrameIsUnpacked() {
        assertThat(socket(true).headers().get("Sec-WebSocket-Extensions")).isNull();
    }

    @Test
    void aFrameThatIsTooLargeEndsItsSocketAlone() {
        AtomicInteger closed = new AtomicInteger();
        WebSocket socket = socket(false);
        socket.closeHandler(done -> closed.incrementAndGet());
        socket.writeFinalTextFrame("x".repeat((256 << 10) + 1));
        await().until(() -> closed.get() == 1);
        assertOthersAreServed();
    }

    @Test
    void aFormWhereNothingIsTakenIsNoMishap() throws IOException {
        for (String type : List.of(
                "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data")) {
            try (LogCapture log = LogCapture.of("io.hubstorage")) {
                RawClient.Reply reply = RawClient.exchange(
                        server.port(),
                        "GET /api/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: " + type
                                + "\r\nContent-Length: 3\r\n\r\na=b");
                assertThat(reply.status()).as(type).isEqualTo(200);
                assertThat(log.lines("ERROR")).isEmpty();
            }
        }
    }

    @Test
    void aLoginThatIsGivenUpIsNoErrorOfOurs() throws IOException {
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            for (int i = 0; i < 10; i++) {
                try (RawClient client = new RawClient(server.port())) {
                    client.send(String.join(
                            "\r\n",
                            "POST /login HTTP/1.1",
                            "Host: 127.0.0.1",
                            "Content-Type: application/x-www-form-urlencoded",
                            "Content-Length: 100",
                            "",
                            "password="));
                }
            }
            assertOthersAreServed();
            assertThat(log.lines("ERROR")).isEmpty();
        }
    }
}
