package io.hubstorage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Reads one object, each time by one GET and never a HEAD, or asks what else S3 knows of it, by one HEAD. Calls block and belong
 * on virtual threads; an interrupt aborts the request and closes its connection. Safe for threads. {@code received} is told of
 * bytes as they arrive, also of those that come to nothing, on any thread; it must not block.
 */
public final class ObjectReader {
    /**
     * A whole object in memory.
     *
     * @param body the reader's to keep; not copied
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // A carrier, never compared: copying would double the memory of every download.
    public record Small(byte[] body, ObjectHead head) {}

    /** Takes a body as it arrives, in order. Called on the reading (virtual) thread, so it may block. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes bytes; while it works, at most a MiB more are fetched.
         *
         * @param bytes belong to the sink from now on
         * @param position of the first of them in the object
         * @throws IOException ends the download; it reaches the caller as it is
         */
        void write(ByteBuffer bytes, long position) throws IOException;
    }

    private final S3Access access;
    private final String bucket;
    private final String key;
    private final String etag;
    private final AwsRequestOverrideConfiguration headers;
    private final boolean withCustomerKey;

    ObjectReader(
            S3Access access,
            String bucket,
            String key,
            @Nullable String etag,
            Headers headers,
            boolean withCustomerKey) {
        this.access = access;
        this.bucket = bucket;
        this.key = key;
        this.etag = Objects.requireNonNullElse(etag, "");
        this.headers = withCustomerKey ? headers.withCustomerKey : headers.plain;
        this.withCustomerKey = withCustomerKey;
    }

    /**
     * Reads the whole object into memory.
     *
     * @param size the listed size, which the body must have
     * @throws S3Failure.Changed when the object is no longer the listed one, even if the server does not know If-Match
     * @throws S3Failure.Retriable when the body is shorter or longer than expected
     */
    public Small readSmall(long size, LongConsumer received) throws S3Failure, InterruptedException {
        byte[] body = new byte[Math.toIntExact(size)];
        try {
            ObjectHead head =
                    read(null, 0, size, (bytes, at) -> bytes.get(body, (int) at, bytes.remaining()), received);
            return new Small(body, head);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Reads a range; the sink is called on this thread, in order, as bytes arrive.
     *
     * @param from position of the first byte
     * @param length in bytes, at least 1; the range must lie within the object
     * @throws IOException what the sink threw
     * @throws S3Failure as {@link #readSmall}; what the sink took before stays taken
     */
    public ObjectHead readRange(long from, long length, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        return read("bytes=" + from + "-" + (from + length - 1), from, length, sink, received);
    }

    /**
     * Reads the whole object as {@link #readRange} does, without asking for a range: not every server that sends ranges sends
     * the right ones.
     */
    public ObjectHead readWhole(long size, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        return read(null, 0, size, sink, received);
    }

    private ObjectHead read(@Nullable String range, long from, long length, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        if (from < 0 || length < (range == null ? 0 : 1)) {
            throw new IllegalArgumentException("no range: " + length + " bytes from " + from);
        }
        ExpectedBody expected = new ExpectedBody(reading(), etag, length);
        BodyStream body = open(range, expected.what());
        boolean complete = false;
        try {
            Map<String, List<String>> answer = body.headers();
            // Whether it is the right range first: one that was ignored has another length too, and no other attempt
            // helps.
            long size = range == null ? length : expected.sizeOfWhole(answer, from);
            expected.check(answer);
            drain(body, from, expected, sink, told(received));
            complete = true;
            ObjectHead head = ObjectHead.of(answer, size);
            return length == size ? head : head.withoutChecksums();
        } finally {
            if (!complete) {
                body.cancel();
            }
        }
    }

    /** Past the SDK's pipeline where that may be. */
    private BodyStream open(@Nullable String range, String what) throws S3Failure, InterruptedException {
        Clients clients = access.clients();
        BucketPlaces.Place place = clients.place(bucket);
        if (place != null) {
            try {
                return openPast(place, range, what);
            } catch (S3Failure failure) {
                if (!isOfPlace(failure)) {
                    throw failure;
                }
                clients.forgetPlace(bucket);
            }
        }
        // The connection gives up before that; this only guards against a signal that got lost.
        BodyStream body = new BodyStream(clients.stall().multipliedBy(2));
        return begun(body, access.client().getObject(get(range), body), S3Access.FOREVER, what);
    }

    /** When its body begins; one that comes in the very moment of giving up is not left open. */
    private static BodyStream begun(
            BodyStream body, CompletableFuture<Map<String, List<String>>> request, Duration longest, String what)
            throws S3Failure, InterruptedException {
        boolean begun = false;
        try {
            S3Access.await(request, longest, what);
            begun = true;
            return body;
        } finally {
            if (!begun) {
                body.cancel();
            }
        }
    }

    /** Whether the SDK, which knows how to find a bucket and what time it is there, may fare better. */
    private static boolean isOfPlace(S3Failure failure) {
        return failure.kind() == S3Failure.Kind.REGION
                || (failure.getCause() instanceof SdkException refusal && RetryUtils.isClockSkewException(refusal));
    }

    private BodyStream openPast(BucketPlaces.Place place, @Nullable String range, String what)
            throws S3Failure, InterruptedException {
        CredentialSource source = access.clients().credentials();
        AwsCredentials credentials = source.credentials(what);
        try {
            return opened(place, range, credentials, what);
        } catch (S3Failure.Auth refused) {
            if (isOfPlace(refused) || !source.renew(credentials)) {
                throw refused;
            }
            return opened(place, range, source.credentials(what), what);
        }
    }

    private BodyStream opened(BucketPlaces.Place place, @Nullable String range, AwsCredentials credentials, String what)
            throws S3Failure, InterruptedException {
        Duration stall = access.clients().stall();
        BodyStream body = new BodyStream(stall);
        return begun(body, sent(place, range, credentials, body), stall, what);
    }

    private CompletableFuture<Map<String, List<String>>> sent(
            BucketPlaces.Place place, @Nullable String range, AwsCredentials credentials, BodyStream body)
            throws S3Failure {
        Map<String, String> all = new TreeMap<>();
        headers.headers().forEach((name, values) -> all.put(name, values.getFirst()));
        if (range != null) {
            all.put("Range", range);
        }
        String match = ifMatch();
        if (match != null) {
            all.put("If-Match", match);
        }
        BodyClient client = access.clients().bodies();
        Availability availability = access.availability();
        Supplier<CompletableFuture<Map<String, List<String>>>> request =
                () -> client.get(place, key, credentials, all, body);
        return availability == null ? request.get() : availability.watch(request);
    }

    private GetObjectRequest get(@Nullable String range) {
        return GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .ifMatch(ifMatch())
                .range(range)
                .overrideConfiguration(headers)
                .build();
    }

    private @Nullable String ifMatch() {
        return etag.isEmpty() ? null : '"' + etag + '"';
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

    private void drain(BodyStream body, long from, ExpectedBody expected, Sink sink, LongConsumer received)
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

    private @Nullable ByteBuffer next(BodyStream body, ExpectedBody expected) throws S3Failure, InterruptedException {
        Availability availability = access.availability();
        if (availability != null) {
            availability.began();
        }
        try {
            return body.next();
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception broken) {
            S3Failure failure = FailureClassifier.classifyOrInterrupt(broken, expected.what());
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

    /** The head of the whole object, with the checksums that a ranged GET does not tell. */
    public ObjectHead head() throws S3Failure, InterruptedException {
        HeadObjectResponse answer = askForHead(null);
        return ObjectHead.of(answer.sdkHttpResponse().headers(), size(answer));
    }

    /**
     * The size of one part of an upload in parts; empty where the server does not tell.
     *
     * @param part counted from 1
     * @param parts how many the object has, by its ETag; a server that counts otherwise is not believed
     */
    public OptionalLong partSize(int part, int parts) throws S3Failure, InterruptedException {
        HeadObjectResponse answer = askForHead(part);
        Integer counted = answer.partsCount();
        return counted != null && counted == parts && size(answer) > 0
                ? OptionalLong.of(size(answer))
                : OptionalLong.empty();
    }

    private HeadObjectResponse askForHead(@Nullable Integer part) throws S3Failure, InterruptedException {
        ExpectedBody expected = new ExpectedBody("Asking about " + name(), etag, 0);
        HeadObjectRequest request = HeadObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .ifMatch(ifMatch())
                .partNumber(part)
                .overrideConfiguration(headers)
                .build();
        HeadObjectResponse answer = S3Access.await(access.client().headObject(request), expected.what());
        expected.checkEtag(answer.eTag());
        return answer;
    }

    private static long size(HeadObjectResponse answer) {
        return Objects.requireNonNullElse(answer.contentLength(), 0L);
    }

    /** The object's tag set, which no other answer tells; needs {@code s3:GetObjectTagging}. */
    public Map<String, String> tags() throws S3Failure, InterruptedException {
        GetObjectTaggingRequest request = GetObjectTaggingRequest.builder()
                .bucket(bucket)
                .key(key)
                .requestPayer(access.payer())
                .build();
        Map<String, String> tags = new TreeMap<>();
        for (Tag tag : S3Access.await(access.client().getObjectTagging(request), "Asking for the tags of " + name())
                .tagSet()) {
            tags.put(tag.key(), tag.value());
        }
        return tags;
    }

    private String reading() {
        return "Reading " + name() + (withCustomerKey ? " with the key in HUBSTORAGE_SSE_C_KEY" : "");
    }

    private String name() {
        return '"' + key + "\" in bucket \"" + bucket + '"';
    }

    /** What requests for objects carry beyond what names the object. */
    static final class Headers {
        private static final String CUSTOMER = "x-amz-server-side-encryption-customer-";

        private final AwsRequestOverrideConfiguration plain;
        private final AwsRequestOverrideConfiguration withCustomerKey;

        /** @param customerKey base64 of the key that objects may be encrypted with (SSE-C); null for none */
        Headers(boolean requestPayer, @Nullable String customerKey) {
            AwsRequestOverrideConfiguration.Builder headers = AwsRequestOverrideConfiguration.builder();
            // Who does not know it ignores it. We compare ourselves: the SDK cannot over several ranges, nor CRC64NVME.
            headers.putHeader("x-amz-checksum-mode", "ENABLED");
            if (requestPayer) {
                headers.putHeader("x-amz-request-payer", "requester");
            }
            plain = headers.build();
            if (customerKey != null) {
                headers.putHeader(CUSTOMER + "algorithm", "AES256");
                headers.putHeader(CUSTOMER + "key", customerKey);
                headers.putHeader(CUSTOMER + "key-md5", md5(customerKey));
            }
            withCustomerKey = headers.build();
        }

        private static String md5(String base64) {
            try {
                byte[] key = Base64.getDecoder().decode(base64);
                return Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("MD5").digest(key));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has MD5", e);
            }
        }
    }
}
