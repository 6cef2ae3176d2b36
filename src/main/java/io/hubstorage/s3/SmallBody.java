package io.hubstorage.s3;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Collects a body of known length into one array, straight from the event loop: it is memory only, so nothing waits. When
 * the SDK repeats the request, it begins anew.
 */
final class SmallBody implements AsyncResponseTransformer<GetObjectResponse, ObjectReader.Small> {
    private final ExpectedBody expected;
    private final LongConsumer received;
    private volatile CompletableFuture<ObjectReader.Small> result = new CompletableFuture<>();
    private volatile @Nullable GetObjectResponse response;

    SmallBody(ExpectedBody expected, LongConsumer received) {
        this.expected = expected;
        this.received = received;
    }

    @Override
    public CompletableFuture<ObjectReader.Small> prepare() {
        CompletableFuture<ObjectReader.Small> attempt = new CompletableFuture<>();
        result = attempt;
        return attempt;
    }

    @Override
    public void onResponse(GetObjectResponse answer) {
        response = answer;
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> body) {
        GetObjectResponse answer = response;
        if (answer == null) {
            throw new IllegalStateException("a body without a response");
        }
        body.subscribe(new Collector(answer, result));
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        result.completeExceptionally(error);
    }

    private final class Collector implements Subscriber<ByteBuffer> {
        private final GetObjectResponse answer;
        private final CompletableFuture<ObjectReader.Small> attempt;
        private byte[] body = new byte[0];
        private int length;
        private @Nullable Subscription subscription;

        private Collector(GetObjectResponse answer, CompletableFuture<ObjectReader.Small> attempt) {
            this.answer = answer;
            this.attempt = attempt;
        }

        @Override
        public void onSubscribe(Subscription opened) {
            subscription = opened;
            try {
                expected.check(answer);
            } catch (S3Failure failure) {
                reject(failure);
                return;
            }
            body = new byte[Math.toIntExact(expected.length())];
            opened.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            if (attempt.isDone()) {
                return;
            }
            int count = bytes.remaining();
            received.accept(count);
            if (count > body.length - length) {
                reject(expected.cut("more than " + body.length + " bytes came"));
                return;
            }
            bytes.get(body, length, count);
            length += count;
        }

        @Override
        public void onError(Throwable error) {
            attempt.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            if (length == body.length) {
                attempt.complete(new ObjectReader.Small(
                        body, ObjectHead.of(answer.sdkHttpResponse().headers(), body.length)));
            } else {
                attempt.completeExceptionally(expected.cut(length + " of " + body.length + " bytes came"));
            }
        }

        private void reject(S3Failure failure) {
            attempt.completeExceptionally(failure);
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
