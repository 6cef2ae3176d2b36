package io.hubstorage.s3;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.utils.async.DelegatingSubscriber;
import software.amazon.awssdk.utils.async.DelegatingSubscription;

/**
 * LIST by the SDK's client, which signs, sends and understands refusals, but does not see the listing: its tree of objects took
 * more than half of a run in which nothing had changed. The body is read here as it arrives, and the SDK gets an empty one.
 */
final class ListRequests implements ExecutionInterceptor {
    private static final ExecutionAttribute<AtomicReference<@Nullable ListAnswer>> ANSWER =
            new ExecutionAttribute<>("HubStorageListAnswer");
    private static final int SHORT = 1 << 14;
    /** So long a page is expected to be at most, whatever the last one was. */
    private static final int USUAL = 1 << 20;
    /** No honest page comes near: a thousand keys of 1,024 bytes, each of them escaped, are 3 MiB. */
    private static final int LONGEST = 1 << 26;

    /** The length of the last page, which the next is likely to have too. */
    private volatile int lately;

    record Call(CompletableFuture<ListObjectsV2Response> sent, AtomicReference<@Nullable ListAnswer> answer) {
        /** What came; an interrupted wait aborts the request. */
        ListAnswer await(String what) throws S3Failure, InterruptedException {
            var _ = S3Access.await(sent, what);
            ListAnswer came = answer.get();
            return came == null ? ListAnswer.EMPTY : came;
        }
    }

    /** Sends it. The client must have this interceptor. */
    static Call send(S3AsyncClient client, ListObjectsV2Request.Builder request) {
        AtomicReference<@Nullable ListAnswer> answer = new AtomicReference<>();
        request.overrideConfiguration(with -> with.putExecutionAttribute(ANSWER, answer));
        return new Call(client.listObjectsV2(request.build()), answer);
    }

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        AtomicReference<@Nullable ListAnswer> answer = attributes.getAttribute(ANSWER);
        return answer == null || !context.httpResponse().isSuccessful()
                ? context.responsePublisher()
                : context.responsePublisher().map(body -> reader -> body.subscribe(new Body(answer, reader)));
    }

    /** Keeps what arrives from the SDK's reader, but for an error. */
    private final class Body extends DelegatingSubscriber<ByteBuffer, ByteBuffer> {
        private final AtomicReference<@Nullable ListAnswer> answer;
        private byte[] bytes = new byte[Math.clamp(lately + SHORT, SHORT, USUAL)];
        private int length;

        Body(AtomicReference<@Nullable ListAnswer> answer, Subscriber<? super ByteBuffer> reader) {
            super(reader);
            this.answer = answer;
        }

        @Override
        public void onSubscribe(Subscription source) {
            super.onSubscribe(new DelegatingSubscription(source) {
                @Override
                public void request(long count) {
                    super.request(Long.MAX_VALUE);
                }
            });
        }

        @Override
        public void onNext(ByteBuffer arrived) {
            int more = arrived.remaining();
            if (more > LONGEST - length) {
                // Read to its end, so that the connection is fit for use.
                length = LONGEST;
                return;
            }
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
            }
            arrived.get(bytes, length, more);
            length += more;
        }

        @Override
        public void onComplete() {
            try {
                if (length == LONGEST) {
                    throw new XMLStreamException("it is longer than %d MiB".formatted(LONGEST >> 20));
                }
                lately = length;
                ListAnswer read = ListAnswerParser.parse(bytes, length);
                if (read == null) {
                    subscriber.onNext(ByteBuffer.wrap(bytes, 0, length));
                } else {
                    answer.set(read);
                }
            } catch (XMLStreamException e) {
                subscriber.onError(e);
                return;
            }
            subscriber.onComplete();
        }
    }
}
