package io.hubstorage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.utils.async.DelegatingSubscriber;
import software.amazon.awssdk.utils.async.DelegatingSubscription;

/**
 * One request, and since when its server owes something: the head, what a reader has asked for, or to take what it was sent.
 */
final class Exchange implements SdkAsyncHttpResponseHandler {
    private final SdkAsyncHttpResponseHandler sdk;
    private final AtomicLong owed = new AtomicLong(1);
    /** Buffers of the request's body that netty has asked for and not got: then it is not the server that is awaited. */
    private final AtomicLong wanted = new AtomicLong();
    /** Netty goes on asking while it writes what it has got; nothing more will come. */
    private volatile boolean bodyEnded;

    private volatile long since = System.nanoTime();
    private volatile @Nullable CompletableFuture<Void> done;
    private volatile @Nullable Throwable reason;

    Exchange(SdkAsyncHttpResponseHandler sdk) {
        this.sdk = sdk;
    }

    /** @param request which netty has begun, and whose end is that of all */
    void runs(CompletableFuture<Void> request) {
        done = request;
    }

    /** How long the server has owed something. */
    long silentNanos(long now) {
        boolean isOurTurn = wanted.get() > 0 && !bodyEnded;
        return owed.get() == 0 || isOurTurn ? 0 : now - since;
    }

    /** Ends it; netty-nio closes the connection, and tells everybody on the connection's loop. */
    void giveUp(IOException failure) {
        CompletableFuture<Void> running = done;
        if (running != null) {
            reason = failure;
            running.completeExceptionally(failure);
        }
    }

    /** The same body, of which this knows who waits for whom. */
    @Nullable
    SdkHttpContentPublisher sending(@Nullable SdkHttpContentPublisher body) {
        return body == null
                ? null
                : new SdkHttpContentPublisher() {
                    @Override
                    public Optional<Long> contentLength() {
                        return body.contentLength();
                    }

                    @Override
                    public void subscribe(Subscriber<? super ByteBuffer> network) {
                        body.subscribe(new Sending(network));
                    }
                };
    }

    private final class Sending extends DelegatingSubscriber<ByteBuffer, ByteBuffer> {
        Sending(Subscriber<? super ByteBuffer> network) {
            super(network);
        }

        @Override
        public void onSubscribe(Subscription source) {
            super.onSubscribe(new DelegatingSubscription(source) {
                @Override
                public void request(long count) {
                    since = System.nanoTime();
                    wanted.getAndUpdate(before -> before + count < 0 ? Long.MAX_VALUE : before + count);
                    super.request(count);
                }

                @Override
                public void cancel() {
                    ended();
                    super.cancel();
                }
            });
        }

        private void ended() {
            since = System.nanoTime();
            bodyEnded = true;
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            since = System.nanoTime();
            wanted.getAndUpdate(before -> before == Long.MAX_VALUE ? before : before - 1);
            subscriber.onNext(bytes);
        }

        @Override
        public void onComplete() {
            ended();
            super.onComplete();
        }

        @Override
        public void onError(Throwable failure) {
            ended();
            super.onError(failure);
        }
    }

    private void came() {
        since = System.nanoTime();
        if (owed.get() != Long.MAX_VALUE) {
            owed.decrementAndGet();
        }
    }

    private void asked(long count) {
        if (owed.getAndUpdate(before -> before + count < 0 ? Long.MAX_VALUE : before + count) == 0) {
            since = System.nanoTime();
        }
    }

    @Override
    public void onHeaders(SdkHttpResponse head) {
        came();
        sdk.onHeaders(head);
    }

    @Override
    public void onStream(Publisher<ByteBuffer> body) {
        sdk.onStream(reader -> body.subscribe(new Body(reader)));
    }

    @Override
    public void onError(Throwable failure) {
        sdk.onError(why(failure));
    }

    private Throwable why(Throwable failure) {
        Throwable given = reason;
        return given == null ? failure : given;
    }

    private final class Body extends DelegatingSubscriber<ByteBuffer, ByteBuffer> {
        Body(Subscriber<? super ByteBuffer> reader) {
            super(reader);
        }

        @Override
        public void onSubscribe(Subscription source) {
            super.onSubscribe(new DelegatingSubscription(source) {
                @Override
                public void request(long count) {
                    asked(count);
                    super.request(count);
                }
            });
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            came();
            subscriber.onNext(bytes);
        }

        @Override
        public void onError(Throwable failure) {
            super.onError(why(failure));
        }
    }
}
