package io.hubstorage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * A body that goes to S3 by the SDK: read by the thread that waits for the answer, {@link #CHUNK} at a time and only as much as the
 * network asks for, and handed to its event loop. So a disk, or a limit of bandwidth, holds up nobody else, an interrupt ends the
 * reading, and what the source throws comes to the caller as it is. Where the SDK sends a request again, the body is read anew. May
 * be sent several times, one after the other.
 */
final class OutgoingBody implements AsyncRequestBody {
    /** Netty asks for up to 16 of them ahead: one body takes no more than about a MiB. */
    private static final int CHUNK = 64 * 1024;

    private final ObjectWriter.Bytes source;
    private final String contentType;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Of the request that the SDK has sent last. */
    private @Nullable Sending latest;

    private boolean answered;

    OutgoingBody(ObjectWriter.Bytes source, @Nullable String contentType) {
        this.source = source;
        this.contentType = contentType == null ? "application/octet-stream" : contentType;
    }

    @Override
    public Optional<Long> contentLength() {
        return Optional.of(source.length());
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> network) {
        Sending sending = new Sending(network);
        network.onSubscribe(sending);
        if (source.length() == 0) {
            network.onComplete();
            return;
        }
        lock.lock();
        try {
            latest = sending;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a request with this body, and waits for its answer; an interrupt aborts it.
     *
     * @throws IOException what the source threw; the server has not got all of the body then
     */
    <T> T send(Supplier<CompletableFuture<T>> request, String what)
            throws S3Failure, IOException, InterruptedException {
        latest = null;
        answered = false;
        CompletableFuture<T> call = request.get();
        var _ = call.whenComplete((_, _) -> answered());
        Reading reading = new Reading();
        try {
            for (Sending next = next(); next != null; next = next()) {
                reading.read(next);
            }
        } catch (IOException | InterruptedException | RuntimeException broken) {
            call.cancel(true);
            throw broken;
        } finally {
            reading.close();
        }
        return S3Access.await(call, what);
    }

    private void answered() {
        lock.lock();
        try {
            answered = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the network wants more; null when the request is done. */
    private @Nullable Sending next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!answered && (latest == null || latest.wanted == 0)) {
                changed.await();
            }
            return answered ? null : latest;
        } finally {
            lock.unlock();
        }
    }

    /** What one request of the SDK's has asked for. */
    private final class Sending implements Subscription {
        private final Subscriber<? super ByteBuffer> network;
        /** How many buffers; guarded by the lock. */
        private long wanted;

        private boolean ended;

        Sending(Subscriber<? super ByteBuffer> network) {
            this.network = network;
        }

        @Override
        public void request(long count) {
            lock.lock();
            try {
                wanted = ended ? 0 : wanted + count < 0 ? Long.MAX_VALUE : wanted + count;
                changed.signal();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                ended = true;
                wanted = 0;
            } finally {
                lock.unlock();
            }
        }

        void give(ByteBuffer bytes) {
            lock.lock();
            try {
                wanted = Math.max(0, wanted - 1);
            } finally {
                lock.unlock();
            }
            network.onNext(bytes);
        }

        void complete() {
            cancel();
            network.onComplete();
        }
    }

    /** How far the source has been read for the request at hand. For the sending thread. */
    private final class Reading implements AutoCloseable {
        private @Nullable Sending of;
        private @Nullable InputStream bytes;
        private long left;

        void read(Sending sending) throws IOException {
            InputStream open = bytes;
            if (of != sending || open == null) {
                close();
                open = source.open();
                bytes = open;
                of = sending;
                left = source.length();
            }
            try {
                byte[] chunk = new byte[(int) Math.min(left, CHUNK)];
                int read = open.readNBytes(chunk, 0, chunk.length);
                if (read < chunk.length) {
                    throw new IOException("the body ends %d bytes before its end".formatted(left - read));
                }
                left -= read;
                sending.give(ByteBuffer.wrap(chunk));
            } catch (IOException | RuntimeException broken) {
                // So that the connection is closed, and the server does not wait for the rest.
                sending.network.onError(broken);
                throw broken;
            }
            if (left == 0) {
                sending.complete();
            }
        }

        @Override
        public void close() throws IOException {
            if (bytes != null) {
                bytes.close();
            }
        }
    }
}
