package io.hubstorage.s3;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an answer has to be to be believed; not every server knows conditions and ranges.
 *
 * @param what what was asked for, as the subject of a sentence
 * @param etag the listed one, without quotes; empty for any
 * @param length of the body in bytes
 */
record ExpectedBody(String what, String etag, long length) {
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes\\s+(\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    /** @param answer its headers, by names in any case */
    void check(Map<String, List<String>> answer) throws S3Failure {
        checkEtag(header(answer, "ETag"));
        Long announced = announced(answer);
        if (announced != null && announced != length) {
            throw cut("the server announced " + announced + " bytes instead of " + length);
        }
    }

    void checkEtag(@Nullable String sent) throws S3Failure {
        String got = ObjectHead.bareEtag(sent);
        if (!etag.isEmpty() && !got.isEmpty() && !got.equals(etag)) {
            throw S3Failure.changed(what + " failed: the object has changed since it was listed.");
        }
    }

    S3Failure cut(String how) {
        return new S3Failure.Retriable(
                S3Failure.Kind.CUT_BODY, what + " failed: " + how + "; it is tried again.", null);
    }

    private S3Failure wrongRange(String how) {
        return new S3Failure.Permanent(S3Failure.Kind.RANGE, what + " failed: " + how + ".", null);
    }

    /** Checks that the answer is the range asked for, and takes the object's size from it. */
    long sizeOfWhole(Map<String, List<String>> answer, long from) throws S3Failure {
        checkEtag(header(answer, "ETag"));
        String range = header(answer, "Content-Range");
        Long announced = announced(answer);
        if (range == null) {
            // A server that ignores ranges sends everything, which is right only when everything was asked for.
            if (from == 0 && announced != null && announced == length) {
                return announced;
            }
            throw wrongRange("the server ignored the range that was asked for");
        }
        Matcher matcher = CONTENT_RANGE.matcher(range.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) != from) {
            throw wrongRange("the server sent another range than asked for (" + range + ")");
        }
        return Long.parseLong(matcher.group(3));
    }

    private static @Nullable String header(Map<String, List<String>> answer, String name) {
        List<String> values = answer.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    private static @Nullable Long announced(Map<String, List<String>> answer) {
        String length = header(answer, "Content-Length");
        return length == null || !LENGTH.matcher(length).matches() ? null : Long.valueOf(length);
    }
}
