package io.hubstorage.web.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.bridge.BridgeOptions;
import io.vertx.ext.eventbus.bridge.tcp.BridgeEvent;
import io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The event bus for programs, in the protocol of Vert.x's TCP bridge clients. Where a login is asked for, a connection's first
 * message to the bus must come with the header {@code authorization}; elsewhere whoever reaches the port may do everything
 * the bridge permits, so it belongs on loopback. Use it on one context.
 */
public final class TcpBridge {
    private static final long STALL_CHECK_MILLIS = 10_000;

    private final Vertx vertx;
    private final Door door;
    private final Map<NetSocket, Client> clients = new HashMap<>();
    private final TcpEventBusBridge server;
    private final long stallTimer;

    /** Who may use the bridge. */
    public interface Door {
        /** Whether that header of a message lets its sender in; it may be absent. */
        boolean admits(@Nullable String authorization);

        /** Has {@code end} called when those who came in may not stay; what is returned lets go of it. */
        Runnable hold(Runnable end);
    }

    private TcpBridge(Vertx vertx, NetServerOptions options, Door door) {
        this.vertx = vertx;
        this.door = door;
        BridgeOptions permits = new BridgeOptions()
                .setInboundPermitteds(BridgePermits.options(BridgePermits.REQUESTS))
                .setOutboundPermitteds(BridgePermits.options(BridgePermits.PUBLISHED));
        server = TcpEventBusBridge.create(vertx, permits, options, this::decide);
        stallTimer = vertx.setPeriodic(STALL_CHECK_MILLIS, timer -> releaseStalled());
    }

    /** Opens the bridge on that address. */
    public static Future<TcpBridge> open(Vertx vertx, String host, int port, Door door) {
        TcpBridge bridge = new TcpBridge(
                vertx, new NetServerOptions().setHost(host).setPort(port).setTcpKeepAlive(true), door);
        return bridge.server.listen(port, host).map(bridge).onFailure(failure -> vertx.cancelTimer(bridge.stallTimer));
    }

    /** Closes the port and every connection. */
    public Future<Void> close() {
        vertx.cancelTimer(stallTimer);
        List.copyOf(clients.keySet()).forEach(NetSocket::close);
        clients.clear();
        return server.close();
    }

    private void decide(BridgeEvent event) {
        Client client = clients.computeIfAbsent(event.socket(), this::welcome);
        JsonObject message = event.getRawMessage();
        event.complete(
                switch (event.type()) {
                    case SEND -> {
                        boolean admitted = isAdmitted(client, message);
                        // Headers steer the delivery in this protocol; a client has no business there.
                        message.remove("headers");
                        yield admitted && BridgePermits.wellFormed(message);
                    }
                    case PUBLISH -> false;
                    case REGISTER ->
                        isAdmitted(client, message)
                                && client.registered.add(String.valueOf(message.getValue("address")));
                    case UNREGISTER -> client.registered.remove(String.valueOf(message.getValue("address")));
                    default -> true;
                });
    }

    private Client welcome(NetSocket socket) {
        Client client = new Client(door.hold(socket::close));
        socket.closeHandler(closed -> {
            clients.remove(socket);
            client.letGo.run();
        });
        return client;
    }

    /** Once in, a connection stays in. */
    private boolean isAdmitted(Client client, JsonObject message) {
        if (!client.admitted) {
            Object authorization = message.getValue("headers") instanceof JsonObject headers
                    ? headers.getValue("authorization")
                    : null;
            client.admitted = door.admits(authorization instanceof String text ? text : null);
        }
        return client.admitted;
    }

    /** The bridge writes whether the client reads or not; one that has not read for a while is let go. */
    private void releaseStalled() {
        clients.forEach((socket, client) -> {
            if (socket.writeQueueFull() && client.stalled) {
                vertx.runOnContext(later -> socket.close());
            }
            client.stalled = socket.writeQueueFull();
        });
    }

    private static final class Client {
        private final Set<String> registered = new HashSet<>();
        private final Runnable letGo;
        private boolean admitted;
        private boolean stalled;

        Client(Runnable letGo) {
            this.letGo = letGo;
        }
    }
}
