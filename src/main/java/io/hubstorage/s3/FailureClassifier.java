package io.hubstorage.s3;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.retry.RetryUtils;

/** What the SDK throws, sorted into {@link S3Failure} and put into words. */
final class FailureSorter {
    /** Kind of an answer whose XML is broken. */
    static final String UNREADABLE = "unreadable";

    private static final Set<String> NO_WAY =
            Set.of(S3Failure.UNREACHABLE, S3Failure.TIMEOUT, S3Failure.CONNECTION, "tls", "closed");

    private static final Set<String> AUTH = Set.of(
            "AuthFailure",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSecurity",
            "InvalidToken",
            "MissingAuthenticationToken",
            "NotSignedUp",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "TokenRefreshRequired",
            "UnrecognizedClientException");
    private static final Set<String> CLOCK = Set.of("RequestTimeTooSkewed", "RequestInTheFuture");
    private static final Set<String> THROTTLED = Set.of(
            "SlowDown",
            "SlowDownRead",
            "SlowDownWrite",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestLimitExceeded",
            "BandwidthLimitExceeded",
            "TooManyRequests",
            "TooManyRequestsException",
            "ServiceUnavailable");
    private static final Set<String> RETRIABLE = Set.of(
            "RequestTimeout",
            "InternalError",
            "InternalServerError",
            "OperationAborted",
            "ConditionalRequestConflict",
            "IncompleteBody",
            "ServerNotInitialized");
    private static final Set<String> REGION = Set.of(
            "PermanentRedirect",
            "TemporaryRedirect",
            "Redirect",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException");
    /** What could carry a signature or a key id into a log: query parameters and authorization headers. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:x-amz-[a-z-]+|signature|credential|awsaccesskeyid|authorization)\\s*[=:]\\s*)[^\\s&,;]+");

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

    private static final int LONGEST = 300;

    private FailureSorter() {}

    static S3Failure sort(Throwable failure, String what) {
        S3Failure ours = find(failure, S3Failure.class);
        if (ours != null) {
            return ours;
        }
        CredentialSource.Missing missing = find(failure, CredentialSource.Missing.class);
        if (missing != null) {
            return new S3Failure.Auth(what + " failed: " + missing.getMessage(), missing);
        }
        SdkServiceException service = find(failure, SdkServiceException.class);
        return service != null ? sortAnswer(service, what) : sortClient(failure, what);
    }

    /** Whether nothing that speaks HTTP was reached. */
    static boolean isUnreachable(S3Failure failure) {
        return NO_WAY.contains(failure.kind());
    }

    private static S3Failure sortAnswer(SdkServiceException answer, String what) {
        AwsErrorDetails details = answer instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
        String code = details == null || details.errorCode() == null ? "" : details.errorCode();
        String said = said(answer.statusCode(), code, details == null ? null : details.errorMessage());
        int status = answer.statusCode();
        if (THROTTLED.contains(code) || status == 503 || status == 429 || answer.isThrottlingException()) {
            return new S3Failure.Throttled(
                    what + " failed: the server asks for fewer requests" + said + "; it is tried again later.",
                    details == null ? Duration.ZERO : retryAfter(details),
                    answer);
        }
        if (CLOCK.contains(code)) {
            return new S3Failure.Auth(
                    what + " failed: this machine's clock and the server's differ too much" + said + "; set the clock.",
                    answer);
        }
        if (AUTH.contains(code) || status == 401) {
            return new S3Failure.Auth(
                    what + " failed: the server does not accept the credentials" + said
                            + "; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile.",
                    answer);
        }
        if (RETRIABLE.contains(code) || (status >= 500 && status != 501) || status == 408) {
            boolean gateway = code.isEmpty() && (status == 502 || status == 504);
            return new S3Failure.Retriable(
                    gateway ? S3Failure.GATEWAY : "server-error",
                    what + " failed: an error inside the server" + said + "; it is tried again.",
                    answer);
        }
        S3Failure key = CustomerKeyRefusal.sort(answer, details, said, what);
        return key != null ? key : sortRefusal(answer, status, code, said, what);
    }

    /** In seconds, or as a date, which is not worth believing a server's clock. */
    private static Duration retryAfter(AwsErrorDetails details) {
        return details.sdkHttpResponse() == null
                ? Duration.ZERO
                : details.sdkHttpResponse()
                        .firstMatchingHeader("Retry-After")
                        .filter(text -> SECONDS.matcher(text).matches())
                        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                        .orElse(Duration.ZERO);
    }

    private static S3Failure sortRefusal(
            SdkServiceException answer, int status, String code, String said, String what) {
        if (status == 412 || code.equals("PreconditionFailed")) {
            return new S3Failure.Changed(what + " failed: the object has changed since it was listed.", answer);
        }
        if (status == 416 || code.equals("InvalidRange")) {
            return new S3Failure.Changed(what + " failed: the object is shorter than when it was listed.", answer);
        }
        if (code.equals("NoSuchKey") || code.equals("NoSuchVersion")) {
            return permanent(S3Failure.NOT_FOUND, what + " failed: the object does not exist" + said + ".", answer);
        }
        if (code.equals("NoSuchBucket")) {
            return permanent(
                    S3Failure.NO_SUCH_BUCKET,
                    what + " failed: the bucket does not exist" + said + "; check its name and the endpoint.",
                    answer);
        }
        if (code.equals("InvalidObjectState")) {
            return new S3Failure.Archived(
                    what + " failed: the object lies in an archive storage class; restore it in S3 to back it up.",
                    answer);
        }
        if (REGION.contains(code) || status == 301 || status == 307) {
            return permanent(
                    "region",
                    what + " failed: the bucket is in another region" + said
                            + "; set AWS_DEFAULT_REGION (and AWS_ENDPOINT_URL, where there is one) to match.",
                    answer);
        }
        if (status == 403) {
            return permanent(
                    "access-denied",
                    what + " failed: access is denied" + said
                            + "; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects"
                            + " (and request_payer in config.json where the requester pays).",
                    answer);
        }
        return switch (status) {
            case 404 ->
                permanent(S3Failure.NOT_FOUND, what + " failed: not found" + said + "; check the endpoint.", answer);
            case 501 -> permanent("not-implemented", what + " failed: this server cannot do that" + said + ".", answer);
            default -> permanent("refused", what + " failed: the server refused it" + said + ".", answer);
        };
    }

    private static S3Failure sortClient(Throwable failure, String what) {
        String reason = reason(failure);
        if (find(failure, UnknownHostException.class) != null
                || find(failure, UnresolvedAddressException.class) != null) {
            return unreachable(what, "its name is unknown", reason, failure);
        }
        if (find(failure, ConnectException.class) != null || find(failure, NoRouteToHostException.class) != null) {
            return unreachable(what, "it does not answer", reason, failure);
        }
        if (find(failure, SSLHandshakeException.class) != null) {
            return untrusted(what, reason, failure);
        }
        if (find(failure, XMLStreamException.class) != null) {
            return new S3Failure.Retriable(
                    UNREADABLE,
                    what + " failed: the answer is not readable XML (" + reason
                            + "); if that stays so, the server cannot send some key properly, or is no S3 server.",
                    failure);
        }
        if (chainSays(failure, "when getting a connection")) {
            return unreachable(what, "no connection to it came about", reason, failure);
        }
        if (isTimeout(failure)) {
            return new S3Failure.Retriable(
                    S3Failure.TIMEOUT,
                    what + " failed: the server did not answer in time; it is tried again.",
                    failure);
        }
        if (find(failure, IOException.class) != null || find(failure, SSLException.class) != null) {
            return new S3Failure.Retriable(
                    S3Failure.CONNECTION,
                    what + " failed: the connection broke (" + reason + "); it is tried again.",
                    failure);
        }
        SdkException sdk = find(failure, SdkException.class);
        if (sdk != null && (sdk.retryable() || RetryUtils.isRetryableException(sdk))) {
            return new S3Failure.Retriable("client", what + " failed: " + reason + "; it is tried again.", failure);
        }
        return permanent("client", what + " failed: " + reason + ".", failure);
    }

    private static boolean isTimeout(Throwable failure) {
        return find(failure, TimeoutException.class) != null
                || find(failure, ApiCallTimeoutException.class) != null
                || find(failure, ApiCallAttemptTimeoutException.class) != null
                || find(failure, io.netty.handler.timeout.TimeoutException.class) != null
                || chainSays(failure, "timed out")
                || chainSays(failure, "read timeout");
    }

    private static S3Failure unreachable(String what, String why, String reason, Throwable cause) {
        return new S3Failure.Retriable(
                S3Failure.UNREACHABLE,
                what + " failed: the endpoint cannot be reached, " + why + " (" + reason
                        + "); check AWS_ENDPOINT_URL and the network.",
                cause);
    }

    private static S3Failure untrusted(String what, String reason, Throwable cause) {
        // A handshake that the network cut says nothing about certificates.
        if (!chainSays(cause, "certif") && !chainSays(cause, "pkix") && !chainSays(cause, "trust")) {
            return new S3Failure.Retriable(
                    "tls", what + " failed: no TLS connection came about (" + reason + "); it is tried again.", cause);
        }
        return permanent(
                "tls",
                what + " failed: the server's certificate is not trusted (" + reason
                        + "); if a private authority signed it, name that authority's PEM or PKCS#12 file in"
                        + " AWS_CA_BUNDLE.",
                cause);
    }

    private static S3Failure permanent(String kind, String message, @Nullable Throwable cause) {
        return new S3Failure.Permanent(kind, message, cause);
    }

    /** The server's own words, in brackets. */
    private static String said(int status, String code, @Nullable String message) {
        StringBuilder said = new StringBuilder(" (").append(status);
        if (!code.isEmpty()) {
            said.append(' ').append(clean(code));
        }
        if (message != null && !message.isBlank()) {
            said.append(": ").append(clean(message));
        }
        return said.append(')').toString();
    }

    /** The innermost message: the outer ones only say that a request failed. */
    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        String reason = "";
        for (int depth = 0; innermost != null && depth < 20; depth++) {
            String message = innermost.getMessage();
            if (message != null && !message.isBlank()) {
                reason = message;
            }
            innermost = innermost.getCause();
        }
        return reason.isEmpty() ? failure.getClass().getSimpleName() : clean(reason);
    }

    private static String clean(String text) {
        String line = SECRET.matcher(text)
                .replaceAll("$1***")
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        line = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    /** The cause of a failure in a few words, for those who know already what was tried. */
    static String inShort(S3Failure sorted) {
        // Not its own message, which may name a key.
        Throwable failure = sorted.getCause() == null ? sorted : sorted.getCause();
        SdkServiceException answer = find(failure, SdkServiceException.class);
        if (answer != null) {
            AwsErrorDetails details = answer instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
            String code = details == null || details.errorCode() == null ? "" : clean(details.errorCode());
            return code.isEmpty() ? "the server answers " + answer.statusCode() : answer.statusCode() + " " + code;
        }
        if (find(failure, UnknownHostException.class) != null
                || find(failure, UnresolvedAddressException.class) != null) {
            return "the host name is unknown";
        }
        if (chainSays(failure, "refused")) {
            return "connection refused";
        }
        if (isTimeout(failure) || chainSays(failure, "when getting a connection")) {
            return "timed out";
        }
        if (find(failure, NoRouteToHostException.class) != null || chainSays(failure, "unreachable")) {
            return "the network is unreachable";
        }
        return switch (sorted.kind()) {
            case S3Failure.UNREACHABLE -> "no connection";
            case "connection" -> "the connection breaks";
            case "tls" -> "no TLS connection";
            case UNREADABLE -> "its answers cannot be read";
            default -> "requests fail (" + sorted.kind() + ")";
        };
    }

    private static boolean chainSays(Throwable failure, String text) {
        Throwable current = failure;
        for (int depth = 0; current != null && depth < 20; depth++) {
            String message = current.getMessage();
            if (message != null && message.toLowerCase(Locale.ROOT).contains(text)) {
                return true;
            }
            current = current.getCause();
        }
        return false;
    }

    /** The first of a type in the chain of causes; the chain is cut in case it is a circle. */
    static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        Throwable current = failure;
        for (int depth = 0; current != null && depth < 20; depth++) {
            if (type.isInstance(current)) {
                return type.cast(current);
            }
            current = current.getCause();
        }
        return null;
    }
}
