package io.hubstorage.testkit;

import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** {@link S3Contract} of a server that objects can be put into. */
abstract class StoredContract extends S3Contract {
    /** The client to put with. */
    abstract S3AsyncClient writer();

    @Override
    final byte[] store(String bucket, String key, int size, Map<String, String> headers, Map<String, String> metadata) {
        byte[] body = bodyOf(key, size);
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .contentType(headers.get("Content-Type"))
                .contentEncoding(headers.get("Content-Encoding"))
                .contentDisposition(headers.get("Content-Disposition"))
                .contentLanguage(headers.get("Content-Language"))
                .cacheControl(headers.get("Cache-Control"))
                .metadata(metadata);
        if (!lacks().contains(Lack.CHECKSUMS)) {
            request.checksumAlgorithm(ChecksumAlgorithm.CRC32);
        }
        Objects.requireNonNull(writer().putObject(request.build(), AsyncRequestBody.fromBytes(body))
                .join());
        return body;
    }
}
