package io.hubstorage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads objects, one GET each and never a HEAD. Calls block and belong on virtual threads; an interrupt aborts the request
 * and closes its connection. Safe for threads. {@code received} is told of bytes as they arrive, also of those that come to
 * nothing, on any thread; it must not block.
 */
public final class ObjectReader {
    /** Kind of an answer by a server that did not send the range that was asked for. */
    public static final String RANGE = "range";

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes\\s+(\\d+)-(\\d+)/(\\d+)");

    private final S3Access access;
    private final Map<String, String> extraHeaders;
    private final Duration stall;

    /** @param extraHeaders sent with every request, see {@link ExtraHeaders} */
    ObjectReader(S3Access access, Map<String, String> extraHeaders) {
        this.access = access;
        this.extraHeaders = extraHeaders;
        this.stall = access.stall();
    }

    /**
     * Reads a whole object into memory.
     *
     * @param ifMatch the listed etag, without quotes; null or empty to take any version
     * @param expectedSize the listed size, which the body must have
     * @throws S3Failure.Changed when the object is no longer the listed one, even if the server does not know If-Match
     * @throws S3Failure.Retriable of kind {@code cut-body} when the body is shorter or longer than expected
     */
    public SmallObject readSmall(
            String bucket, String key, @Nullable String ifMatch, long expectedSize, LongConsumer received)
            throws S3Failure, InterruptedException {
        Expected expected = new Expected(what(bucket, key), ifMatch, expectedSize);
        GetObjectRequest request = request(bucket, key, ifMatch).build();
        return Calls.await(
                access.client().getObject(request, new SmallBody(expected, told(received))), expected.what());
    }

    /**
     * Reads a range; the sink is called on this thread, in order, as bytes arrive.
     *
     * @param from position of the first byte
     * @param length in bytes, at least 1; the range must lie within the object
     * @throws IOException what the sink threw
     * @throws S3Failure as {@link #readSmall}; what the sink took before stays taken
     */
    public ObjectHead readRange(
            String bucket,
            String key,
            @Nullable String ifMatch,
            long from,
            long length,
            RangeSink sink,
            LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        return read(bucket, key, ifMatch, from, length, true, sink, received);
    }

    /**
     * Reads a whole object as {@link #readRange} does, without asking for a range: not every server that sends ranges sends the
     * right ones.
     */
    public ObjectHead readWhole(
            String bucket, String key, @Nullable String ifMatch, long size, RangeSink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        return read(bucket, key, ifMatch, 0, size, false, sink, received);
    }

    private ObjectHead read(
            String bucket,
            String key,
            @Nullable String ifMatch,
            long from,
            long length,
            boolean ranged,
            RangeSink sink,
            LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        if (from < 0 || length < 1) {
            throw new IllegalArgumentException("no range: " + length + " bytes from " + from);
        }
        Expected expected = new Expected(what(bucket, key), ifMatch, length);
        // The connection gives up before that; this only guards against a signal that got lost.
        BodyStream body = new BodyStream(stall.multipliedBy(2));
        boolean complete = false;
        try {
            GetObjectResponse answer = Calls.await(
                    access.client()
                            .getObject(
                                    request(bucket, key, ifMatch)
                                            .range(ranged ? "bytes=" + from + "-" + (from + length - 1) : null)
                                            .build(),
                                    body),
                    expected.what());
            expected.checkEtag(answer);
            long size = sizeOfWhole(answer, from, expected);
            expected.check(answer);
            drain(body, from, expected, sink, told(received));
            complete = true;
            ObjectHead head = ObjectHead.of(Answers.headers(answer), size);
            return length == size ? head : head.withoutChecksums();
        } finally {
            if (!complete) {
                body.cancel();
            }
        }
    }

    /** Bytes of a body say that S3 works, long before its request is done. */
    private LongConsumer told(LongConsumer received) {
        Availability availability = access.availability();
        return availability == null
                ? received
                : bytes -> {
                    availability.answered();
                    received.accept(bytes);
                };
    }

    private void drain(BodyStream body, long from, Expected expected, RangeSink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        long end = from + expected.length();
        long position = from;
        for (ByteBuffer bytes = next(body, expected); bytes != null; bytes = next(body, expected)) {
            int count = bytes.remaining();
            received.accept(count);
            if (count > end - position) {
                throw expected.cut("more than " + expected.length() + " bytes came");
            }
            sink.write(bytes, position);
            position += count;
        }
        if (position != end) {
            throw expected.cut((position - from) + " of " + expected.length() + " bytes came");
        }
    }

    private @Nullable ByteBuffer next(BodyStream body, Expected expected) throws S3Failure, InterruptedException {
        Availability availability = access.availability();
        if (availability != null) {
            availability.began();
        }
        try {
            return body.next();
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception broken) {
            S3Failure failure = Calls.failure(broken, expected.what());
            if (availability != null) {
                availability.failed(failure, System.nanoTime());
            }
            throw failure;
        } finally {
            if (availability != null) {
                availability.ended();
            }
        }
    }

    /** Checks that the answer is the range asked for, and takes the object's size from it. */
    private static long sizeOfWhole(GetObjectResponse answer, long from, Expected expected) throws S3Failure {
        String range = answer.contentRange();
        Long length = answer.contentLength();
        if (range == null) {
            // A server that ignores ranges sends everything, which is right only when everything was asked for.
            if (from == 0 && length != null && length == expected.length()) {
                return length;
            }
            throw new S3Failure.Permanent(
                    RANGE, expected.what() + " failed: the server ignored the range that was asked for.", null);
        }
        Matcher matcher = CONTENT_RANGE.matcher(range.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) != from) {
            throw new S3Failure.Permanent(
                    RANGE,
                    expected.what() + " failed: the server sent another range than asked for (" + range + ").",
                    null);
        }
        return Long.parseLong(matcher.group(3));
    }

    private GetObjectRequest.Builder request(String bucket, String key, @Nullable String ifMatch) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .ifMatch(Etags.header(ifMatch))
                .overrideConfiguration(o -> extraHeaders.forEach(o::putHeader));
    }

    private String what(String bucket, String key) {
        return "Reading \"" + key + "\" in bucket \"" + bucket + "\"" + ExtraHeaders.remark(extraHeaders);
    }

    /** What the answer has to be. */
    record Expected(String what, @Nullable String etag, long length) {
        void check(GetObjectResponse answer) throws S3Failure {
            checkEtag(answer);
            Long announced = answer.contentLength();
            if (announced != null && announced != length) {
                throw cut("the server announced " + announced + " bytes instead of " + length);
            }
        }

        /** Not every server knows If-Match. */
        void checkEtag(GetObjectResponse answer) throws S3Failure {
            String got = Etags.plain(answer.eTag());
            if (etag != null && !etag.isEmpty() && !got.isEmpty() && !got.equals(etag)) {
                throw new S3Failure.Changed(what + " failed: the object has changed since it was listed.", null);
            }
        }

        S3Failure cut(String how) {
            return new S3Failure.Retriable("cut-body", what + " failed: " + how + "; it is tried again.", null);
        }
    }
}
