package io.hubstorage.web.bridge;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.JobKind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.WriteStream;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is on its way to one client of a bridge: bounded in bytes and in time, so that one that does not read costs nothing. */
final class Outbox {
    /** Beyond this, what the next message repeats anyway is left out. */
    static final long CROWDED_BYTES = 128 << 10;
    /** Beyond this, the client is disconnected. */
    static final long FULL_BYTES = 1 << 20;
    /** A client that takes nothing for this long is disconnected. */
    static final Duration STUCK = Duration.ofSeconds(30);

    private static final Set<String> DISPENSABLE = Stream.concat(
                    Stream.of(Addresses.LOG), Stream.of(JobKind.values()).map(JobKind::progress))
            .collect(Collectors.toUnmodifiableSet());

    private final WriteStream<Buffer> socket;
    private final UnaryOperator<Buffer> framing;
    private final Runnable cut;
    private long pending;
    /** When the client last took something, or something was first written that it has not taken. */
    private long progress;

    /**
     * @param framing what the protocol adds to a message
     * @param cut closes the connection
     */
    Outbox(WriteStream<Buffer> socket, UnaryOperator<Buffer> framing, Runnable cut) {
        this.socket = socket;
        this.framing = framing;
        this.cut = cut;
    }

    void write(JsonObject envelope) {
        if (pending > CROWDED_BYTES && DISPENSABLE.contains(envelope.getString("address", ""))) {
            return;
        }
        if (pending > FULL_BYTES) {
            cut.run();
            return;
        }
        Buffer message = framing.apply(envelope.toBuffer());
        if (pending == 0) {
            progress = System.nanoTime();
        }
        pending += message.length();
        socket.write(message).onComplete(written -> {
            pending -= message.length();
            progress = System.nanoTime();
        });
    }

    /** To be called now and then: disconnects a client that takes nothing. */
    void check(Duration patience) {
        if (pending > 0 && System.nanoTime() - progress > patience.toNanos()) {
            cut.run();
        }
    }
}
