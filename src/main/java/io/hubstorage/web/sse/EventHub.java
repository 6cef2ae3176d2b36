package io.hubstorage.web.sse;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.JobKind;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what the bus publishes to every client of {@code /api/events}: each event is encoded once, a client that was away
 * gets what it missed, and one that reads slowly skips instead of piling up memory. Use it on one context only.
 */
public final class EventHub {
    /**
     * What may be held.
     *
     * @param connections clients at a time
     * @param replayEvents events kept for those that come back
     * @param replayBytes likewise, in bytes
     * @param backlogEvents events waiting for one slow client
     * @param backlogBytes likewise, in bytes
     * @param heartbeatMillis how often it is told that the stream lives
     */
    public record Limits(
            int connections,
            int replayEvents,
            long replayBytes,
            int backlogEvents,
            long backlogBytes,
            long heartbeatMillis) {
        /** Roomy for a thousand watchers, and small beside the heap. */
        public static final Limits DEFAULT = new Limits(5_000, 2_000, 2L << 20, 256, 256L << 10, 15_000);
    }

    private static final Logger log = LoggerFactory.getLogger(EventHub.class);
    private static final int STATE_ATTEMPTS = 3;
    /** How the names of events of every kind of job end. */
    private static final String PROGRESS = ".progress";

    private static final String FINISHED = ".finished";

    private final Vertx vertx;
    private final String epoch;
    private final Supplier<Future<JsonObject>> state;
    private final Authenticator authenticator;
    private final Limits limits;
    private final Buffer heartbeat;
    private final Backlog latest;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private long sequence;
    private long heartbeatTimer = -1;
    private boolean closing;
    private @Nullable Future<Frame> stateInFlight;

    /**
     * @param epoch names this life of the process, in lower-case letters and digits; another one than last time
     * @param state everything a page needs to begin with
     * @param authenticator tells when those who came in may not stay
     */
    public EventHub(
            Vertx vertx, String epoch, Supplier<Future<JsonObject>> state, Authenticator authenticator, Limits limits) {
        this.authenticator = authenticator;
        this.vertx = vertx;
        this.epoch = epoch;
        this.state = state;
        this.limits = limits;
        this.heartbeat = Frame.heartbeat(limits.heartbeatMillis());
        this.latest = new Backlog(limits.replayEvents(), limits.replayBytes());
    }

    /** Begins to listen to the bus, on the current context. */
    public Future<Void> start() {
        List<Future<Void>> registered = new ArrayList<>(List.of(
                listen(Addresses.SCHEDULER_CHANGED, Frame.Kind.LIFECYCLE, "scheduler"),
                listen(Addresses.STATUS_CHANGED, Frame.Kind.LIFECYCLE, "status"),
                listen(Addresses.ALARMS_CHANGED, Frame.Kind.LIFECYCLE, "alarms"),
                listen(Addresses.NOTIFY_DELIVERED, Frame.Kind.LIFECYCLE, "notify.delivered"),
                listen(Addresses.CONFIG_CHANGED, Frame.Kind.LIFECYCLE, "config.changed"),
                listen(Addresses.LOG, Frame.Kind.LOG, "log")));
        for (JobKind kind : JobKind.values()) {
            registered.add(listen(kind.started(), Frame.Kind.LIFECYCLE, kind.word() + ".started"));
            registered.add(listen(kind.progress(), Frame.Kind.PROGRESS, kind.word() + PROGRESS));
            registered.add(listen(kind.finished(), Frame.Kind.LIFECYCLE, kind.word() + FINISHED));
        }
        heartbeatTimer = vertx.setPeriodic(
                limits.heartbeatMillis(),
                timer -> List.copyOf(connections).forEach(connection -> connection.heartbeat(heartbeat)));
        return Future.all(registered).mapEmpty();
    }

    private Future<Void> listen(String address, Frame.Kind kind, String event) {
        Role least = Permits.listener(address);
        MessageConsumer<JsonObject> consumer =
                vertx.eventBus().consumer(address, message -> publish(kind, least, event, message.body()));
        consumers.add(consumer);
        return consumer.completion();
    }

    private void publish(Frame.Kind kind, Role least, String event, JsonObject data) {
        Frame frame = Frame.of(epoch, ++sequence, kind, least, event, data);
        latest.add(frame);
        if (event.endsWith(FINISHED)) {
            latest.forgetProgress(event.replace(FINISHED, PROGRESS));
        }
        List.copyOf(connections).forEach(connection -> connection.send(frame));
    }

    public int connections() {
        return connections.size();
    }

    public void mount(Router router) {
        router.get("/api/events").handler(this::open);
    }

    /**
     * Turns a request into an event stream: what the client missed since its {@code Last-Event-ID}, or a whole
     * {@code state}; then every event until either side ends it.
     */
    private void open(RoutingContext context) {
        boolean logs = new Query(context).flag("logs", true);
        if (context.request().method().equals(HttpMethod.HEAD)) {
            // Whoever asks for the headers alone would not read a stream.
            describe(context.response()).end();
            return;
        }
        if (closing || connections.size() >= limits.connections()) {
            context.fail(503);
            return;
        }
        HttpServerRequest request = context.request();
        HttpServerResponse response = request.response();
        Principal principal = Principal.of(context);
        describe(response).setChunked(true);
        Connection connection = new Connection(
                this,
                request,
                frame -> wants(frame, logs, principal),
                new Backlog(limits.backlogEvents(), limits.backlogBytes()));
        connections.add(connection);
        connection.endWith(end -> authenticator.onEnd(principal, end));
        response.write(": HubStorage events\nretry: 2000\n\n");
        response.write(heartbeat);
        Optional<List<Frame>> missed = Frame.sequence(request.getHeader("Last-Event-ID"), epoch)
                .filter(last -> last <= sequence)
                .flatMap(latest::after);
        missed.ifPresentOrElse(connection::goLive, () -> sendState(connection));
    }

    private static boolean wants(Frame frame, boolean logs, Principal principal) {
        return principal.may(frame.least()) && (logs || frame.kind() != Frame.Kind.LOG);
    }

    private static HttpServerResponse describe(HttpServerResponse response) {
        // "identity" keeps the compressor away: it would hold events back.
        return response.putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache, no-transform")
                .putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader("X-Accel-Buffering", "no");
    }

    /** Sends a fresh state, then what happened since it was asked for. */
    void sendState(Connection connection) {
        sendState(connection, STATE_ATTEMPTS);
    }

    private void sendState(Connection connection, int attempts) {
        freshState().onSuccess(frame -> {
            Optional<List<Frame>> later = latest.after(frame.sequence());
            if (later.isEmpty() && attempts > 1) {
                sendState(connection, attempts - 1);
                return;
            }
            List<Frame> first = new ArrayList<>();
            first.add(frame);
            first.addAll(later.orElse(List.of()));
            connection.goLive(first);
        });
    }

    /** One question serves all that ask while it is under way. */
    private Future<Frame> freshState() {
        Future<Frame> running = stateInFlight;
        if (running != null) {
            return running;
        }
        long asOf = sequence;
        Future<Frame> asked = state.get()
                .recover(failure -> {
                    log.warn("The state for the event stream could not be had; a page shows less for now.", failure);
                    return Future.succeededFuture(new JsonObject());
                })
                .map(body -> Frame.of(epoch, asOf, Frame.Kind.STATE, Role.VIEWER, "state", body))
                .onComplete(done -> stateInFlight = null);
        if (!asked.isComplete()) {
            stateInFlight = asked;
        }
        return asked;
    }

    void released(Connection connection) {
        connections.remove(connection);
    }

    /** Stops listening, says goodbye to every client and ends the streams. */
    public Future<Void> close() {
        closing = true;
        if (heartbeatTimer != -1) {
            vertx.cancelTimer(heartbeatTimer);
        }
        List<Future<?>> ending = new ArrayList<>();
        consumers.forEach(consumer -> ending.add(consumer.unregister()));
        List.copyOf(connections).forEach(connection -> ending.add(connection.end()));
        return Future.join(ending).<Void>mapEmpty().otherwiseEmpty();
    }
}
