package io.hubstorage.web.s3;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of its signature, in the header {@code Authorization} or in the query of a presigned address. Well formed,
 * and not yet believed.
 *
 * @param time in whole seconds
 * @param validity of a presigned address; absent otherwise
 * @param signedHeaders their names in lower case, in the order in which they are signed
 * @param payload the hash of the body, or the word that stands for none
 * @param signature 64 hexadecimal digits in lower case
 */
record SignatureClaim(
        Scope scope,
        Instant time,
        @Nullable Duration validity,
        List<String> signedHeaders,
        String payload,
        String signature) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String EMPTY_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final String PAYLOAD_HEADER = "x-amz-content-sha256";
    private static final long MOST_SECONDS = 7 * 86_400;
    /** More than any client signs; each is looked for among those that were sent. */
    private static final int MOST_HEADERS = 64;

    private static final Pattern CREDENTIAL =
            Pattern.compile("(?<key>[^/]{1,128})/(?<date>\\d{8})/(?<region>[A-Za-z0-9_-]{1,64})/s3/aws4_request");
    private static final Pattern TIME = Pattern.compile("\\d{8}T\\d{6}Z");
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");
    /** A hash, no hash, or one for each chunk of a body that a reading request has not. */
    private static final Pattern PAYLOAD = Pattern.compile("[0-9a-f]{64}|" + UNSIGNED + "|STREAMING-[A-Z0-9-]{1,60}");

    private static final DateTimeFormatter BASIC = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC)
            .withResolverStyle(ResolverStyle.STRICT);

    /**
     * What the signing key was made for, besides S3.
     *
     * @param date as {@code 20261127}
     */
    record Scope(String accessKeyId, String date, String region) {
        private static Scope of(@Nullable String credential) {
            Matcher parts = CREDENTIAL.matcher(credential == null ? "" : credential);
            if (!parts.matches()) {
                throw malformed("The credential must be <access key id>/<yyyymmdd>/<region>/s3/aws4_request.");
            }
            return new Scope(parts.group("key"), parts.group("date"), parts.group("region"));
        }

        /** As it is signed. */
        String text() {
            return date + '/' + region + "/s3/aws4_request";
        }
    }

    SignatureClaim {
        signedHeaders = List.copyOf(signedHeaders);
    }

    /** @throws S3Refusal when the request is not signed, not in one way only, or in another than Version 4 */
    static SignatureClaim of(S3Request request) {
        String authorization = request.header("authorization");
        boolean presigned = request.has("X-Amz-Signature") || request.has("X-Amz-Algorithm");
        if (presigned && authorization != null) {
            throw S3Refusal.invalidArgument("Sign in the header Authorization or in the query, not in both.");
        }
        if (request.has("AWSAccessKeyId") || (authorization != null && !authorization.startsWith(ALGORITHM))) {
            throw new S3Refusal(
                    400,
                    "InvalidRequest",
                    "This way to sign is not supported. Use AWS Signature Version 4 (AWS4-HMAC-SHA256).");
        }
        if (authorization != null) {
            return inHeader(request, authorization);
        }
        if (!presigned) {
            throw new S3Refusal(403, "AccessDenied", "Requests must be signed with the key pair of this endpoint.");
        }
        return inQuery(request);
    }

    /** The time as it is signed. */
    String timeText() {
        return BASIC.format(time);
    }

    private static SignatureClaim inHeader(S3Request request, String authorization) {
        Map<String, String> parts = new HashMap<>();
        for (String part : authorization.substring(ALGORITHM.length()).split(",", 4)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(
                        part.substring(0, equals).strip(),
                        part.substring(equals + 1).strip());
            }
        }
        String payload = request.header(PAYLOAD_HEADER);
        return checked(
                Scope.of(parts.get("Credential")),
                headerTime(request),
                null,
                parts.get("SignedHeaders"),
                // Some programs leave it out where there is no body.
                payload == null ? EMPTY_BODY : payload,
                parts.get("Signature"));
    }

    private static SignatureClaim inQuery(S3Request request) {
        if (!ALGORITHM.equals(request.parameter("X-Amz-Algorithm"))) {
            throw queryError("X-Amz-Algorithm must be " + ALGORITHM + ".");
        }
        String asParameter = request.parameter("X-Amz-Content-Sha256");
        String payload = asParameter == null ? request.header(PAYLOAD_HEADER) : asParameter;
        return checked(
                Scope.of(request.parameter("X-Amz-Credential")),
                basicTime(request.parameter("X-Amz-Date")),
                validity(request.parameter("X-Amz-Expires")),
                request.parameter("X-Amz-SignedHeaders"),
                payload == null ? UNSIGNED : payload,
                request.parameter("X-Amz-Signature"));
    }

    private static SignatureClaim checked(
            Scope scope,
            Instant time,
            @Nullable Duration validity,
            @Nullable String signedHeaders,
            String payload,
            @Nullable String signature) {
        if (signedHeaders == null
                || signature == null
                || !SIGNATURE.matcher(signature).matches()) {
            throw malformed(
                    "Credential, SignedHeaders and Signature must be there, the latter as 64 hexadecimal digits.");
        }
        if (!PAYLOAD.matcher(payload).matches()) {
            throw S3Refusal.invalidArgument(
                    "x-amz-content-sha256 must be " + UNSIGNED + ", STREAMING-… or a SHA-256 in hexadecimal digits.");
        }
        if (!BASIC.format(time).startsWith(scope.date)) {
            throw malformed("The credential's day is not that of the request.");
        }
        List<String> headers = List.of(signedHeaders.toLowerCase(Locale.ROOT).split(";", MOST_HEADERS + 1));
        if (headers.size() > MOST_HEADERS) {
            throw malformed("More than %d headers are signed.".formatted(MOST_HEADERS));
        }
        return new SignatureClaim(scope, time, validity, headers, payload, signature);
    }

    private static Instant headerTime(S3Request request) {
        String time = request.header("x-amz-date");
        if (time != null) {
            return basicTime(time);
        }
        Instant date = request.time("date");
        if (date == null) {
            throw new S3Refusal(
                    403, "AccessDenied", "A signed request needs its time, in the header x-amz-date or Date.");
        }
        return date;
    }

    private static Instant basicTime(@Nullable String text) {
        try {
            if (text != null && TIME.matcher(text).matches()) {
                return Instant.from(BASIC.parse(text));
            }
        } catch (DateTimeException e) {
            // said below
        }
        throw malformed("The time must be as 20261127T060000Z.");
    }

    private static Duration validity(@Nullable String text) {
        try {
            long seconds = text == null ? 0 : Long.parseLong(text);
            if (seconds >= 1 && seconds <= MOST_SECONDS) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw queryError("X-Amz-Expires must be from 1 to %d seconds.".formatted(MOST_SECONDS));
    }

    private static S3Refusal malformed(String sentence) {
        return new S3Refusal(400, "AuthorizationHeaderMalformed", sentence);
    }

    private static S3Refusal queryError(String sentence) {
        return new S3Refusal(400, "AuthorizationQueryParametersError", sentence);
    }
}
