package io.hubstorage.web.bridge;

import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.http.Quota;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus for programs, in the protocol of Vert.x's TCP bridge clients. Where a login is asked for, a connection's first
 * message to the bus must come with the header {@code authorization}; elsewhere whoever reaches the port may do everything
 * the bridge permits, so it belongs on loopback. Use it on one context.
 *
 * <p>Vert.x's own bridge reads a frame of any length into memory before anybody can ask who sent it, and has no place where a
 * bound could be put in front of its parser.
 */
public final class TcpBridge {
    private static final Logger LOG = LoggerFactory.getLogger(TcpBridge.class);
    private static final long CHECK_MILLIS = 1_000;

    private final Vertx vertx;
    private final Auth auth;
    private final Limits limits;
    private final Map<NetSocket, TcpConnection> connections = new HashMap<>();
    private final Quota places;
    private final NetServer server;
    private final long checkTimer;

    /**
     * What one client, and all of them, may take.
     *
     * @param anonymousBytes the longest message before the token was accepted
     * @param frameBytes the longest one after that
     * @param login how long a client may stay without having been let in
     * @param frame how long a message may take to arrive
     * @param idle how long a client may say nothing that neither listens nor waits for an answer
     * @param connections at the same time
     * @param perAddress of those, from one address
     */
    record Limits(
            int anonymousBytes,
            int frameBytes,
            Duration login,
            Duration frame,
            Duration idle,
            int connections,
            int perAddress) {
        static final Limits DEFAULT = new Limits(
                4 << 10,
                SockJsBridge.MAX_MESSAGE_BYTES,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2),
                256,
                64);
    }

    /** Who may come in. */
    public interface Auth {
        /**
         * Who that header of a message lets in; it may be absent.
         *
         * @param address where it comes from
         */
        Principal admit(@Nullable String authorization, String address);

        /** Has {@code end} called when that one may not stay; what is returned unsubscribes it. */
        Runnable onEnd(Principal principal, Runnable end);

        /** A request has been answered, or refused, with a status as of HTTP. */
        void asked(Request request, Principal principal, int status);

        /** Everybody, or whoever brings a token where a login is asked for. */
        static Auth of(Authenticator authenticator) {
            return new Auth() {
                @Override
                public Principal admit(@Nullable String authorization, String address) {
                    return authenticator.byHeader(authorization, address);
                }

                @Override
                public Runnable onEnd(Principal principal, Runnable end) {
                    return authenticator.onEnd(principal, end);
                }

                @Override
                public void asked(Request request, Principal principal, int status) {
                    request.audit(authenticator.audit(), principal, status);
                }
            };
        }
    }

    private TcpBridge(Vertx vertx, NetServerOptions options, Auth auth, Limits limits) {
        this.vertx = vertx;
        this.auth = auth;
        this.limits = limits;
        places = new Quota(limits.connections(), limits.perAddress());
        server = vertx.createNetServer(options).connectHandler(this::welcome);
        checkTimer = vertx.setPeriodic(
                CHECK_MILLIS, timer -> List.copyOf(connections.values()).forEach(TcpConnection::check));
    }

    public static Future<TcpBridge> open(Vertx vertx, String host, int port, Auth auth) {
        return open(vertx, host, port, auth, Limits.DEFAULT);
    }

    static Future<TcpBridge> open(Vertx vertx, String host, int port, Auth auth, Limits limits) {
        TcpBridge bridge = new TcpBridge(
                vertx, new NetServerOptions().setHost(host).setPort(port).setTcpKeepAlive(true), auth, limits);
        return bridge.server.listen().map(bridge).onFailure(failure -> vertx.cancelTimer(bridge.checkTimer));
    }

    int actualPort() {
        return server.actualPort();
    }

    public Future<Void> close() {
        vertx.cancelTimer(checkTimer);
        List.copyOf(connections.values()).forEach(TcpConnection::close);
        return server.close();
    }

    private void welcome(NetSocket socket) {
        String address = String.valueOf(socket.remoteAddress().hostAddress());
        if (!places.take(address)) {
            LOG.warn("The event-bus bridge on TCP has no place for a further connection from {}", address);
            socket.close();
            return;
        }
        TcpConnection connection = new TcpConnection(vertx.eventBus(), socket, auth, limits);
        connections.put(socket, connection);
        socket.closeHandler(closed -> {
            connection.close();
            connections.remove(socket);
            places.giveBack(address);
        });
    }
}
