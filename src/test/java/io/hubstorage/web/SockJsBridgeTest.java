package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.bus.RunResult;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge as its wire shows it; the standard client has a test of its own. */
final class SockJsBridgeTest {
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();

    @AutoClose
    private WebServer server;
    /** Held on to: a client that nobody refers to is closed. */
    private WebSocketClient client;

    private WebSocket socket;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
        client = server.vertx.createWebSocketClient();
        socket = connect();
        socket.binaryMessageHandler(body -> received.add(body.toJsonObject()));
    }

    private WebSocket connect() {
        return WebServer.await(client.connect(new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setURI("/eventbus/websocket")));
    }

    private void send(JsonObject message) {
        WebServer.await(socket.writeTextMessage(message.encode()));
    }

    private static JsonObject message(String type, String address) {
        return new JsonObject().put("type", type).put("address", address);
    }

    private JsonObject reply(int index) {
        await().until(() -> received.size() > index);
        return received.get(index);
    }

    @Test
    void aBackupIsStartedAndFollowed() {
        send(message("register", Addresses.BACKUP_FINISHED));
        send(message("send", Addresses.BACKUP_START)
                .put("body", new JsonObject().put("dry_run", false))
                .put("replyAddress", "reply-1"));
        assertThat(reply(0).getJsonObject("body").getString("run_id")).isEqualTo("r2");
        server.rooms.finish(RunResult.SUCCESS);
        assertThat(reply(1).getString("address")).isEqualTo(Addresses.BACKUP_FINISHED);
        assertThat(reply(1).getJsonObject("body").getString("result")).isEqualTo("success");
    }

    @Test
    void aRefusalKeepsItsCodeAndReason() {
        send(message("send", Addresses.BACKUP_CANCEL).put("replyAddress", "reply-1"));
        assertThat(reply(0).getString("type")).isEqualTo("err");
        assertThat(reply(0).getInteger("failureCode")).isEqualTo(404);
        assertThat(reply(0).getString("message")).isEqualTo("No backup is running.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hubstorage.worker.local.shard",
                "hubstorage.worker.local.cancel",
                Addresses.TRANSFER_RESULT,
                Addresses.BACKUP_FINISHED,
                Addresses.LOG,
                "hubstorage.unknown"
            })
    void nothingElseCanBeSent(String address) {
        AtomicInteger arrived = new AtomicInteger();
        server.vertx.eventBus().consumer(address, message -> arrived.incrementAndGet());
        send(message("send", address).put("body", new JsonObject()));
        assertThat(reply(0).getString("body")).isEqualTo("access_denied");
        assertThat(arrived).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hubstorage.worker.local.shard",
                Addresses.TRANSFER_HEARTBEAT,
                Addresses.BACKUP_START,
                Addresses.CONFIG_UPDATE,
                "hubstorage.unknown"
            })
    void nothingElseCanBeHeard(String address) {
        send(message("register", address));
        assertThat(reply(0).getString("body")).isEqualTo("access_denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {Addresses.BACKUP_START, Addresses.BACKUP_FINISHED, Addresses.CONFIG_CHANGED})
    void nobodyPublishesInOurName(String address) {
        AtomicInteger arrived = new AtomicInteger();
        server.vertx.eventBus().consumer(address, message -> arrived.incrementAndGet());
        send(message("publish", address).put("body", new JsonObject()));
        assertThat(reply(0).getString("body")).isEqualTo("rejected");
        assertThat(arrived).hasValue(0);
    }

    @Test
    void aBodyThatIsNoObjectIsRefused() {
        send(message("send", Addresses.BACKUP_START).put("body", 7).put("replyAddress", "reply-1"));
        assertThat(reply(0).getString("body")).isEqualTo("rejected");
        send(message("send", Addresses.BACKUP_START).put("body", "text").put("headers", 3));
        assertThat(reply(1).getString("body")).isEqualTo("rejected");
        assertThat(server.rooms.starts).isEmpty();
    }

    @Test
    void anOverlongMessageIsNotTaken() {
        socket.writeTextMessage(message("send", Addresses.BACKUP_START)
                .put("body", new JsonObject().put("buckets", List.of("x".repeat(300 << 10))))
                .put("replyAddress", "reply-1")
                .encode());
        WebSocket second = connect();
        List<String> heard = new CopyOnWriteArrayList<>();
        second.binaryMessageHandler(body -> heard.add(body.toString()));
        WebServer.await(second.writeTextMessage(message("send", Addresses.BACKUP_STATUS)
                .put("replyAddress", "r")
                .encode()));
        await().until(() -> !heard.isEmpty());
        assertThat(server.rooms.starts).isEmpty();
        assertThat(received).isEmpty();
    }

    @Test
    void aClientThatDoesNotReadCostsLittleMemory() {
        send(message("register", Addresses.LOG));
        send(message("register", Addresses.BACKUP_FINISHED));
        send(message("send", Addresses.BACKUP_STATUS).put("replyAddress", "reply-1"));
        reply(0);
        socket.pause();
        String filler = "x".repeat(32 << 10);
        for (int i = 0; i < 800; i++) {
            server.vertx
                    .eventBus()
                    .publish(Addresses.LOG, BusJson.encode(new LogLine(BusRooms.BEGAN, "INFO", "test", null, filler)));
        }
        server.rooms.finish(RunResult.SUCCESS);
        WebSocket second = connect();
        List<String> heard = new CopyOnWriteArrayList<>();
        second.binaryMessageHandler(body -> heard.add(body.toString()));
        WebServer.await(second.writeTextMessage(message("send", Addresses.BACKUP_STATUS)
                .put("replyAddress", "r")
                .encode()));
        await().until(() -> !heard.isEmpty());
        socket.resume();
        await().until(() ->
                received.stream().anyMatch(message -> Addresses.BACKUP_FINISHED.equals(message.getString("address"))));
        assertThat(received.stream().filter(message -> Addresses.LOG.equals(message.getString("address"))))
                .as("most lines were left out")
                .hasSizeLessThan(700);
    }

    @Test
    void theStopClosesTheSockets() {
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(done -> closed.incrementAndGet());
        assertThat(server.undeploy()).isLessThan(Duration.ofSeconds(2));
        await().until(() -> closed.get() == 1);
    }

    @Test
    void transportsForForeignSitesAreOff() {
        for (String path : List.of(
                "/eventbus/1/a/jsonp?c=x",
                "/eventbus/1/a/htmlfile?c=x",
                "/eventbus/1/a/eventsource",
                "/eventbus/1/a/xhr",
                "/eventbus/1/a/xhr_streaming",
                "/eventbus/iframe.html",
                "/eventbus/iframe-1.2.html")) {
            assertThat(server.get(path).status()).as(path).isEqualTo(404);
        }
    }
}
