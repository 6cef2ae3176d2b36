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

/**
 * The event bus for programs, in the protocol of Vert.x's TCP bridge clients. Whoever reaches the port may do everything
 * the bridge permits, so it belongs on loopback. Use it on one context.
 */
public final class TcpBridge {
    private static final long STALL_CHECK_MILLIS = 10_000;

    private final Vertx vertx;
    private final Map<NetSocket, Client> clients = new HashMap<>();
    private final TcpEventBusBridge server;
    private final long stallTimer;

    private TcpBridge(Vertx vertx, NetServerOptions options) {
        this.vertx = vertx;
        BridgeOptions permits = new BridgeOptions()
                .setInboundPermitteds(BridgePermits.options(BridgePermits.REQUESTS))
                .setOutboundPermitteds(BridgePermits.options(BridgePermits.PUBLISHED));
        server = TcpEventBusBridge.create(vertx, permits, options, this::decide);
        stallTimer = vertx.setPeriodic(STALL_CHECK_MILLIS, timer -> releaseStalled());
    }

    /** Opens the bridge on that address. */
    public static Future<TcpBridge> open(Vertx vertx, String host, int port) {
        TcpBridge bridge = new TcpBridge(
                vertx, new NetServerOptions().setHost(host).setPort(port).setTcpKeepAlive(true));
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
                        // Headers steer the delivery in this protocol; a client has no business there.
                        message.remove("headers");
                        yield BridgePermits.wellFormed(message);
                    }
                    case PUBLISH -> false;
                    case REGISTER -> client.registered.add(String.valueOf(message.getValue("address")));
                    case UNREGISTER -> client.registered.remove(String.valueOf(message.getValue("address")));
                    default -> true;
                });
    }

    private Client welcome(NetSocket socket) {
        socket.closeHandler(closed -> clients.remove(socket));
        return new Client();
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
        private boolean stalled;
    }
}
