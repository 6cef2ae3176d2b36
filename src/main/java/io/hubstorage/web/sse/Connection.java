package io.hubstorage.web.sse;

import io.hubstorage.web.http.Disconnect;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** One client of the event stream. Lives on the hub's context; never holds more than its backlog. */
final class Connection {
    private enum Phase {
        /** Waits for its first event, or for a fresh state. */
        OPENING,
        /** Gets every event. */
        LIVE,
        /** Read too slowly: gets a fresh state once it has read what it has. */
        BEHIND,
        CLOSED
    }

    private static final Buffer BYE = Buffer.buffer("event: bye\ndata: {}\n\n");
    /** After this many heartbeats of which it read none, a client is disconnected; it will reconnect if it is alive. */
    private static final int PATIENCE = 4;

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Predicate<Frame> wanted;
    private final Backlog backlog;
    private final EventHub hub;
    private Phase phase = Phase.OPENING;
    private int stalledHeartbeats;
    private Runnable unsubscribe = () -> {};

    Connection(EventHub hub, HttpServerRequest request, Predicate<Frame> wanted, Backlog backlog) {
        this.request = request;
        this.response = request.response();
        this.hub = hub;
        this.wanted = wanted;
        this.backlog = backlog;
        response.drainHandler(ignored -> drained());
        response.closeHandler(ignored -> closed());
        response.exceptionHandler(ignored -> closed());
    }

    /** Has it end when its login does: gives away what is to be called then, and gets what unsubscribes that. */
    void endWith(UnaryOperator<Runnable> subscribe) {
        unsubscribe = subscribe.apply(this::end);
    }

    /** Begins, or begins again: these first, everything after them as it comes. */
    void goLive(List<Frame> first) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.LIVE;
        first.forEach(this::send);
    }

    /** Sends an event now, or once the client has read what it has. */
    void send(Frame frame) {
        if (phase != Phase.LIVE || !wanted.test(frame)) {
            return;
        }
        if (backlog.isEmpty() && !response.writeQueueFull()) {
            response.write(frame.bytes());
        } else if (!backlog.offer(frame)) {
            phase = Phase.BEHIND;
        }
    }

    /** Keeps the connection alive through proxies, and finds out whether the client still reads. */
    void heartbeat(Buffer beat) {
        if (phase == Phase.CLOSED) {
            return;
        }
        if (!response.writeQueueFull()) {
            stalledHeartbeats = 0;
            response.write(beat);
        } else if (++stalledHeartbeats >= PATIENCE) {
            closed();
            Disconnect.now(request.connection());
        }
    }

    /** Says goodbye and ends the stream, or cuts it off if the client does not read. */
    Future<Void> end() {
        if (phase == Phase.CLOSED) {
            return Future.succeededFuture();
        }
        closed();
        if (response.writeQueueFull()) {
            Disconnect.now(request.connection());
            return Future.succeededFuture();
        }
        return response.end(BYE).otherwiseEmpty();
    }

    private void drained() {
        stalledHeartbeats = 0;
        if (phase == Phase.BEHIND) {
            phase = Phase.OPENING;
            hub.sendState(this);
            return;
        }
        while (phase == Phase.LIVE && !response.writeQueueFull()) {
            Frame next = backlog.poll();
            if (next == null) {
                return;
            }
            response.write(next.bytes());
        }
    }

    private void closed() {
        if (phase != Phase.CLOSED) {
            phase = Phase.CLOSED;
            backlog.clear();
            unsubscribe.run();
            hub.released(this);
        }
    }
}
