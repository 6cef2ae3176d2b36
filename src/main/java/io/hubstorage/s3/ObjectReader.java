package io.hubstorage.s3;

import io.hubstorage.bus.BucketName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
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
         * The answer has come, and is what was asked for; its body follows.
         *
         * @param head without checksums where only a range of the object was asked for
         * @throws S3Failure ends the download; it reaches the caller as it is
         */
        default void begins(ObjectHead head) throws S3Failure {}

        /**
         * Takes bytes, some at a time; while it works, nothing more is fetched than the connection holds, or a MiB by the SDK.
         *
         * @param bytes on the heap, and filled anew as soon as this returns
         * @param position of the first of them in the object
         * @throws IOException ends the download; it reaches the caller as it is
         */
        void write(ByteBuffer bytes, long position) throws IOException;
    }

    /** What is read at a time: what the JDK reads from a socket at most. */
    private static final int CHUNK = 128 * 1024;
    /** Worth handing on: from TLS and the SDK come 16 KiB at a time, and to write each by itself costs more than to collect them. */
    private static final int ENOUGH = CHUNK / 2;

    private final S3Access access;
    private final String bucket;
    private final String key;
    private final String etag;
    private final @Nullable String version;
    private final AwsRequestOverrideConfiguration headers;
    private final boolean withCustomerKey;
    private final BodyRequest request;

    ObjectReader(
            S3Access access,
            String bucket,
            String key,
            @Nullable String etag,
            @Nullable String version,
            Headers headers,
            boolean withCustomerKey) {
        this.access = access;
        this.bucket = bucket;
        this.key = key;
        this.etag = Objects.requireNonNullElse(etag, "");
        this.version = version;
        this.headers = headers.of(withCustomerKey);
        this.withCustomerKey = withCustomerKey;
        this.request = new BodyRequest(access, BucketName.inS3(bucket), key, this.etag, version, this.headers);
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
            return new Small(body, read(null, 0, size, body, (_, _) -> {}, received));
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
        String range = "bytes=" + from + "-" + (from + length - 1);
        return read(range, from, length, new byte[(int) Math.min(length, CHUNK)], sink, received);
    }

    /**
     * Reads the whole object as {@link #readRange} does, without asking for a range: not every server that sends ranges sends
     * the right ones.
     */
    public ObjectHead readWhole(long size, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        return read(null, 0, size, new byte[(int) Math.min(size, CHUNK)], sink, received);
    }

    /** @param chunk what comes is read into it, again and again unless all of it fits in */
    private ObjectHead read(
            @Nullable String range, long from, long length, byte[] chunk, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        if (from < 0 || length < (range == null ? 0 : 1)) {
            throw new IllegalArgumentException("no range: " + length + " bytes from " + from);
        }
        ExpectedBody expected = new ExpectedBody(reading(), etag, length);
        Body body = request.send(range, expected.what());
        try {
            Map<String, List<String>> answer = body.headers();
            // Whether it is the right range first: one that was ignored has another length too, and no other attempt
            // helps.
            long size = range == null ? length : expected.sizeOfWhole(answer, from);
            expected.check(answer);
            ObjectHead whole = ObjectHead.of(answer, size);
            ObjectHead head = length == size ? whole : whole.withoutChecksums();
            sink.begins(head);
            drain(body, from, expected, chunk, sink, told(received));
            return head;
        } finally {
            body.cancel();
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

    /** Yields after each chunk: where there is always more to read, nothing else would let other virtual threads run. */
    @SuppressWarnings("ThreadPriorityCheck") // Not relied on: nothing breaks without, others only wait longer.
    private void drain(Body body, long from, ExpectedBody expected, byte[] chunk, Sink sink, LongConsumer received)
            throws S3Failure, IOException, InterruptedException {
        long end = from + expected.length();
        for (long position = from; position < end; ) {
            int most = (int) Math.min(chunk.length, end - position);
            int least = most == expected.length() ? most : Math.min(most, ENOUGH);
            int come = 0;
            try {
                while (come < least) {
                    int count = read(body, chunk, come, most - come, expected);
                    if (count < 0) {
                        throw expected.cut((position + come - from) + " of " + expected.length() + " bytes came");
                    }
                    come += count;
                    received.accept(count);
                }
            } catch (S3Failure broken) {
                // What has come need not come again.
                try {
                    if (come > 0) {
                        sink.write(ByteBuffer.wrap(chunk, 0, come), position);
                    }
                } catch (IOException unwritten) {
                    unwritten.addSuppressed(broken);
                    throw unwritten;
                }
                throw broken;
            }
            sink.write(ByteBuffer.wrap(chunk, 0, come), position);
            position += come;
            Thread.yield();
        }
        int more = read(body, new byte[1], 0, 1, expected);
        if (more >= 0) {
            received.accept(more);
            throw expected.cut("more than " + expected.length() + " bytes came");
        }
    }

    private int read(Body body, byte[] into, int at, int most, ExpectedBody expected)
            throws S3Failure, InterruptedException {
        return request.await(() -> body.read(into, at, most), expected.what());
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
        HeadObjectRequest question = HeadObjectRequest.builder()
                .bucket(BucketName.inS3(bucket))
                .key(key)
                .versionId(version)
                .ifMatch(request.ifMatch())
                .partNumber(part)
                .overrideConfiguration(headers)
                .build();
        HeadObjectResponse answer = S3Access.await(access.client().headObject(question), expected.what());
        expected.checkEtag(answer.eTag());
        return answer;
    }

    private static long size(HeadObjectResponse answer) {
        return Objects.requireNonNullElse(answer.contentLength(), 0L);
    }

    /** The object's tag set, which no other answer tells; needs {@code s3:GetObjectTagging}. */
    public Map<String, String> tags() throws S3Failure, InterruptedException {
        GetObjectTaggingRequest request = GetObjectTaggingRequest.builder()
                .bucket(BucketName.inS3(bucket))
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

        AwsRequestOverrideConfiguration of(boolean asksWithCustomerKey) {
            return asksWithCustomerKey ? withCustomerKey : plain;
        }

        /** Those of the customer's key, names in lower case; none where there is no key. */
        Map<String, String> customerKey() {
            Map<String, String> only = new TreeMap<>();
            withCustomerKey.headers().forEach((name, values) -> {
                if (name.startsWith(CUSTOMER)) {
                    only.put(name, values.getFirst());
                }
            });
            return only;
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
