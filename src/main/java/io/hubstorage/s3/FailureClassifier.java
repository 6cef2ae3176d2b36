package io.hubstorage.s3;

import io.hubstorage.s3.S3Failure.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.xml.stream.XMLStreamException;
import software.amazon.awssdk.core.exception.AbortedException;

/** What the SDK throws as an {@link S3Failure}, in words that say what to do: two tables, of answers and of what went wrong before. */
final class FailureClassifier {
    /**
     * What something means; of several that fit, the first in its table.
     *
     * @param passes whether the same request may work later
     * @param sentence with {@code %s} for what the server, or the network, said
     */
    private record Meaning<T>(Kind kind, boolean passes, Predicate<T> fits, String sentence) {}

    private static final List<Meaning<Causes.Answer>> ANSWERS = List.of(
            passing(
                    Kind.THROTTLED,
                    code("SlowDown SlowDownRead SlowDownWrite Throttling ThrottlingException "
                                    + "ThrottledException RequestThrottled RequestLimitExceeded "
                                    + "BandwidthLimitExceeded TooManyRequests TooManyRequestsException "
                                    + "ServiceUnavailable")
                            .or(status(429, 503))
                            .or(answer -> answer.cause().isThrottlingException()),
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
                    code("RequestTimeout InternalError InternalServerError OperationAborted IncompleteBody "
                                    + "ServerNotInitialized")
                            .or(status(408))
                            .or(answer -> answer.status() >= 500 && answer.status() != 501),
                    "an error inside the server%s; it is tried again"),
            passing(
                    Kind.CORRUPT,
                    // What is sent as XML is well-formed.
                    code("BadDigest XAmzContentChecksumMismatch XAmzContentSHA256Mismatch MalformedXML"),
                    "other bytes than those that were sent have come to the server%s; it is tried again"),
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
                    code("ConditionalRequestConflict"),
                    "somebody else writes to the object at the same time%s"),
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
        Causes.Answer answer = causes.answer();
        return answer == null
                ? failure(FAULTS, causes, causes.reason(), what, failure, Duration.ZERO)
                : failure(ANSWERS, answer, answer.said(), what, answer.cause(), answer.retryAfter());
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
    private static Predicate<Causes.Answer> code(String codes) {
        Set<String> all = Set.of(codes.split(" "));
        return answer -> all.contains(answer.code());
    }

    private static Predicate<Causes.Answer> status(int... statuses) {
        return answer -> IntStream.of(statuses).anyMatch(status -> status == answer.status());
    }

    private static Predicate<Causes.Answer> words(String... texts) {
        return answer -> Stream.of(texts)
                .anyMatch(text -> answer.message().toLowerCase(Locale.ROOT).contains(text));
    }

    /** The code in the server's answer; empty where there was none. */
    static String code(S3Failure failure) {
        Causes.Answer answer = Causes.of(failure).answer();
        return answer == null ? "" : answer.code();
    }

    /** The cause of a failure in a few words, for those who know already what was tried. */
    static String inShort(S3Failure failure) {
        // Not its own message, which may name a key.
        Causes causes = Causes.of(failure.getCause() == null ? failure : failure.getCause());
        Causes.Answer answer = causes.answer();
        if (answer != null) {
            return answer.inShort();
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
}
