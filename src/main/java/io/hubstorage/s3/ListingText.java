package io.hubstorage.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Turns the keys of one listing into what they are; S3 sends them URL-encoded, as XML cannot hold every character. */
final class ListingText {
    /** In place of {@code url}, and no encoding that the SDK knows: the keys of this answer are still encoded. */
    static final String STILL_ENCODED = "url-still-encoded";

    /**
     * Keeps the SDK from decoding keys, which is done here: it copies less, and it notices a server that says {@code url} but does
     * not encode.
     */
    static final class StillEncoded implements ExecutionInterceptor {
        @Override
        public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
            return context.response() instanceof ListObjectsV2Response page && "url".equals(page.encodingTypeAsString())
                    ? page.toBuilder().encodingType(STILL_ENCODED).build()
                    : context.response();
        }
    }

    private final String bucket;
    /** The server says that it encodes, and does not. */
    private boolean claimsFalsely;
    /** Decoding has made a difference to a key already handed out. */
    private boolean madeDifference;

    ListingText(String bucket) {
        this.bucket = bucket;
    }

    /** The keys of a page, decoded where its server encoded them. */
    List<String> keys(ListObjectsV2Response page) throws S3Failure {
        List<String> sent = page.contents().stream().map(S3Object::key).toList();
        if (sent.contains(null)) {
            throw ListingCheck.nonsense(bucket, "it names an object without a key");
        }
        if (!STILL_ENCODED.equals(page.encodingTypeAsString())) {
            return sent;
        }
        if (!claimsFalsely && !sent.stream().allMatch(ListingText::looksEncoded)) {
            if (madeDifference) {
                throw ListingCheck.nonsense(bucket, "it encodes keys on one page and does not on another");
            }
            claimsFalsely = true;
        }
        return claimsFalsely ? sent : sent.stream().map(this::decode).toList();
    }

    private String decode(String sent) {
        String key = decoded(sent);
        madeDifference |= !key.equals(sent);
        return key;
    }

    /** The common prefixes of a single page. */
    static List<String> prefixes(ListObjectsV2Response page) {
        List<String> sent =
                page.commonPrefixes().stream().map(CommonPrefix::prefix).toList();
        boolean encoded = STILL_ENCODED.equals(page.encodingTypeAsString())
                && sent.stream().allMatch(ListingText::looksEncoded);
        return encoded ? sent.stream().map(ListingText::decoded).toList() : sent;
    }

    /** Decodes one; most keys have nothing to decode. */
    static String decoded(String sent) {
        return sent.indexOf('%') < 0 && sent.indexOf('+') < 0 ? sent : URLDecoder.decode(sent, StandardCharsets.UTF_8);
    }

    /** Whether a text can be the outcome of URL-encoding. */
    static boolean looksEncoded(String sent) {
        for (int index = 0; index < sent.length(); index++) {
            char unit = sent.charAt(index);
            if (unit <= ' ' || unit >= 0x7F) {
                return false;
            }
            if (unit == '%') {
                if (index + 2 >= sent.length() || !isHex(sent.charAt(index + 1)) || !isHex(sent.charAt(index + 2))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isHex(char unit) {
        return Character.digit(unit, 16) >= 0 && unit < 0x80;
    }
}
