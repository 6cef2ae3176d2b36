package io.hubstorage.s3;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * What a GET says about the object.
 *
 * @param size of the whole object in bytes, also when only a range was read
 * @param etag without quotes; empty where the server gives none
 * @param lastModified in whole seconds; the epoch where the server does not say
 * @param version the version id in a versioned bucket
 * @param headers {@code content-type}, {@code content-encoding}, {@code content-disposition}, {@code content-language},
 *     {@code cache-control}, {@code expires}: those present
 * @param metadata the user's own, names without {@code x-amz-meta-}
 * @param checksums what S3 keeps, base64 by algorithm ({@code CRC32}, {@code SHA256}, …): those sent
 * @param etagIsDigest whether the ETag, if it looks like an MD5, is one: not when S3 encrypted with a key it was given
 */
public record ObjectHead(
        long size,
        String etag,
        Instant lastModified,
        @Nullable String version,
        Map<String, String> headers,
        Map<String, String> metadata,
        Map<String, String> checksums,
        boolean etagIsDigest) {

    static ObjectHead of(GetObjectResponse response, long size) {
        Map<String, String> headers = new LinkedHashMap<>();
        put(headers, "content-type", response.contentType());
        put(headers, "content-encoding", response.contentEncoding());
        put(headers, "content-disposition", response.contentDisposition());
        put(headers, "content-language", response.contentLanguage());
        put(headers, "cache-control", response.cacheControl());
        put(headers, "expires", response.expiresString());
        Map<String, String> checksums = new LinkedHashMap<>();
        put(checksums, "CRC32", response.checksumCRC32());
        put(checksums, "CRC32C", response.checksumCRC32C());
        put(checksums, "CRC64NVME", response.checksumCRC64NVME());
        put(checksums, "SHA1", response.checksumSHA1());
        put(checksums, "SHA256", response.checksumSHA256());
        Instant modified = response.lastModified();
        return new ObjectHead(
                size,
                Etags.plain(response.eTag()),
                modified == null ? Instant.EPOCH : modified,
                response.versionId(),
                headers,
                response.metadata(),
                checksums,
                etagIsDigest(response));
    }

    private static boolean etagIsDigest(GetObjectResponse response) {
        return response.sseCustomerAlgorithm() == null
                && response.ssekmsKeyId() == null
                && (response.serverSideEncryption() == null
                        || response.serverSideEncryption() == ServerSideEncryption.AES256);
    }

    private static void put(Map<String, String> map, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            map.put(name, value);
        }
    }
}
