package io.hubstorage.web.s3;

import io.hubstorage.fs.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was signed with our key pair, by AWS Signature Version 4 as S3 has it: in the header {@code Authorization}, or
 * in the query of a presigned URL. What is cheap to see is looked at first; a stranger costs some hashes of a request's
 * head. Any region will do. Thread-safe; touches no disk.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html">Authenticating Requests</a>
 */
final class SignatureV4 {
    /** The key pair that clients sign with. */
    record Keys(String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "Keys[...]";
        }
    }

    private static final String OUR_HEADERS = "x-amz-";
    private static final Duration SKEW = Duration.ofMinutes(15);
    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

    private final Supplier<@Nullable Keys> keys;
    private final InstantSource clock;

    /** @param keys asked for with each request, since they may change; null while there are none */
    SignatureV4(Supplier<@Nullable Keys> keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** @throws S3Refusal when it was not signed with our keys, or not lately */
    void verify(S3Request request) {
        SignatureClaim claim = SignatureClaim.of(request);
        Keys known = keys.get();
        if (known == null || !same(known.accessKeyId(), claim.scope().accessKeyId())) {
            throw new S3Refusal(403, "InvalidAccessKeyId", "The access key id is not that of this endpoint.");
        }
        checkTime(claim);
        checkSignedHeaders(request, claim.signedHeaders());
        if (!same(signature(request, claim, known), claim.signature())) {
            throw new S3Refusal(
                    403,
                    "SignatureDoesNotMatch",
                    "The signature is another one than that of this request. Check the secret key; a proxy on the way"
                            + " must change neither the path nor the header Host.");
        }
    }

    private void checkTime(SignatureClaim claim) {
        Instant now = clock.instant();
        Duration validity = claim.validity();
        if (validity == null) {
            if (Duration.between(claim.time(), now).abs().compareTo(SKEW) > 0) {
                throw new S3Refusal(
                        403,
                        "RequestTimeTooSkewed",
                        "The request is of %s, and here it is %s: set the clock of one of the two."
                                .formatted(claim.time(), now));
            }
        } else if (claim.time().minus(SKEW).isAfter(now)) {
            throw new S3Refusal(
                    403, "AccessDenied", "The address is signed for a later time: here it is %s.".formatted(now));
        } else if (now.isAfter(claim.time().plus(validity))) {
            throw new S3Refusal(
                    403,
                    "AccessDenied",
                    "Request has expired: the address was good for %d seconds.".formatted(validity.toSeconds()));
        }
    }

    private static void checkSignedHeaders(S3Request request, List<String> signed) {
        if (!signed.contains("host")) {
            throw new S3Refusal(403, "AccessDenied", "The header Host must be signed.");
        }
        for (String name : request.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(OUR_HEADERS) && !signed.contains(lower)) {
                throw new S3Refusal(403, "AccessDenied", "The header %s must be signed.".formatted(lower));
            }
        }
    }

    private static String signature(S3Request request, SignatureClaim claim, Keys keys) {
        String text = SignatureClaim.ALGORITHM
                + '\n'
                + claim.timeText()
                + '\n'
                + claim.scope().text()
                + '\n'
                + hex(Sha256.digest().digest(utf8(canonical(request, claim))));
        byte[] key = hmac(utf8("AWS4" + keys.secretAccessKey()), claim.scope().date());
        for (String step : List.of(claim.scope().region(), "s3", "aws4_request")) {
            key = hmac(key, step);
        }
        return hex(hmac(key, text));
    }

    /** The request as both sides write it down before they hash it. */
    private static String canonical(S3Request request, SignatureClaim claim) {
        StringBuilder text = new StringBuilder(1024)
                .append(request.method())
                .append('\n')
                .append(UriText.encode(request.path(), true))
                .append('\n')
                .append(canonicalQuery(request.query()))
                .append('\n');
        for (String name : claim.signedHeaders()) {
            text.append(name).append(':').append(canonicalHeader(request, name)).append('\n');
        }
        return text.append('\n')
                .append(String.join(";", claim.signedHeaders()))
                .append('\n')
                .append(claim.payload())
                .toString();
    }

    private static String canonicalQuery(List<S3Request.Parameter> query) {
        List<String[]> encoded = new ArrayList<>();
        for (S3Request.Parameter each : query) {
            if (!each.name().equals("X-Amz-Signature")) {
                encoded.add(new String[] {UriText.encode(each.name(), false), UriText.encode(each.value(), false)});
            }
        }
        encoded.sort(Comparator.<String[], String>comparing(each -> each[0]).thenComparing(each -> each[1]));
        return encoded.stream().map(each -> each[0] + '=' + each[1]).collect(Collectors.joining("&"));
    }

    private static String canonicalHeader(S3Request request, String name) {
        return request.headers().getAll(name).stream()
                .map(value -> BLANKS.matcher(value.strip()).replaceAll(" "))
                .collect(Collectors.joining(","));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }

    /** In a time that does not tell where they differ. */
    private static boolean same(String left, String right) {
        return MessageDigest.isEqual(utf8(left), utf8(right));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
