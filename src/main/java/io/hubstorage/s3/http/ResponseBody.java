package io.hubstorage.s3.http;

import io.vertx.core.http.HttpClientResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An answer's body as a reactive stream, read no faster than it is asked for. A server that sends nothing although something is
 * asked for is given up after a while; a reader that asks for nothing is not. For one subscriber.
 */
final class ResponseBody implements Publisher<ByteBuffer>, Subscription {
    private final HttpClientResponse response;
    private final HttpExchange exchange;
    private final Lane lane;
    private final long silenceNanos;
    /** Buffers asked for that have not come. */
    private final AtomicLong wanted = new AtomicLong();

    private @Nullable Subscriber<? super ByteBuffer> reader;
    /** When something last came, or was wanted again; of {@link System#nanoTime}. */
    private volatile long heard = System.nanoTime();

    private volatile boolean over;
    private long watch = -1;

    ResponseBody(HttpClientResponse response, HttpExchange exchange, Lane lane, Duration silence) {
        this.response = response;
        this.exchange = exchange;
        this.lane = lane;
        this.silenceNanos = silence.toNanos();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        reader = subscriber;
        response.handler(bytes -> {
            if (!over) {
                heard = System.nanoTime();
                wanted.updateAndGet(count -> count == Long.MAX_VALUE ? count : count - 1);
                subscriber.onNext(ByteBuffer.wrap(bytes.getBytes()));
            }
        });
        response.endHandler(_ -> {
            if (!over) {
                finish();
                subscriber.onComplete();
                exchange.complete();
            }
        });
        watch(silenceNanos);
        subscriber.onSubscribe(this);
    }

    private void watch(long nanos) {
        watch = lane.owner().setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), _ -> {
            long silent = wanted.get() == 0 ? 0 : System.nanoTime() - heard;
            if (silent >= silenceNanos) {
                exchange.fail(new TimeoutException(
                        "the server sent nothing for %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(silent))));
            } else if (!over) {
                watch(silenceNanos - silent);
            }
        });
    }

    private void finish() {
        over = true;
        lane.owner().cancelTimer(watch);
    }

    /** Breaks it off; on the loop. */
    void fail(Throwable failure) {
        Subscriber<? super ByteBuffer> subscriber = reader;
        if (!over && subscriber != null) {
            finish();
            subscriber.onError(failure);
        }
    }

    @Override
    public void request(long count) {
        if (wanted.getAndUpdate(before -> before + count < 0 ? Long.MAX_VALUE : before + count) == 0) {
            heard = System.nanoTime();
        }
        response.fetch(count);
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            exchange.cancelled();
        }
    }
}
