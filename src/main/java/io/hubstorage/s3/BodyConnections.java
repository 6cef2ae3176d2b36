package io.hubstorage.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Connections to S3 for one request at a time each, and those that wait for the next one. How many there are is up to who sends
 * requests. Blocks; an interrupt of a virtual thread that waits for a connection closes it. Thread-safe.
 */
final class BodyConnections implements AutoCloseable {
    /** After a pause of so long, a look at a connection costs less than an answer that is none. */
    private static final long TRUSTED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Timeout LOOK = Timeout.ofMilliseconds(1);

    private final NettyTransport.Limits limits;
    private final SSLSocketFactory secured;
    /** All that have not been closed, those too that do not lead anywhere yet. */
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    /** Those that wait, the last used first, so that what is not needed grows old. */
    private final Map<Server, Deque<Connection>> waiting = new ConcurrentHashMap<>();

    private final AtomicBoolean tidying = new AtomicBoolean();
    private volatile boolean closed;

    /** Where a connection leads. */
    record Server(boolean secure, String host, int port) {}

    /** One connection. */
    static final class Connection extends DefaultBHttpClientConnection {
        private final Server server;
        private final Socket socket;
        private final AnswerHeads heads;
        private volatile long usedNanos;

        private Connection(Server server, Socket socket, AnswerHeads heads) {
            super(AnswerHeads.LIMITS, null, null, null, null, null, _ -> heads);
            this.server = server;
            this.socket = socket;
            this.heads = heads;
        }

        private boolean isOlderThan(long nanos) {
            return System.nanoTime() - usedNanos > nanos;
        }

        private boolean isOld() {
            return isOlderThan(NettyTransport.KEEP_ALIVE.toNanos());
        }

        /** A server that says something unasked, "408" for example, would have answered the next request by that. */
        private boolean isQuiet() {
            try {
                return !isStale() && !isDataAvailable(LOOK);
            } catch (IOException broken) {
                return false;
            }
        }
    }

    /** @param trusted who may vouch for servers; null for the authorities that Java knows */
    BodyConnections(NettyTransport.Limits limits, @Nullable TrustManager trusted) {
        this.limits = limits;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted == null ? null : new TrustManager[] {trusted}, null);
            this.secured = context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** One that has waited; null for none. The server may have closed it meanwhile. */
    @Nullable
    Connection waiting(Server server) {
        Deque<Connection> all = waiting.get(server);
        for (Connection next = poll(all); next != null; next = poll(all)) {
            if (!next.isOld() && (!next.isOlderThan(TRUSTED_NANOS) || next.isQuiet())) {
                return next;
            }
            drop(next);
        }
        return null;
    }

    private static @Nullable Connection poll(@Nullable Deque<Connection> all) {
        return all == null ? null : all.pollFirst();
    }

    /**
     * A new one. Looks the name up; the JDK keeps for half a minute what it was told. A handshake may take so long at each of its
     * steps as connecting may in all.
     */
    Connection connect(Server server) throws IOException {
        requireNotClosed();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(server.host()), server.port());
        // Not by a proxy that Java's properties name: then everything is the SDK's.
        Socket socket = new Socket(Proxy.NO_PROXY);
        open.add(socket);
        boolean done = false;
        try {
            requireNotClosed();
            int patience = (int) limits.connect().toMillis();
            try {
                socket.connect(address, patience);
            } catch (SocketTimeoutException silence) {
                ConnectException unanswered = new ConnectException("connection timed out: " + address);
                unanswered.initCause(silence);
                throw unanswered;
            }
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            Connection connection = new Connection(server, socket, new AnswerHeads(limits.silence()));
            if (server.secure()) {
                socket.setSoTimeout(patience);
                connection.bind(secured(server, socket), socket);
            } else {
                connection.bind(socket);
            }
            connection.setSocketTimeout(Timeout.of(limits.silence()));
            done = true;
            return connection;
        } finally {
            if (!done) {
                open.remove(socket);
                socket.close();
            }
        }
    }

    private void requireNotClosed() throws IOException {
        if (closed) {
            throw new IOException("the connections to S3 are closed");
        }
    }

    private SSLSocket secured(Server server, Socket socket) throws IOException {
        SSLSocket secure = (SSLSocket) secured.createSocket(socket, server.host(), server.port(), true);
        SSLParameters checked = secure.getSSLParameters();
        checked.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(checked);
        secure.startHandshake();
        return secure;
    }

    /** Keeps one whose answer has come for the next request, unless more has come than that. */
    void keep(Connection connection) {
        if (connection.heads.haveLeftOver()) {
            drop(connection);
            return;
        }
        connection.usedNanos = System.nanoTime();
        waiting.computeIfAbsent(connection.server, _ -> new ConcurrentLinkedDeque<>())
                .addFirst(connection);
        if (closed) {
            drop(connection);
        }
        tidyLater();
    }

    /** Closes one, whatever it is doing. */
    void drop(Connection connection) {
        open.remove(connection.socket);
        connection.close(CloseMode.IMMEDIATE);
    }

    private void tidyLater() {
        if (tidying.compareAndSet(false, true)) {
            CompletableFuture.delayedExecutor(NettyTransport.KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::tidy);
        }
    }

    /** What the server has closed, or soon will, is not to stay half open. */
    private void tidy() {
        tidying.set(false);
        boolean left = false;
        for (Deque<Connection> all : waiting.values()) {
            for (Connection oldest = all.peekLast(); oldest != null; oldest = all.peekLast()) {
                if (!oldest.isOld()) {
                    left = true;
                    break;
                }
                if (all.removeLastOccurrence(oldest)) {
                    drop(oldest);
                }
            }
        }
        if (left) {
            tidyLater();
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        closed = true;
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                // It was not to be used any more.
            }
        }
        open.clear();
    }
}
