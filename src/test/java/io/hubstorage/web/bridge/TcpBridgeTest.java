package io.hubstorage.web.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.eventbus.bridge.tcp.impl.protocol.FrameParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TcpBridgeTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    /** Held on to: a client that nobody refers to is closed. */
    private final NetClient client = vertx.createNetClient();

    /** What the header must be; none has to be there at first. */
    private final AtomicReference<String> wanted = new AtomicReference<>();

    private final List<Runnable> held = new CopyOnWriteArrayList<>();
    private final TcpBridge.Door door = new TcpBridge.Door() {
        @Override
        public boolean admits(@Nullable String authorization) {
            return wanted.get() == null || wanted.get().equals(authorization);
        }

        @Override
        public Runnable hold(Runnable end) {
            held.add(end);
            return () -> held.remove(end);
        }
    };

    private TcpBridge bridge;
    private NetSocket socket;

    @BeforeEach
    void open() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        bridge = done(TcpBridge.open(vertx, "127.0.0.1", port, door));
        socket = done(client.connect(port, "127.0.0.1"));
        socket.handler(new FrameParser(parsed -> received.add(parsed.result())));
    }

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for 20 s", e);
        }
    }

    private void send(JsonObject message) {
        Buffer body = message.toBuffer();
        socket.write(Buffer.buffer().appendInt(body.length()).appendBuffer(body));
    }

    private JsonObject reply(int index) {
        await().until(() -> received.size() > index);
        return received.get(index);
    }

    private static JsonObject message(String type, String address) {
        return new JsonObject().put("type", type).put("address", address);
    }

    @Test
    void aRequestIsAnswered() {
        vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.BACKUP_START, message -> message.reply(new JsonObject().put("run_id", "r1")));
        send(message("send", Addresses.BACKUP_START).put("replyAddress", "reply-1"));
        assertThat(reply(0).getJsonObject("body").getString("run_id")).isEqualTo("r1");
    }

    @Test
    void whatIsPublishedIsHeardOnce() {
        send(message("register", Addresses.BACKUP_FINISHED));
        send(message("register", Addresses.BACKUP_FINISHED));
        assertThat(reply(0).getString("type"))
                .as("a second registration is refused")
                .isEqualTo("err");
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, new JsonObject().put("run_id", "r1"));
        assertThat(reply(1).getJsonObject("body").getString("run_id")).isEqualTo("r1");
        send(message("ping", "none"));
        assertThat(reply(2).getString("type")).isEqualTo("pong");
    }

    @Test
    void internalAddressesAreOutOfReach() {
        AtomicInteger arrived = new AtomicInteger();
        vertx.eventBus().consumer(Addresses.TRANSFER_SHARD, message -> arrived.incrementAndGet());
        send(message("send", Addresses.TRANSFER_SHARD).put("body", new JsonObject()));
        send(message("register", Addresses.TRANSFER_RESULT));
        send(message("publish", Addresses.BACKUP_FINISHED).put("body", new JsonObject()));
        assertThat(List.of(reply(0), reply(1), reply(2)))
                .allSatisfy(refusal -> assertThat(refusal.getString("type")).isEqualTo("err"));
        assertThat(arrived).hasValue(0);
    }

    @Test
    void aClosedBridgeLetsItsClientsGo() {
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(done -> closed.incrementAndGet());
        send(message("ping", "none"));
        reply(0);
        done(bridge.close());
        await().until(() -> closed.get() == 1);
    }

    @Test
    void whereALoginIsAskedForTheFirstMessageMustBringTheToken() {
        wanted.set("Bearer right");
        AtomicInteger arrived = new AtomicInteger();
        vertx.eventBus().consumer(Addresses.BACKUP_STATUS, asked -> {
            arrived.incrementAndGet();
            asked.reply(new JsonObject());
        });
        send(message("send", Addresses.BACKUP_STATUS).put("replyAddress", "a"));
        assertThat(reply(0).getString("type")).isEqualTo("err");
        send(message("register", Addresses.LOG).put("headers", new JsonObject().put("authorization", "Bearer wrong")));
        assertThat(reply(1).getString("type")).isEqualTo("err");
        assertThat(arrived).hasValue(0);

        send(message("send", Addresses.BACKUP_STATUS)
                .put("replyAddress", "a")
                .put("headers", new JsonObject().put("authorization", "Bearer right")));
        reply(2);
        send(message("send", Addresses.BACKUP_STATUS).put("replyAddress", "b"));
        reply(3);
        assertThat(arrived).as("once in, it stays in").hasValue(2);
    }

    @Test
    void whoMayNotStayIsSentAway() {
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(done -> closed.incrementAndGet());
        send(message("register", Addresses.LOG));
        await().until(() -> !held.isEmpty());

        vertx.runOnContext(later -> held.getFirst().run());

        await().until(() -> closed.get() == 1);
        await().until(held::isEmpty);
    }
}
