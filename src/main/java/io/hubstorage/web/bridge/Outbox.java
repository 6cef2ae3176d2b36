package io.hubstorage.web.bridge;

import io.hubstorage.bus.Addresses;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.Set;

/** What is on its way to one SockJS client: bounded, so that one that does not read costs no memory. */
final class Outbox {
    /** Beyond this, what the next message repeats anyway is left out. */
    static final long CROWDED_BYTES = 128 << 10;
    /** Beyond this, the client is let go. */
    static final long FULL_BYTES = 1 << 20;

    private static final Set<String> DISPENSABLE = Set.of(Addresses.BACKUP_PROGRESS, Addresses.LOG);

    private final SockJSSocket socket;
    private long pending;

    Outbox(SockJSSocket socket) {
        this.socket = socket;
    }

    void write(JsonObject envelope) {
        if (pending > CROWDED_BYTES && DISPENSABLE.contains(envelope.getString("address"))) {
            return;
        }
        if (pending > FULL_BYTES) {
            socket.close();
            return;
        }
        Buffer message = envelope.toBuffer();
        pending += message.length();
        socket.write(message).onComplete(written -> pending -= message.length());
    }
}
