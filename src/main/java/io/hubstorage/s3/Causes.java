package io.hubstorage.s3;

import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.retry.RetryUtils;

/** A failure and what is behind it, cut in case that is a circle: what the network or the server said, without secrets. */
record Causes(List<Throwable> chain) {
    /** What could carry a signature or a key id into a log: query parameters and authorization headers. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)((?:x-amz-[a-z-]+|signature|credential|awsaccesskeyid|authorization)\\s*[=:]\\s*)[^\\s&,;]+");

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
    private static final int LONGEST = 300;

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

    /** What the server answered; null where it did not. */
    @Nullable
    Answer answer() {
        SdkServiceException refusal = find(SdkServiceException.class);
        return refusal == null ? null : Answer.of(refusal);
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
                .map(Causes::clean)
                .orElseGet(() -> chain.getFirst().getClass().getSimpleName());
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
    record Answer(
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

        String inShort() {
            return code.isEmpty() ? "the server answers " + status : status + " " + clean(code);
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
}
