package io.hubstorage.cluster;

import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import com.hazelcast.internal.networking.OutboundHandler;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS for one connection between members, which Hazelcast has in its commercial edition alone: a handler before its own that decrypts,
 * one behind them that encrypts. Until both sides have proven who they are no byte reaches a handler of Hazelcast. The two run
 * on different threads, and take turns.
 */
final class TlsChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Channel channel;
    private final SSLEngine engine;
    private final ReentrantLock turn = new ReentrantLock();
    private final CompletableFuture<Void> established = new CompletableFuture<>();
    /** Something was read that can be decrypted only once something was written. */
    private boolean readWaits;

    private TlsChannel(Channel channel, SSLEngine engine) throws SSLException {
        this.channel = channel;
        this.engine = engine;
        engine.beginHandshake();
    }

    /**
     * Secures each channel before what is in it is set up.
     *
     * @param inside sets up what speaks through it
     * @param watch is told of each connection that begins
     */
    static ChannelInitializer securing(ChannelInitializer inside, Identity identity, PendingHandshakes watch) {
        return channel -> {
            TlsChannel tls = new TlsChannel(channel, identity.engine(channel.isClientMode()));
            channel.inboundPipeline().addLast(tls.new Decryption());
            inside.initChannel(channel);
            channel.outboundPipeline().addLast(tls.new Encryption());
            channel.addCloseListener(_ -> tls.established.cancel(false));
            watch.begun(channel, tls.established);
        };
    }

    /** Whether there is something to write before anything more can be read. With the lock. */
    private boolean step(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            established.complete(null);
            channel.outboundPipeline().wakeup();
        }
        runTasks();
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    /** They are computations of a millisecond. */
    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private boolean isEstablished() {
        return established.isDone() && !established.isCompletedExceptionally();
    }

    private final class Decryption extends InboundHandler<ByteBuffer, ByteBuffer> {
        /** Decrypted, and not passed on yet. */
        private final ByteBuffer plain;

        Decryption() {
            src = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
            plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            plain.flip();
        }

        @Override
        public HandlerStatus onRead() throws Exception {
            turn.lock();
            src.flip();
            try {
                return decrypt();
            } finally {
                src.compact();
                turn.unlock();
            }
        }

        private HandlerStatus decrypt() throws Exception {
            readWaits = false;
            while (true) {
                passOn();
                if (plain.hasRemaining()) {
                    // Whoever comes next takes what it has, and asks for more.
                    return HandlerStatus.DIRTY;
                }
                plain.clear();
                SSLEngineResult result;
                try {
                    result = engine.unwrap(src, plain);
                } finally {
                    plain.flip();
                }
                if (plain.hasRemaining() && !isEstablished()) {
                    throw new SSLException("something was said before it was known by whom");
                }
                if (result.getStatus() == Status.CLOSED) {
                    throw new EOFException("closed by the other side");
                }
                if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                    throw new SSLException("a record is larger than records may be");
                }
                if (step(result)) {
                    readWaits = src.hasRemaining();
                    channel.outboundPipeline().wakeup();
                    return HandlerStatus.CLEAN;
                }
                boolean more = src.hasRemaining() || plain.hasRemaining();
                if (result.getStatus() == Status.BUFFER_UNDERFLOW || !more) {
                    return HandlerStatus.CLEAN;
                }
            }
        }

        private void passOn() {
            int length = Math.min(plain.remaining(), dst.remaining());
            dst.put(plain.slice(plain.position(), length));
            plain.position(plain.position() + length);
        }
    }

    private final class Encryption extends OutboundHandler<ByteBuffer, ByteBuffer> {
        Encryption() {
            dst = ByteBuffer.allocate(4 * engine.getSession().getPacketBufferSize());
            dst.flip();
        }

        @Override
        public HandlerStatus onWrite() throws Exception {
            turn.lock();
            dst.compact();
            try {
                return encrypt();
            } finally {
                dst.flip();
                turn.unlock();
            }
        }

        private HandlerStatus encrypt() throws Exception {
            while (true) {
                boolean ours = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
                if (!ours && readWaits) {
                    readWaits = false;
                    channel.inboundPipeline().wakeup();
                }
                if (!ours && !isEstablished()) {
                    // Until the other side has answered: whoever reads that wakes us.
                    return HandlerStatus.BLOCKED;
                }
                if (!ours && !src.hasRemaining()) {
                    return HandlerStatus.CLEAN;
                }
                if (dst.remaining() < engine.getSession().getPacketBufferSize()) {
                    return HandlerStatus.DIRTY;
                }
                SSLEngineResult result = engine.wrap(isEstablished() ? src : NOTHING, dst);
                if (result.getStatus() != Status.OK) {
                    throw new EOFException("closed");
                }
                step(result);
            }
        }
    }

    /** Connections that have not proven who they are: how many, and for how long. Thread-safe. */
    static final class PendingHandshakes {
        private static final Logger LOG = LoggerFactory.getLogger(PendingHandshakes.class);
        private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);

        private final LinkedHashSet<Channel> pending = new LinkedHashSet<>();
        private final int most;
        private final long patienceMillis;
        private long toldNanos;
        private int untold;

        /**
         * @param most at once; one more ends the oldest, so that whoever has the secret, and so needs no time, comes in
         * @param patienceMillis after which one is ended
         */
        PendingHandshakes(int most, long patienceMillis) {
            this.most = most;
            this.patienceMillis = patienceMillis;
        }

        void begun(Channel channel, CompletableFuture<Void> established) {
            Channel oldest = null;
            synchronized (this) {
                pending.add(channel);
                if (pending.size() > most) {
                    oldest = pending.removeFirst();
                }
            }
            if (oldest != null) {
                close(oldest);
            }
            var _ = established
                    .copy()
                    .orTimeout(patienceMillis, TimeUnit.MILLISECONDS)
                    .whenComplete((_, failure) -> {
                        synchronized (this) {
                            pending.remove(channel);
                        }
                        if (failure != null) {
                            tell(channel);
                            close(channel);
                        }
                    });
        }

        /** Once a minute at the most: whoever scans ports shall not fill the log. */
        private void tell(Channel channel) {
            if (channel.isClientMode()) {
                return;
            }
            long now = System.nanoTime();
            int further;
            synchronized (this) {
                if (toldNanos != 0 && now - toldNanos < TELL_NANOS) {
                    untold++;
                    return;
                }
                toldNanos = now;
                further = untold;
                untold = 0;
            }
            LOG.warn(
                    "Somebody at {} has connected to the port of the cluster and not shown the secret{}",
                    channel.remoteSocketAddress(),
                    further == 0 ? "" : " (and %d times more before)".formatted(further));
        }

        private static void close(Channel channel) {
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone all the same.
            }
        }
    }
}
