package io.hubstorage.s3;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Uploads in parts to one bucket; what {@link ObjectWriter} says of headers, failures and threads is true here, too. Of an upload that is
 * neither completed nor aborted, S3 keeps the parts, and bills them.
 */
public final class MultipartUploads {
    /**
     * A part that S3 has.
     *
     * @param checksum in base64; null for none
     */
    public record Part(int number, String etag, @Nullable String checksum) {}

    /** An upload in parts that was begun and not ended. */
    public record Unfinished(String key, String uploadId, Instant begun) {}

    private static final String CHECKSUM = "x-amz-checksum-";
    /** What S3 lists at most. */
    private static final int PAGE = 1000;

    private final S3Access access;
    private final String bucket;
    private final WriteRequests requests;

    MultipartUploads(S3Access access, String bucket) {
        this.access = access;
        this.bucket = bucket;
        this.requests = new WriteRequests(access, bucket);
    }

    /** Begins one, and gives its id. */
    public String begin(String key, Map<String, String> headers) throws S3Failure, IOException, InterruptedException {
        return requests.sending(headers, with -> {
            CreateMultipartUploadRequest request = CreateMultipartUploadRequest.builder()
                    .bucket(bucket)
                    .key(key)
                    .overrideConfiguration(with)
                    .build();
            return S3Access.await(
                            access.client().createMultipartUpload(request), "Beginning to write " + requests.name(key))
                    .uploadId();
        });
    }

    /**
     * Writes one part.
     *
     * @param number from 1 to 10,000
     * @param algorithm of the checksum in the headers, as {@code CRC32}; null for none
     */
    public Part part(
            String key,
            String uploadId,
            int number,
            ObjectWriter.Bytes body,
            @Nullable String algorithm,
            Map<String, String> headers)
            throws S3Failure, IOException, InterruptedException {
        UploadPartRequest request = UploadPartRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .partNumber(number)
                .overrideConfiguration(requests.with(headers))
                .build();
        OutgoingBody outgoing = new OutgoingBody(body, null);
        S3AsyncClient client = access.client();
        String etag = outgoing.send(
                        () -> client.uploadPart(request, outgoing),
                        "Writing part %d of %s".formatted(number, requests.name(key)))
                .eTag();
        return new Part(
                number,
                ObjectHead.bareEtag(etag),
                algorithm == null ? null : headers.get(CHECKSUM + algorithm.toLowerCase(Locale.ROOT)));
    }

    /**
     * Makes an object of all the parts.
     *
     * @param algorithm of the parts' checksums; null where they have none
     */
    public ObjectWriter.Stored complete(
            String key, String uploadId, List<Part> parts, @Nullable String algorithm, Map<String, String> headers)
            throws S3Failure, InterruptedException {
        CompleteMultipartUploadRequest request = CompleteMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .multipartUpload(all -> all.parts(
                        parts.stream().map(part -> completed(part, algorithm)).toList()))
                .overrideConfiguration(requests.with(headers))
                .build();
        CompleteMultipartUploadResponse answer =
                S3Access.await(access.client().completeMultipartUpload(request), "Completing " + requests.name(key));
        return new ObjectWriter.Stored(ObjectHead.bareEtag(answer.eTag()), answer.versionId());
    }

    private static CompletedPart completed(Part part, @Nullable String algorithm) {
        CompletedPart.Builder completed =
                CompletedPart.builder().partNumber(part.number).eTag('"' + part.etag + '"');
        switch (algorithm == null ? "" : algorithm) {
            case "CRC32" -> completed.checksumCRC32(part.checksum);
            case "CRC32C" -> completed.checksumCRC32C(part.checksum);
            case "CRC64NVME" -> completed.checksumCRC64NVME(part.checksum);
            case "SHA1" -> completed.checksumSHA1(part.checksum);
            case "SHA256" -> completed.checksumSHA256(part.checksum);
            default -> {}
        }
        return completed.build();
    }

    /** Ends one, of which nothing stays; whether there was one. */
    public boolean abort(String key, String uploadId) throws S3Failure, InterruptedException {
        AbortMultipartUploadRequest request = AbortMultipartUploadRequest.builder()
                .bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .requestPayer(access.payer())
                .build();
        return WriteRequests.ifThere(
                        () -> access.client().abortMultipartUpload(request),
                        "Giving up the parts of " + requests.name(key))
                .isPresent();
    }

    /** Those of one key that were begun and not ended, whoever began them. */
    public List<Unfinished> unfinished(String key) throws S3Failure, InterruptedException {
        List<Unfinished> found = new ArrayList<>();
        String keyMarker = null;
        String idMarker = null;
        boolean more;
        do {
            ListMultipartUploadsResponse page = S3Access.await(
                    access.client()
                            .listMultipartUploads(ListMultipartUploadsRequest.builder()
                                    .bucket(bucket)
                                    .prefix(key)
                                    .encodingType(EncodingType.URL)
                                    .keyMarker(keyMarker)
                                    .uploadIdMarker(idMarker)
                                    .maxUploads(PAGE)
                                    .build()),
                    "Listing the unfinished uploads of " + requests.name(key));
            page.uploads().stream()
                    .filter(upload -> key.equals(upload.key()))
                    .map(upload -> new Unfinished(
                            key, upload.uploadId(), Objects.requireNonNullElse(upload.initiated(), Instant.EPOCH)))
                    .forEach(found::add);
            more = Boolean.TRUE.equals(page.isTruncated())
                    && page.nextKeyMarker() != null
                    && !(page.nextKeyMarker().equals(keyMarker) && Objects.equals(page.nextUploadIdMarker(), idMarker));
            keyMarker = page.nextKeyMarker();
            idMarker = page.nextUploadIdMarker();
        } while (more);
        return found;
    }

    /** Whether it has no part yet. */
    public boolean isEmpty(Unfinished upload) throws S3Failure, InterruptedException {
        ListPartsRequest request = ListPartsRequest.builder()
                .bucket(bucket)
                .key(upload.key)
                .uploadId(upload.uploadId)
                .maxParts(1)
                .build();
        return S3Access.await(access.client().listParts(request), "Listing the parts of " + requests.name(upload.key))
                .parts()
                .isEmpty();
    }
}
