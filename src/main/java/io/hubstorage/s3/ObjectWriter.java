package io.hubstorage.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Writes the objects of one bucket, each with one request ({@link MultipartUploads} with several). What an object is to have beside its
 * bytes, what its body must hash to and what must be so for the write are <em>headers</em>, by the names that S3 has for them ({@code content-type}, {@code x-amz-meta-…},
 * {@code x-amz-checksum-sha256}, {@code if-none-match}, …), their values as answers have them: bytes beyond ASCII as characters of
 * ISO 8859-1. Each call is one request, and tells its failure; whether and when it is sent again is up to the caller, who also has to
 * find out what became of one whose answer did not come. Calls block and belong on virtual threads; an interrupt aborts the request.
 * Safe for threads.
 */
public final class ObjectWriter {
    /** What is sent; may be opened several times, by one thread at a time. */
    public interface Bytes {
        long length();

        /** From the first on; closed when they were read, or the request is over. */
        InputStream open() throws IOException;

        /** In memory, not copied. */
        static Bytes of(byte[] all) {
            return of(all.length, () -> new ByteArrayInputStream(all));
        }

        /** So many, from a stream that is opened anew each time. */
        static Bytes of(long length, Opener opener) {
            return new Bytes() {
                @Override
                public long length() {
                    return length;
                }

                @Override
                public InputStream open() throws IOException {
                    return opener.open();
                }
            };
        }

        @FunctionalInterface
        interface Opener {
            InputStream open() throws IOException;
        }
    }

    /**
     * What S3 answers to a write.
     *
     * @param etag without quotes; empty where it gives none
     * @param version in a versioned bucket
     */
    public record Stored(String etag, @Nullable String version) {}

    /** What a HEAD says of an object; {@code storageClass} is absent where the server does not say, which means its standard class. */
    public record Head(ObjectHead head, @Nullable String storageClass) {}

    private final S3Access access;
    private final String bucket;
    private final WriteRequests requests;
    private final AwsRequestOverrideConfiguration asking;
    private final AwsRequestOverrideConfiguration askingWithCustomerKey;

    ObjectWriter(S3Access access, String bucket, ObjectReader.Headers headers) {
        this.access = access;
        this.bucket = bucket;
        this.requests = new WriteRequests(access, bucket);
        this.asking = headers.of(false);
        this.askingWithCustomerKey = headers.of(true);
    }

    /**
     * Writes an object with one request.
     *
     * @throws S3Failure.Changed when a condition in the headers does not hold, or somebody else writes to the key
     * @throws IOException what the bytes threw; nothing was written then
     */
    public Stored put(String key, Bytes body, Map<String, String> headers)
            throws S3Failure, IOException, InterruptedException {
        OutgoingBody outgoing = new OutgoingBody(body, headers.get("content-type"));
        S3AsyncClient client = access.client();
        PutObjectResponse answer = requests.sending(headers, with -> {
            PutObjectRequest request = PutObjectRequest.builder()
                    .bucket(bucket)
                    .key(key)
                    .overrideConfiguration(with)
                    .build();
            return outgoing.send(() -> client.putObject(request, outgoing), "Writing " + requests.name(key));
        });
        return new Stored(ObjectHead.bareEtag(answer.eTag()), answer.versionId());
    }

    /**
     * What S3 has under a key, with its checksums.
     *
     * @param withCustomerKey whether to ask with the key in {@code HUBSTORAGE_SSE_C_KEY}
     * @return null where there is nothing
     */
    public @Nullable Head head(String key, boolean withCustomerKey) throws S3Failure, InterruptedException {
        HeadObjectRequest request = HeadObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .overrideConfiguration(withCustomerKey ? askingWithCustomerKey : asking)
                .build();
        try {
            HeadObjectResponse answer =
                    S3Access.await(access.client().headObject(request), "Asking about " + requests.name(key));
            return new Head(
                    ObjectHead.of(
                            answer.sdkHttpResponse().headers(), Objects.requireNonNullElse(answer.contentLength(), 0L)),
                    answer.storageClassAsString());
        } catch (S3Failure.Permanent missing) {
            if (missing.saysMissing()) {
                return null;
            }
            throw missing;
        }
    }

    /** Gives an object these tags in the place of all that it has. */
    public void tag(String key, Map<String, String> tags) throws S3Failure, InterruptedException {
        PutObjectTaggingRequest request = PutObjectTaggingRequest.builder()
                .bucket(bucket)
                .key(key)
                .tagging(set -> set.tagSet(new TreeMap<>(tags)
                        .entrySet().stream()
                                .map(tag -> Tag.builder()
                                        .key(tag.getKey())
                                        .value(tag.getValue())
                                        .build())
                                .toList()))
                .requestPayer(access.payer())
                .build();
        S3Access.await(access.client().putObjectTagging(request), "Setting the tags of " + requests.name(key));
    }

    /** The tags of an object; needs {@code s3:GetObjectTagging}. */
    public Map<String, String> tags(String key) throws S3Failure, InterruptedException {
        return access.object(bucket, key).tags();
    }

    /** As the header {@code x-amz-tagging} has them. */
    public static String tagging(Map<String, String> tags) {
        return new TreeMap<>(tags)
                .entrySet().stream()
                        .map(tag -> encoded(tag.getKey()) + "=" + encoded(tag.getValue()))
                        .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Deletes an object; that there is none is no failure.
     *
     * @param version this one alone; null to delete what is there, of which a versioned bucket keeps a version
     * @param etag it must have, without quotes; null for any
     * @return the version that the server names: the one that was deleted or, where none was given, the mark in its place
     * @throws S3Failure.Changed when it has another one
     */
    public Optional<String> delete(String key, @Nullable String version, @Nullable String etag)
            throws S3Failure, InterruptedException {
        DeleteObjectRequest request = DeleteObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(version)
                .ifMatch(etag == null ? null : '"' + etag + '"')
                .requestPayer(access.payer())
                .build();
        return WriteRequests.ifThere(() -> access.client().deleteObject(request), "Deleting " + requests.name(key))
                .map(DeleteObjectResponse::versionId);
    }

    /** Whether the bucket is there; needs {@code s3:ListBucket}. */
    public boolean bucketExists() throws S3Failure, InterruptedException {
        HeadBucketRequest request = HeadBucketRequest.builder().bucket(bucket).build();
        try {
            S3Access.await(access.client().headBucket(request), "Asking about bucket \"" + bucket + '"');
            return true;
        } catch (S3Failure.Permanent missing) {
            if (missing.saysMissing()) {
                return false;
            }
            throw missing;
        }
    }

    /** Creates the bucket, private, in the region of the settings; fails where somebody has one of that name. */
    public void createBucket() throws S3Failure, InterruptedException {
        String region = access.clients().settings().region();
        CreateBucketRequest.Builder request = CreateBucketRequest.builder().bucket(bucket);
        // The oldest region has no name there, and servers that are not AWS know no other.
        if (access.clients().isAws() && !region.equals("us-east-1")) {
            request.createBucketConfiguration(in -> in.locationConstraint(region));
        }
        S3Access.await(access.client().createBucket(request.build()), "Creating bucket \"" + bucket + '"');
    }
}
