package io.hubstorage.s3;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Asks what S3 knows of an object without reading it, one HEAD each time. Calls block and belong on virtual threads. Safe for
 * threads.
 */
public final class HeadReader {
    private final S3Access access;
    private final Map<String, String> extraHeaders;

    HeadReader(S3Access access, Map<String, String> extraHeaders) {
        this.access = access;
        this.extraHeaders = extraHeaders;
    }

    /**
     * The head of the whole object, with the checksums that a ranged GET does not tell.
     *
     * @param ifMatch the listed etag, without quotes; null or empty for any version
     */
    public ObjectHead whole(String bucket, String key, @Nullable String ifMatch)
            throws S3Failure, InterruptedException {
        HeadObjectResponse answer = head(bucket, key, ifMatch, null);
        return ObjectHead.of(Answers.headers(answer), size(answer));
    }

    /**
     * The size of one part of an upload in parts; empty where the server does not tell.
     *
     * @param part counted from 1
     * @param parts how many the object has, by its ETag; a server that counts otherwise is not believed
     */
    public OptionalLong partSize(String bucket, String key, @Nullable String ifMatch, int part, int parts)
            throws S3Failure, InterruptedException {
        HeadObjectResponse answer = head(bucket, key, ifMatch, part);
        Integer counted = answer.partsCount();
        return counted != null && counted == parts && size(answer) > 0
                ? OptionalLong.of(size(answer))
                : OptionalLong.empty();
    }

    /** The object's tag set, which no other answer tells; needs {@code s3:GetObjectTagging}. */
    public Map<String, String> tags(String bucket, String key) throws S3Failure, InterruptedException {
        String what = "Asking for the tags of \"" + key + "\" in bucket \"" + bucket + "\"";
        GetObjectTaggingRequest request = GetObjectTaggingRequest.builder()
                .bucket(bucket)
                .key(key)
                .requestPayer(access.payer())
                .build();
        Map<String, String> tags = new TreeMap<>();
        for (Tag tag :
                Calls.await(access.client().getObjectTagging(request), what).tagSet()) {
            tags.put(tag.key(), tag.value());
        }
        return tags;
    }

    private HeadObjectResponse head(String bucket, String key, @Nullable String ifMatch, @Nullable Integer part)
            throws S3Failure, InterruptedException {
        String what = "Asking about \"" + key + "\" in bucket \"" + bucket + "\"";
        HeadObjectRequest request = HeadObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .ifMatch(Etags.header(ifMatch))
                .partNumber(part)
                .overrideConfiguration(o -> extraHeaders.forEach(o::putHeader))
                .build();
        HeadObjectResponse answer = Calls.await(access.client().headObject(request), what);
        String got = Etags.plain(answer.eTag());
        if (ifMatch != null && !ifMatch.isEmpty() && !got.isEmpty() && !got.equals(ifMatch)) {
            throw new S3Failure.Changed(what + " failed: the object has changed since it was listed.", null);
        }
        return answer;
    }

    private static long size(HeadObjectResponse answer) {
        Long length = answer.contentLength();
        return length == null ? 0 : length;
    }
}
