package io.hubstorage.s3;

import io.hubstorage.s3.S3Failure.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.retry.RetryUtils;

/** What the SDK throws as an {@link S3Failure}, in words that say what to do: two tables, of answers and of what went wrong before. */
final class FailureClassifier {
    /**
     * What something means; of several that fit, the first in its table.
     *
     * @param passes whether the same request may work later
     * @param sentence with {@code %s} for what the server, or the network, said
     */
    private record Meaning<T>(Kind kind, boolean passes, Predicate<T> fits, String sentence) {}

    private static final List<Meaning<Answer>> ANSWERS = List.of(
            passing(
                    Kind.THROTTLED,
                    code("SlowDown SlowDownRead SlowDownWrite Throttling ThrottlingException "
                                    + "ThrottledException RequestThrottled RequestLimitExceeded "
                                    + "BandwidthLimitExceeded TooManyRequests TooManyRequestsException "
                                    + "ServiceUnavailable")
                            .or(status(429, 503))
                            .or(answer -> answer.cause.isThrottlingException()),
                    "the server asks for fewer requests%s; it is tried again later"),
            lasting(
                    Kind.AUTH,
                    code("RequestTimeTooSkewed RequestInTheFuture"),
                    "this machine's clock and the server's differ too much%s; set the clock"),
            lasting(
                    Kind.AUTH,
                    code("AuthFailure ExpiredToken ExpiredTokenException InvalidAccessKeyId "
                                    + "InvalidClientTokenId InvalidSecurity InvalidToken "
                                    + "MissingAuthenticationToken NotSignedUp RequestExpired SignatureDoesNotMatch "
                                    + "TokenRefreshRequired UnrecognizedClientException")
                            .or(status(401)),
                    "the server does not accept the credentials%s; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                            + " AWS_SESSION_TOKEN, or the profile"),
            passing(Kind.GATEWAY, code("").and(status(502, 504)), "an error inside the server%s; it is tried again"),
            passing(
                    Kind.SERVER_ERROR,
                    code("RequestTimeout InternalError InternalServerError OperationAborted "
                                    + "ConditionalRequestConflict IncompleteBody ServerNotInitialized")
                            .or(status(408))
                            .or(answer -> answer.status >= 500 && answer.status != 501),
                    "an error inside the server%s; it is tried again"),
            // S3 has no codes of its own for what concerns customers' keys, only words.
            lasting(
                    Kind.CUSTOMER_KEY_NOT_WANTED,
                    status(400).and(words("encryption parameters are not applicable")),
                    "the object is not encrypted with a key of the customer's%s"),
            lasting(
                    Kind.CUSTOMER_KEY,
                    status(400).and(words("form of server side encryption", "encryption with customer provided keys")),
                    "the object is encrypted with a key that S3 does not keep (SSE-C)%s; put that key into"
                            + " HUBSTORAGE_SSE_C_KEY, as base64 of its 32 bytes"),
            lasting(
                    Kind.CHANGED,
                    code("PreconditionFailed").or(status(412)),
                    "the object has changed since it was listed"),
            lasting(
                    Kind.CHANGED,
                    code("InvalidRange").or(status(416)),
                    "the object is shorter than when it was listed"),
            lasting(Kind.NOT_FOUND, code("NoSuchKey NoSuchVersion"), "the object does not exist%s"),
            lasting(
                    Kind.NO_SUCH_BUCKET,
                    code("NoSuchBucket"),
                    "the bucket does not exist%s; check its name and the endpoint"),
            lasting(
                    Kind.ARCHIVED,
                    code("InvalidObjectState"),
                    "the object lies in an archive storage class; restore it in S3 to back it up"),
            lasting(
                    Kind.REGION,
                    code("PermanentRedirect TemporaryRedirect Redirect AuthorizationHeaderMalformed "
                                    + "IllegalLocationConstraintException")
                            .or(status(301, 307)),
                    "the bucket is in another region%s; set AWS_DEFAULT_REGION (and AWS_ENDPOINT_URL, where there is"
                            + " one) to match"),
            lasting(
                    Kind.ACCESS_DENIED,
                    status(403),
                    "access is denied%s; the credentials need s3:ListBucket on the bucket and s3:GetObject on its"
                            + " objects (and request_payer in config.json where the requester pays)"),
            lasting(Kind.NOT_FOUND, status(404), "not found%s; check the endpoint"),
            lasting(Kind.NOT_IMPLEMENTED, status(501), "this server cannot do that%s"),
            lasting(Kind.REFUSED, _ -> true, "the server refused it%s"));

    private static final List<Meaning<Causes>> FAULTS = List.of(
            unreachable(Causes::nameUnknown, "its name is unknown"),
            unreachable(
                    causes -> causes.hold(ConnectException.class, NoRouteToHostException.class), "it does not answer"),
            lasting(
                    Kind.TLS,
                    // A handshake that the network cut says nothing about certificates.
                    causes -> causes.hold(SSLHandshakeException.class) && causes.say("certif", "pkix", "trust"),
                    "the server's certificate is not trusted (%s); if a private authority signed it, name that"
                            + " authority's PEM or PKCS#12 file in AWS_CA_BUNDLE"),
            passing(
                    Kind.TLS,
                    causes -> causes.hold(SSLHandshakeException.class),
                    "no TLS connection came about (%s); it is tried again"),
            passing(
                    Kind.UNREADABLE,
                    causes -> causes.hold(XMLStreamException.class),
                    "the answer is not readable XML (%s); if that stays so, the server cannot send some key properly,"
                            + " or is no S3 server"),
            unreachable(Causes::noConnection, "no connection to it came about"),
            passing(Kind.TIMEOUT, Causes::timeout, "the server did not answer in time; it is tried again"),
            passing(
                    Kind.CONNECTION,
                    causes -> causes.hold(IOException.class, SSLException.class),
                    "the connection broke (%s); it is tried again"),
            passing(Kind.CLIENT, Causes::sdkWouldRetry, "%s; it is tried again"),
            lasting(Kind.CLIENT, _ -> true, "%s"));

    private static final Set<Kind> NOTHING_REACHED =
            EnumSet.of(Kind.UNREACHABLE, Kind.TIMEOUT, Kind.CONNECTION, Kind.TLS, Kind.CLOSED);

    /** What could carry a signature or a key id into a log: query parameters and authorization headers. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:x-amz-[a-z-]+|signature|credential|awsaccesskeyid|authorization)\\s*[=:]\\s*)[^\\s&,;]+");

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
    private static final int LONGEST = 300;

    private FailureClassifier() {}

    static S3Failure classify(Throwable failure, String what) {
        Causes causes = Causes.of(failure);
        S3Failure ours = causes.find(S3Failure.class);
        if (ours != null) {
            return ours;
        }
        CredentialSource.Missing missing = causes.find(CredentialSource.Missing.class);
        if (missing != null) {
            return new S3Failure.Auth(what + " failed: " + missing.getMessage(), missing);
        }
        SdkServiceException refusal = causes.find(SdkServiceException.class);
        if (refusal == null) {
            return failure(FAULTS, causes, causes.reason(), what, failure, Duration.ZERO);
        }
        Answer answer = Answer.of(refusal);
        return failure(ANSWERS, answer, answer.said(), what, refusal, answer.retryAfter());
    }

    /** The same, but what an interrupt of this thread caused inside the SDK is an interrupt again. */
    static S3Failure classifyOrInterrupt(Throwable failure, String what) throws InterruptedException {
        Causes causes = Causes.of(failure);
        if (causes.hold(AbortedException.class, InterruptedException.class) && Thread.interrupted()) {
            throw new InterruptedException("interrupted: " + what);
        }
        return classify(failure, what);
    }

    /** Whether nothing that speaks HTTP was reached. */
    static boolean reachedNothing(S3Failure failure) {
        return NOTHING_REACHED.contains(failure.kind());
    }

    private static <T> S3Failure failure(
            List<Meaning<T>> table, T matter, String said, String what, Throwable cause, Duration retryAfter) {
        Meaning<T> meaning = table.stream()
                .filter(each -> each.fits.test(matter))
                .findFirst()
                .orElseThrow();
        String message = what + " failed: " + meaning.sentence.formatted(said) + ".";
        return switch (meaning.kind) {
            case THROTTLED -> new S3Failure.Throttled(message, retryAfter, cause);
            case AUTH -> new S3Failure.Auth(message, cause);
            case ARCHIVED -> new S3Failure.Archived(message, cause);
            case CHANGED -> new S3Failure.Changed(message, cause);
            default ->
                meaning.passes
                        ? new S3Failure.Retriable(meaning.kind, message, cause)
                        : new S3Failure.Permanent(meaning.kind, message, cause);
        };
    }

    private static <T> Meaning<T> passing(Kind kind, Predicate<T> fits, String sentence) {
        return new Meaning<>(kind, true, fits, sentence);
    }

    private static <T> Meaning<T> lasting(Kind kind, Predicate<T> fits, String sentence) {
        return new Meaning<>(kind, false, fits, sentence);
    }

    private static Meaning<Causes> unreachable(Predicate<Causes> fits, String why) {
        return passing(
                Kind.UNREACHABLE,
                fits,
                "the endpoint cannot be reached, " + why + " (%s); check AWS_ENDPOINT_URL and the network");
    }

    /** @param codes with blanks between them; an empty one is that of an answer without a code */
    private static Predicate<Answer> code(String codes) {
        Set<String> all = Set.of(codes.split(" "));
        return answer -> all.contains(answer.code);
    }

    private static Predicate<Answer> status(int... statuses) {
        return answer -> IntStream.of(statuses).anyMatch(status -> status == answer.status);
    }

    private static Predicate<Answer> words(String... texts) {
        return answer -> Stream.of(texts)
                .anyMatch(text -> answer.message.toLowerCase(Locale.ROOT).contains(text));
    }

    /** The cause of a failure in a few words, for those who know already what was tried. */
    static String inShort(S3Failure failure) {
        // Not its own message, which may name a key.
        Causes causes = Causes.of(failure.getCause() == null ? failure : failure.getCause());
        SdkServiceException refusal = causes.find(SdkServiceException.class);
        if (refusal != null) {
            String code = clean(Answer.of(refusal).code);
            return code.isEmpty() ? "the server answers " + refusal.statusCode() : refusal.statusCode() + " " + code;
        }
        if (causes.nameUnknown()) {
            return "the host name is unknown";
        }
        if (causes.say("refused")) {
            return "connection refused";
        }
        if (causes.timeout() || causes.noConnection()) {
            return "timed out";
        }
        if (causes.hold(NoRouteToHostException.class) || causes.say("unreachable")) {
            return "the network is unreachable";
        }
        return switch (failure.kind()) {
            case UNREACHABLE -> "no connection";
            case CONNECTION -> "the connection breaks";
            case TLS -> "no TLS connection";
            case UNREADABLE -> "its answers cannot be read";
            default -> "requests fail (" + failure.kind().word() + ")";
        };
    }

    private static String clean(String text) {
        String line = SECRET.matcher(text)
                .replaceAll("$1***")
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        line = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    /** A refusal; what it does not say is empty. */
    private record Answer(
            int status,
            String code,
            String message,
            @Nullable AwsErrorDetails details,
            SdkServiceException cause) {
        static Answer of(SdkServiceException refusal) {
            AwsErrorDetails details = refusal instanceof AwsServiceException aws ? aws.awsErrorDetails() : null;
            String code = details == null ? null : details.errorCode();
            String message = details == null ? null : details.errorMessage();
            return new Answer(
                    refusal.statusCode(),
                    Objects.requireNonNullElse(code, ""),
                    Objects.requireNonNullElse(message, ""),
                    details,
                    refusal);
        }

        /** The server's own words, in brackets. */
        String said() {
            return " (" + status
                    + (code.isEmpty() ? "" : " " + clean(code))
                    + (message.isBlank() ? "" : ": " + clean(message))
                    + ")";
        }

        /** In seconds, or as a date, which is not worth believing a server's clock. */
        Duration retryAfter() {
            return details == null || details.sdkHttpResponse() == null
                    ? Duration.ZERO
                    : details.sdkHttpResponse()
                            .firstMatchingHeader("Retry-After")
                            .filter(text -> SECONDS.matcher(text).matches())
                            .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                            .orElse(Duration.ZERO);
        }
    }

    /** A failure and what is behind it, cut in case that is a circle. */
    private record Causes(List<Throwable> chain) {
        static Causes of(Throwable failure) {
            return new Causes(Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                    .limit(20)
                    .toList());
        }

        <T extends Throwable> @Nullable T find(Class<T> type) {
            return chain.stream()
                    .filter(type::isInstance)
                    .map(type::cast)
                    .findFirst()
                    .orElse(null);
        }

        @SafeVarargs
        final boolean hold(Class<? extends Throwable>... types) {
            for (Class<? extends Throwable> type : types) {
                if (find(type) != null) {
                    return true;
                }
            }
            return false;
        }

        boolean say(String... texts) {
            return chain.stream()
                    .map(Throwable::getMessage)
                    .filter(Objects::nonNull)
                    .map(message -> message.toLowerCase(Locale.ROOT))
                    .anyMatch(message -> Stream.of(texts).anyMatch(message::contains));
        }

        boolean nameUnknown() {
            return hold(UnknownHostException.class, UnresolvedAddressException.class);
        }

        boolean noConnection() {
            return say("when getting a connection");
        }

        boolean timeout() {
            return hold(
                            TimeoutException.class,
                            ApiCallTimeoutException.class,
                            ApiCallAttemptTimeoutException.class,
                            io.netty.handler.timeout.TimeoutException.class)
                    || say("timed out", "read timeout");
        }

        boolean sdkWouldRetry() {
            SdkException sdk = find(SdkException.class);
            return sdk != null && (sdk.retryable() || RetryUtils.isRetryableException(sdk));
        }

        /** The innermost message: the outer ones only say that a request failed. */
        String reason() {
            return chain.stream()
                    .map(Throwable::getMessage)
                    .filter(message -> message != null && !message.isBlank())
                    .reduce((_, inner) -> inner)
                    .map(FailureClassifier::clean)
                    .orElseGet(() -> chain.getFirst().getClass().getSimpleName());
        }
    }
}
