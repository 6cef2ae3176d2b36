package io.hubstorage.web.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.testkit.Bystander;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.eventbus.bridge.tcp.impl.protocol.FrameParser;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
final class TcpBridgeTest {
    private Vertx vertx;
    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    /** Held on to: a client that nobody refers to is closed. */
    private NetClient client;

    /** What the header must be; none has to be there at first. */
    private final AtomicReference<String> wanted = new AtomicReference<>();

    /** Whoever that header lets in. */
    private volatile Principal admitted = new Principal.AuthDisabled();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Runnable> held = new CopyOnWriteArrayList<>();
    private final TcpBridge.Auth auth = new TcpBridge.Auth() {
        @Override
        public Principal admit(@Nullable String authorization, String address) {
            return wanted.get() == null || wanted.get().equals(authorization) ? admitted : new Principal.Anonymous();
        }

        @Override
        public Runnable onEnd(Principal principal, Runnable end) {
            held.add(end);
            return () -> held.remove(end);
        }

        @Override
        public void asked(Request request, Principal principal, int status) {
            asked.add(request.address() + ' ' + status);
        }
    };

    private TcpBridge bridge;
    private NetSocket socket;

    @BeforeEach
    void open(Vertx given) {
        vertx = given;
        client = vertx.createNetClient();
        open(TcpBridge.Limits.DEFAULT);
    }

    private void open(TcpBridge.Limits limits) {
        bridge = done(TcpBridge.open(vertx, "127.0.0.1", 0, auth, limits));
        socket = done(client.connect(bridge.actualPort(), "127.0.0.1"));
        socket.handler(new FrameParser(parsed -> received.add(parsed.result())));
    }

    /** The bridge anew, on another port. */
    private void openAnew(TcpBridge.Limits limits) {
        done(bridge.close());
        open(limits);
    }

    private Socket raw() throws IOException {
        Socket raw = new Socket(InetAddress.getLoopbackAddress(), bridge.actualPort());
        raw.setSoTimeout(20_000);
        return raw;
    }

    /** Reads until the other side has closed. */
    private static byte[] untilClosed(Socket raw) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            raw.getInputStream().transferTo(all);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still open after 20 s", e);
        } catch (IOException reset) {
            // Closed as well.
        }
        return all.toByteArray();
    }

    private static void send(Socket raw, int length, byte[] body) throws IOException {
        DataOutputStream out = new DataOutputStream(raw.getOutputStream());
        out.writeInt(length);
        out.write(body);
        out.flush();
    }

    private void assertOthersAreServed() {
        Bystander.isServedWithinASecond(() -> {
            int before = received.size();
            send(new JsonObject().put("type", "ping"));
            assertThat(reply(before).getString("type")).isEqualTo("pong");
        });
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing happened for a minute", e);
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
        vertx.eventBus().consumer(Addresses.workerShard(Addresses.LOCAL_WORKER), message -> arrived.incrementAndGet());
        send(message("send", Addresses.workerShard(Addresses.LOCAL_WORKER)).put("body", new JsonObject()));
        send(message("register", Addresses.TRANSFER_RESULT));
        send(message("publish", Addresses.BACKUP_FINISHED).put("body", new JsonObject()));
        assertThat(List.of(reply(0), reply(1), reply(2)))
                .allSatisfy(refused -> assertThat(refused.getString("type")).isEqualTo("err"));
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
        openAnew(TcpBridge.Limits.DEFAULT);
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

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, -4, 0, (256 << 10) + 1})
    void noMessageOfAnAbsurdLengthIsRead(int length) throws IOException {
        List<Socket> attackers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket raw = raw();
            attackers.add(raw);
            try {
                send(raw, length, new byte[64 << 10]);
            } catch (IOException closedMeanwhile) {
                // Which is what it should be.
            }
        }
        assertOthersAreServed();
        for (Socket raw : attackers) {
            assertThat(untilClosed(raw)).hasSizeLessThan(1_000);
            raw.close();
        }
    }

    @Test
    void aStrangerIsReadFourKibibytesOnly() throws IOException {
        wanted.set("Bearer right");
        try (Socket raw = raw()) {
            send(raw, (4 << 10) + 1, new byte[1]);
            assertThat(new String(untilClosed(raw), UTF_8)).contains("message_too_long");
        }
        send(new JsonObject()
                .put("type", "send")
                .put("address", Addresses.BACKUP_STATUS)
                .put("headers", new JsonObject().put("authorization", "Bearer right")));
        vertx.eventBus().<JsonObject>consumer(Addresses.CONFIG_UPDATE, asked -> asked.reply(asked.body()));
        send(message("send", Addresses.CONFIG_UPDATE)
                .put("replyAddress", "a")
                .put("body", new JsonObject().put("config", "x".repeat(250 << 10))));
        assertThat(reply(0).getJsonObject("body").getString("config")).hasSize(250 << 10);
    }

    @Test
    void aStrangerMustComeIn() throws IOException {
        wanted.set("Bearer right");
        openAnew(limits(Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofMinutes(1), 9));
        try (Socket silent = raw();
                Socket pinging = raw()) {
            byte[] ping = "{\"type\":\"ping\"}".getBytes(UTF_8);
            send(pinging, ping.length, ping);
            assertThat(new String(untilClosed(pinging), UTF_8)).contains("pong");
            assertThat(untilClosed(silent)).isEmpty();
        }
    }

    @Test
    void whoGuessesTokensIsSentAway() throws IOException {
        wanted.set("Bearer right");
        try (Socket raw = raw()) {
            byte[] guess = message("register", Addresses.LOG)
                    .put("headers", new JsonObject().put("authorization", "Bearer wrong"))
                    .toBuffer()
                    .getBytes();
            for (int i = 0; i < 10; i++) {
                send(raw, guess.length, guess);
            }
            assertThat(new String(untilClosed(raw), UTF_8).split("login_required", -1))
                    .hasSize(11);
        }
    }

    @Test
    void aMessageMustArrive() throws IOException {
        openAnew(limits(Duration.ofMinutes(1), Duration.ofMillis(500), Duration.ofMinutes(1), 9));
        try (Socket raw = raw()) {
            send(raw, 1_000, new byte[10]);
            assertThat(untilClosed(raw)).isEmpty();
        }
        assertOthersAreServed();
    }

    @Test
    void whoSaysNothingIsSentAwayAndWhoListensIsNot() throws IOException {
        openAnew(limits(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMillis(1_500), 9));
        send(message("register", Addresses.BACKUP_FINISHED));
        try (Socket raw = raw()) {
            assertThat(untilClosed(raw)).isEmpty();
        }
        vertx.eventBus().publish(Addresses.BACKUP_FINISHED, new JsonObject().put("run_id", "r1"));
        assertThat(reply(0).getJsonObject("body").getString("run_id")).isEqualTo("r1");
    }

    @Test
    void oneAddressTakesSoManyPlacesAndGivesThemBack() throws IOException {
        openAnew(limits(Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1), 2));
        assertOthersAreServed();
        try (Socket second = raw()) {
            byte[] ping = "{\"type\":\"ping\"}".getBytes(UTF_8);
            send(second, ping.length, ping);
            assertThat(second.getInputStream().read()).isNotNegative();
            try (Socket third = raw()) {
                assertThat(untilClosed(third)).isEmpty();
            }
        }
        await().untilAsserted(() -> {
            try (Socket next = raw()) {
                byte[] ping = "{\"type\":\"ping\"}".getBytes(UTF_8);
                send(next, ping.length, ping);
                assertThat(next.getInputStream().read()).isNotNegative();
            }
        });
    }

    @Test
    void whoDoesNotReadIsSentAway() throws IOException {
        try (Socket raw = raw()) {
            byte[] register =
                    message("register", Addresses.BACKUP_FINISHED).toBuffer().getBytes();
            send(raw, register.length, register);
            send(message("register", Addresses.BACKUP_FINISHED));
            await().until(() -> held.size() == 2);
            received.clear();
            JsonObject large = new JsonObject().put("text", "x".repeat(100_000));
            int published = 0;
            // Until the server has let go of it: only the one that reads is left.
            while (held.size() > 1 && published < 2_000) {
                vertx.eventBus().publish(Addresses.BACKUP_FINISHED, large);
                reply(published++);
            }
            assertThat(held).hasSize(1);
            assertThat(published).isGreaterThan(1);
        }
        assertOthersAreServed();
    }

    @Test
    void requestsBeyondSoManyAtOnceAreRefused() {
        List<Message<JsonObject>> waiting = new CopyOnWriteArrayList<>();
        vertx.eventBus().<JsonObject>consumer(Addresses.BACKUP_STATUS, waiting::add);
        for (int i = 0; i < 65; i++) {
            send(message("send", Addresses.BACKUP_STATUS).put("replyAddress", "r" + i));
        }
        assertThat(reply(0).getString("message")).isEqualTo("too_many_requests");
        await().until(() -> waiting.size() == 64);
        waiting.forEach(each -> each.reply(new JsonObject()));
        reply(64);
        send(message("send", Addresses.BACKUP_STATUS).put("replyAddress", "again"));
        await().until(() -> waiting.size() == 65);
    }

    @Test
    void whatIsNoMessageIsAnsweredAndDoesNoHarm() {
        for (String text :
                List.of("[]", "7", "{", "{\"type\":7}", "{\"type\":\"send\",\"address\":7}", "[".repeat(4_000))) {
            int before = received.size();
            socket.write(Buffer.buffer().appendInt(text.length()).appendString(text));
            assertThat(reply(before).getString("type")).isEqualTo("err");
        }
        assertOthersAreServed();
    }

    private static TcpBridge.Limits limits(Duration login, Duration frame, Duration idle, int perAddress) {
        return new TcpBridge.Limits(4 << 10, 256 << 10, login, frame, idle, 99, perAddress);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyAddressIsOpenToItsRolesAndToNobodyElse(Role role) {
        admitted = new Principal.Program(new Identity("a token", role, Identity.Via.TOKEN), Optional.of("1"));
        openAnew(TcpBridge.Limits.DEFAULT);
        for (String address : BridgePermits.REQUESTS) {
            int before = received.size();
            send(new JsonObject().put("type", "send").put("address", address).put("replyAddress", "r"));
            JsonObject reply = reply(before);
            boolean refused = Integer.valueOf(403).equals(reply.getInteger("failureCode"));
            assertThat(refused).as(address).isNotEqualTo(role.covers(Permits.least(address, new JsonObject())));
            await().untilAsserted(() -> assertThat(asked.getLast()).startsWith(address + ' '));
            assertThat(asked.getLast()).matches(line -> line.endsWith(" 403") == refused);
        }
        for (String address : BridgePermits.PUBLISHED) {
            int before = received.size();
            send(new JsonObject().put("type", "register").put("address", address));
            send(new JsonObject().put("type", "ping"));
            boolean refused = reply(before).getString("type").equals("err");
            assertThat(refused).as(address).isNotEqualTo(role.covers(Permits.listener(address)));
            await().until(() -> received.getLast().getString("type").equals("pong"));
        }
    }
}
