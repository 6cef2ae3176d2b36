package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.http.Disconnect;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One client of the {@link TcpBridge}. A message is its length in four bytes, the highest first, and JSON in UTF-8; until the
 * client has shown that it may come in, only a short one is read. Lives on the bridge's context.
 */
final class TcpConnection {
    private static final int LENGTH_BYTES = Integer.BYTES;
    private static final long REPLY_TIMEOUT_MILLIS = 90_000;
    /** After this many messages without the right token, the connection is closed. */
    private static final int MOST_REFUSED = 10;
    /** Requests of one client that wait for their answers. */
    private static final int MOST_UNDER_WAY = 64;

    private final EventBus bus;
    private final NetSocket socket;
    private final TcpBridge.Auth auth;
    private final TcpBridge.Limits limits;
    private final Outbox outbox;
    private final RecordParser frames;
    private final Map<String, MessageConsumer<JsonObject>> registered = new HashMap<>();
    private final long opened = System.nanoTime();
    private Principal principal = new Principal.Anonymous();
    private Runnable unsubscribe = () -> {};
    private boolean inFrame;
    private boolean closed;
    private int refused;
    private int underWay;
    private long lastFrame = opened;

    TcpConnection(EventBus bus, NetSocket socket, TcpBridge.Auth auth, TcpBridge.Limits limits) {
        this.bus = bus;
        this.socket = socket;
        this.auth = auth;
        this.limits = limits;
        admit(null);
        this.outbox = new Outbox(socket, TcpConnection::framed, this::cut);
        this.frames = RecordParser.newFixed(LENGTH_BYTES);
        frames.handler(this::take);
        // Only what fits is kept, so there is nothing to hold back.
        socket.handler(frames);
        socket.exceptionHandler(broken -> close());
    }

    private static Buffer framed(Buffer message) {
        return Buffer.buffer(LENGTH_BYTES + message.length())
                .appendInt(message.length())
                .appendBuffer(message);
    }

    /** Takes the next record: the length of a message, or the message. */
    private void take(Buffer record) {
        if (closed) {
            return;
        }
        lastFrame = System.nanoTime();
        if (!inFrame) {
            int length = record.getInt(0);
            if (length <= 0 || length > (principal.isKnown() ? limits.frameBytes() : limits.anonymousBytes())) {
                fail("message_too_long");
                close();
                return;
            }
            inFrame = true;
            frames.fixedSizeMode(length);
            return;
        }
        inFrame = false;
        frames.fixedSizeMode(LENGTH_BYTES);
        try {
            handle(new JsonObject(record));
        } catch (DecodeException | ClassCastException e) {
            fail("invalid_json");
        }
    }

    private void handle(JsonObject message) {
        String type = message.getValue("type") instanceof String text ? text : "";
        if (type.equals("ping")) {
            outbox.write(new JsonObject().put("type", "pong"));
        } else if (!isAdmitted(message)) {
            fail("login_required");
            refused++;
            if (refused >= MOST_REFUSED) {
                close();
            }
        } else if (!(message.getValue("address") instanceof String address)) {
            fail("address_required");
        } else {
            // Headers would steer the delivery; a client has no business there.
            message.remove("headers");
            switch (type) {
                case "send" -> send(address, message);
                case "register" -> register(address);
                case "unregister" -> unregister(address);
                case "publish" -> fail("access_denied");
                default -> fail("unknown_type");
            }
        }
    }

    /** Once in, a connection stays in. */
    private boolean isAdmitted(JsonObject message) {
        if (!principal.isKnown()) {
            Object authorization = message.getValue("headers") instanceof JsonObject headers
                    ? headers.getValue("authorization")
                    : null;
            admit(authorization instanceof String text ? text : null);
        }
        return principal.isKnown();
    }

    private void admit(@Nullable String authorization) {
        principal = auth.admit(authorization, address());
        if (principal.isKnown()) {
            unsubscribe = auth.onEnd(principal, this::close);
        }
    }

    /** Where the client is. */
    private String address() {
        return String.valueOf(socket.remoteAddress().hostAddress());
    }

    private void send(String address, JsonObject message) {
        if (!BridgePermits.REQUESTS.contains(address)) {
            fail("access_denied");
        } else if (!BridgePermits.wellFormed(message)) {
            fail("rejected");
        } else if (underWay >= MOST_UNDER_WAY) {
            fail("too_many_requests");
        } else {
            ask(new Request(address, message.getJsonObject("body"), address()), message.getString("replyAddress"));
        }
    }

    private void ask(Request request, @Nullable String replyAddress) {
        Optional<String> refusal = request.refusal(principal);
        if (refusal.isPresent()) {
            auth.asked(request, principal, Request.FORBIDDEN);
            if (replyAddress != null) {
                outbox.write(Request.refused(replyAddress, request.address(), refusal.get()));
            }
            return;
        }
        underWay++;
        bus.<Object>request(
                        request.address(), request.body(), new DeliveryOptions().setSendTimeout(REPLY_TIMEOUT_MILLIS))
                .onComplete(answered -> {
                    underWay--;
                    auth.asked(request, principal, Request.status(answered.cause()));
                    if (replyAddress != null && !closed) {
                        outbox.write(
                                answered.succeeded()
                                        ? message(replyAddress, answered.result(), true)
                                        : failure(request.address(), replyAddress, answered.cause()));
                    }
                });
    }

    private static JsonObject message(String address, Message<?> message, boolean send) {
        JsonObject headers = new JsonObject();
        message.headers().forEach(headers::put);
        return new JsonObject()
                .put("type", "message")
                .put("address", address)
                .put("headers", headers)
                .put("body", message.body())
                .put("send", send);
    }

    private static JsonObject failure(String address, String replyAddress, @Nullable Throwable cause) {
        JsonObject failure =
                new JsonObject().put("type", "err").put("address", replyAddress).put("sourceAddress", address);
        return cause instanceof ReplyException reply
                ? failure.put("failureCode", reply.failureCode())
                        .put("failureType", reply.failureType().name())
                        .put("message", reply.getMessage())
                : failure.put("message", "failed");
    }

    private void register(String address) {
        if (!BridgePermits.PUBLISHED.contains(address) || !principal.may(Permits.listener(address))) {
            fail("access_denied");
        } else if (registered.containsKey(address)) {
            fail("already_registered");
        } else {
            registered.put(
                    address,
                    bus.consumer(address, published -> outbox.write(message(address, published, published.isSend()))));
        }
    }

    private void unregister(String address) {
        MessageConsumer<JsonObject> consumer = registered.remove(address);
        if (consumer == null) {
            fail("unknown_address");
        } else {
            consumer.unregister();
        }
    }

    private void fail(String message) {
        outbox.write(new JsonObject().put("type", "err").put("message", message));
    }

    /** To be called about once a second: disconnects a client that does not log in, does not finish a message, is idle, or does not read. */
    void check() {
        if (closed) {
            // It was told so, and is still there: it does not read.
            cut();
            return;
        }
        long now = System.nanoTime();
        boolean listens = !registered.isEmpty() || underWay > 0;
        if ((!principal.isKnown() && now - opened > limits.login().toNanos())
                || (inFrame && now - lastFrame > limits.frame().toNanos())
                || (!listens && now - lastFrame > limits.idle().toNanos())) {
            cut();
        } else {
            outbox.check(Outbox.STUCK);
        }
    }

    private void cut() {
        close();
        Disconnect.now(socket);
    }

    /** Ends it, and what it listens to, as soon as it has read what it was sent. */
    void close() {
        closed = true;
        unsubscribe.run();
        registered.values().forEach(MessageConsumer::unregister);
        registered.clear();
        socket.close();
    }
}
