package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Permits;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.Disconnect;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.BridgeEvent;
import io.vertx.ext.web.handler.sockjs.SockJSBridgeOptions;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The event bus for browsers and other SockJS clients: requests in, published messages out. Use it on one context. */
public final class SockJsBridge {
    /** The longest message a client may send, in bytes. */
    public static final int MAX_MESSAGE_BYTES = 256 << 10;

    private static final long REPLY_TIMEOUT_MILLIS = 90_000;
    private static final int MAX_REGISTRATIONS = 50;
    private static final int MAX_ADDRESS_LENGTH = 200;
    private static final int MAX_SOCKETS = 1_000;
    private static final long CHECK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Authenticator authenticator;
    private final Map<SockJSSocket, Client> sockets = new HashMap<>();
    private final long checkTimer;

    private record Client(Outbox outbox, Runnable unsubscribe) {}

    public SockJsBridge(Vertx vertx, Authenticator authenticator) {
        this.vertx = vertx;
        this.authenticator = authenticator;
        checkTimer = vertx.setPeriodic(
                CHECK_MILLIS,
                timer -> List.copyOf(sockets.values()).forEach(client -> client.outbox.check(Outbox.STUCK)));
    }

    /** The routes below the bridge's path; whoever mounts them checks the Origin and the login before. */
    public Router router() {
        SockJSHandlerOptions transports = new SockJSHandlerOptions()
                .setInsertJSESSIONID(false)
                // Transports that exist for foreign sites and for browsers of long ago. All of these find their session
                // by
                // the id in the path alone: whoever knows it would speak as the one who began it.
                .addDisabledTransport("XHR")
                .addDisabledTransport("JSON_P")
                .addDisabledTransport("HTML_FILE")
                .addDisabledTransport("EVENT_SOURCE");
        SockJSBridgeOptions options = new SockJSBridgeOptions()
                .setInboundPermitteds(BridgePermits.options(BridgePermits.REQUESTS))
                .setOutboundPermitteds(BridgePermits.options(BridgePermits.PUBLISHED))
                .setMaxAddressLength(MAX_ADDRESS_LENGTH)
                .setMaxHandlersPerSocket(MAX_REGISTRATIONS)
                .setReplyTimeout(REPLY_TIMEOUT_MILLIS);
        Router router = Router.router(vertx);
        // A page for foreign sites, with a script from somebody else's server.
        router.routeWithRegex("/iframe[^/]*").handler(context -> context.fail(404));
        router.route("/*").subRouter(SockJSHandler.create(vertx, transports).bridge(options, this::decide));
        return router;
    }

    public void close() {
        vertx.cancelTimer(checkTimer);
        for (SockJSSocket socket : List.copyOf(sockets.keySet())) {
            closed(socket);
            socket.close();
        }
    }

    private void decide(BridgeEvent event) {
        SockJSSocket socket = event.socket();
        event.complete(
                switch (event.type()) {
                    case SOCKET_CREATED -> opened(socket);
                    case SOCKET_CLOSED -> {
                        closed(socket);
                        yield true;
                    }
                    case SEND -> mayAsk(socket, event.getRawMessage());
                    case PUBLISH -> false;
                    case REGISTER -> mayHear(socket, event.getRawMessage());
                    case RECEIVE -> {
                        // The bridge would write without looking whether the client reads; the outbox looks.
                        deliver(socket, event.getRawMessage());
                        yield false;
                    }
                    default -> true;
                });
    }

    private boolean opened(SockJSSocket socket) {
        if (sockets.size() >= MAX_SOCKETS) {
            return false;
        }
        // Before it is asked for its end, which comes at once where a login has ended during the handshake.
        sockets.put(socket, new Client(new Outbox(socket, message -> message, () -> cut(socket)), () -> {}));
        Runnable unsubscribe = authenticator.onEnd(Principal.of(socket.routingContext()), () -> {
            closed(socket);
            socket.close();
        });
        return sockets.computeIfPresent(socket, (_, client) -> new Client(client.outbox(), unsubscribe)) != null;
    }

    private boolean mayAsk(SockJSSocket socket, JsonObject message) {
        if (!BridgePermits.wellFormed(message)) {
            return false;
        }
        if (!BridgePermits.REQUESTS.contains(message.getString("address"))) {
            // Refused in a moment, in the bridge's own words.
            return true;
        }
        Principal principal = Principal.of(socket.routingContext());
        Request request = new Request(
                message.getString("address"),
                message.getJsonObject("body"),
                ClientInfo.of(socket.routingContext()).address());
        Optional<String> refusal = request.refusal(principal);
        if (refusal.isPresent()) {
            request.audit(authenticator.audit(), principal, Request.FORBIDDEN);
            // Before the bridge's own "rejected", which says no reason, and to which request only in its order.
            String replyAddress = message.getString("replyAddress");
            if (replyAddress != null) {
                deliver(socket, Request.refused(replyAddress, request.address(), refusal.get()));
            }
            return false;
        }
        request.audit(authenticator.audit(), principal, Request.PASSED_ON);
        return true;
    }

    private static boolean mayHear(SockJSSocket socket, JsonObject message) {
        return message.getValue("address") instanceof String address
                && Principal.of(socket.routingContext()).may(Permits.listener(address));
    }

    private static void cut(SockJSSocket socket) {
        socket.close();
        Disconnect.now(socket.routingContext().request().connection());
    }

    private void deliver(SockJSSocket socket, JsonObject envelope) {
        Client client = sockets.get(socket);
        if (client != null) {
            client.outbox.write(envelope);
        }
    }

    private void closed(SockJSSocket socket) {
        Client client = sockets.remove(socket);
        if (client != null) {
            client.unsubscribe.run();
        }
    }
}
