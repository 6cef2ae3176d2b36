package io.hubstorage.s3;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * A body that comes by the SDK: handed from its event loop to the reading thread. The loop never waits: no more buffers are asked
 * for than the queue may hold. A request counts as done when its body begins, so that the SDK never repeats one under a reader.
 */
final class BodyStream
        implements Body,
                AsyncResponseTransformer<GetObjectResponse, Map<String, List<String>>>,
                Subscriber<ByteBuffer> {
    /** Buffers (of up to 16 KiB) on their way; enough to keep a fast connection busy while the reader writes. */
    private static final int WINDOW = 16;

    /** The only empty buffer in the queue. */
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingQueue<ByteBuffer> arrived = new LinkedBlockingQueue<>();
    private final Duration stall;
    private volatile CompletableFuture<Map<String, List<String>>> begun = new CompletableFuture<>();
    private volatile @Nullable Map<String, List<String>> answered;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Throwable failure;
    private volatile boolean cancelled;
    /** What the reader has begun to take. */
    private ByteBuffer current = END;

    /** Of one request; {@code stall} is the longest silence to bear. */
    BodyStream(Duration stall) {
        this.stall = stall;
    }

    /** Only when the request has been answered. */
    @Override
    public Map<String, List<String>> headers() {
        return begun.resultNow();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws Exception {
        if (!current.hasRemaining()) {
            current = next();
            if (!current.hasRemaining()) {
                return -1;
            }
        }
        int count = Math.min(length, current.remaining());
        current.get(into, offset, count);
        return count;
    }

    /** An empty one at the end. */
    private ByteBuffer next() throws Exception {
        ByteBuffer bytes = arrived.poll(stall.toMillis(), TimeUnit.MILLISECONDS);
        if (bytes == null) {
            throw new TimeoutException("no data for " + stall.toSeconds() + " s");
        }
        if (bytes.hasRemaining()) {
            askForOne();
            return bytes;
        }
        // For whoever asks once more.
        arrived.add(END);
        return switch (failure) {
            case null -> bytes;
            case Exception broken -> throw broken;
            case Throwable broken -> throw new IllegalStateException(broken);
        };
    }

    private void askForOne() {
        Subscription open = subscription;
        if (open != null) {
            open.request(1);
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
    }

    @Override
    public CompletableFuture<Map<String, List<String>>> prepare() {
        CompletableFuture<Map<String, List<String>>> attempt = new CompletableFuture<>();
        begun = attempt;
        return attempt;
    }

    @Override
    public void onResponse(GetObjectResponse answer) {
        answered = answer.sdkHttpResponse().headers();
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> body) {
        body.subscribe(this);
        begun.complete(Objects.requireNonNull(answered));
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        // Before the body this fails the request; afterwards the reader has to know.
        if (!begun.completeExceptionally(error)) {
            onError(error);
        }
    }

    @Override
    public void onSubscribe(Subscription opened) {
        subscription = opened;
        if (cancelled) {
            opened.cancel();
        } else {
            opened.request(WINDOW);
        }
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        if (cancelled) {
            return;
        }
        if (bytes.hasRemaining()) {
            arrived.add(bytes);
        } else {
            askForOne();
        }
    }

    @Override
    public void onError(Throwable error) {
        if (failure == null) {
            failure = error;
        }
        arrived.add(END);
    }

    @Override
    public void onComplete() {
        arrived.add(END);
    }
}
