package io.hubstorage.s3.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** Writes what the SDK sends, no faster than the connection takes it. */
final class RequestBody implements Subscriber<ByteBuffer> {
    private final HttpClientRequest request;
    private final Consumer<Throwable> failed;
    private @Nullable Subscription source;

    private RequestBody(HttpClientRequest request, Consumer<Throwable> failed) {
        this.request = request;
        this.failed = failed;
    }

    /** Sends the head and the body, if there is one. */
    static void send(@Nullable SdkHttpContentPublisher content, HttpClientRequest request, Consumer<Throwable> failed) {
        long length = content == null ? 0 : content.contentLength().orElse(-1L);
        if (content == null || length == 0) {
            request.end().onFailure(failed::accept);
            return;
        }
        if (!request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            request.setChunked(true);
        }
        content.subscribe(new RequestBody(request, failed));
    }

    @Override
    public void onSubscribe(Subscription opened) {
        source = opened;
        request.drainHandler(_ -> opened.request(1));
        opened.request(1);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        request.write(Buffer.buffer(copy)).onFailure(failed::accept);
        if (source != null && !request.writeQueueFull()) {
            source.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        failed.accept(failure);
    }

    @Override
    public void onComplete() {
        request.end().onFailure(failed::accept);
    }
}
