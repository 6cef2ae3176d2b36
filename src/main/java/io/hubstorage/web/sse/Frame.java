package io.hubstorage.web.sse;

import io.hubstorage.web.auth.Role;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One event, encoded once for all clients.
 *
 * @param sequence counts the events of this process, from 1
 * @param least the role of those who may see it
 * @param event its name
 * @param bytes the event as it goes over the wire; shared, never changed
 */
record Frame(long sequence, Kind kind, Role least, String event, Buffer bytes) {
    private static final Pattern ID = Pattern.compile("([0-9a-z]{1,32})-([0-9]{1,18})");

    /** How an event is treated when a client is slow or was away. */
    enum Kind {
        /** Everything at once; made for those who need it. */
        STATE,
        /** Replayed in order. */
        LIFECYCLE,
        /** Replayed in order, to those that want log lines. */
        LOG,
        /** Only the latest of its name counts. */
        PROGRESS
    }

    /**
     * The sequence in a {@code Last-Event-ID} header.
     *
     * @return empty when it is no id of this life of the process
     */
    static Optional<Long> sequence(@Nullable String header, String epoch) {
        Matcher id = ID.matcher(header == null ? "" : header.strip());
        return id.matches() && id.group(1).equals(epoch) ? Optional.of(Long.valueOf(id.group(2))) : Optional.empty();
    }

    static Frame of(String epoch, long sequence, Kind kind, Role least, String event, JsonObject data) {
        // Encoded JSON holds no line break, so that the data is one line.
        return new Frame(
                sequence,
                kind,
                least,
                event,
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
