package io.hubstorage.web.sse;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/**
 * One event, encoded once for all clients.
 *
 * @param sequence counts the events of this process, from 1
 * @param bytes the event as it goes over the wire; shared, never changed
 */
record Frame(long sequence, Kind kind, Buffer bytes) {
    /** How an event is treated when a client is slow or was away. */
    enum Kind {
        /** Everything at once; made for those who need it. */
        STATE,
        /** Replayed in order. */
        LIFECYCLE,
        /** Replayed in order, to those that want log lines. */
        LOG,
        /** Only the latest counts. */
        PROGRESS
    }

    static Frame of(String epoch, long sequence, Kind kind, String event, JsonObject data) {
        // Encoded JSON holds no line break, so that the data is one line.
        return new Frame(
                sequence,
                kind,
                Buffer.buffer("id: " + epoch + '-' + sequence + "\nevent: " + event + "\ndata: ")
                        .appendBuffer(data.toBuffer())
                        .appendString("\n\n"));
    }

    /** No event of the bus, hence without an id: that the stream lives, and how soon it will say so again. */
    static Buffer heartbeat(long everyMillis) {
        return Buffer.buffer("event: heartbeat\ndata: "
                + new JsonObject().put("every_ms", everyMillis).encode() + "\n\n");
    }

    int size() {
        return bytes.length();
    }
}
