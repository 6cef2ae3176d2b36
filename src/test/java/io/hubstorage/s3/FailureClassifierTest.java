package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class FailureClassifierTest {
    @ParameterizedTest
    @CsvSource({
        "503, SlowDown, Throttled, throttled",
        "503, '', Throttled, throttled",
        "503, ServiceUnavailable, Throttled, throttled",
        "429, TooManyRequests, Throttled, throttled",
        "400, Throttling, Throttled, throttled",
        "500, InternalError, Retriable, server-error",
        "502, '', Retriable, gateway",
        "504, '', Retriable, gateway",
        "400, RequestTimeout, Retriable, server-error",
        "403, InvalidAccessKeyId, Auth, auth",
        "403, SignatureDoesNotMatch, Auth, auth",
        "400, ExpiredToken, Auth, auth",
        "400, TokenRefreshRequired, Auth, auth",
        "401, AuthFailure, Auth, auth",
        "401, '', Auth, auth",
        "403, RequestTimeTooSkewed, Auth, auth",
        "403, AccessDenied, Permanent, access-denied",
        "403, '', Permanent, access-denied",
        "403, InvalidObjectState, Archived, archived",
        "404, NoSuchKey, Permanent, not-found",
        "404, NoSuchBucket, Permanent, no-such-bucket",
        "404, '', Permanent, not-found",
        "400, BadDigest, Retriable, corrupt",
        "409, ConditionalRequestConflict, Changed, changed",
        "412, PreconditionFailed, Changed, changed",
        "416, InvalidRange, Changed, changed",
        "301, PermanentRedirect, Permanent, region",
        "400, AuthorizationHeaderMalformed, Permanent, region",
        "501, NotImplemented, Permanent, not-implemented",
        "400, InvalidArgument, Permanent, refused"
    })
    void anAnswerIsClassifiedByStatusAndCode(int status, String code, String type, String kind) {
        S3Failure failure = S3Failure.of(answer(status, code, "because"), "Reading \"a\"");
        assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
        assertThat(failure.kind().word()).isEqualTo(kind);
        assertThat(failure)
                .hasMessageStartingWith("Reading \"a\" failed: ")
                .message()
                .endsWith(".");
        assertThat(FailureClassifier.reachedNothing(failure)).isFalse();
    }

    @Test
    void aMissingBucketIsSaidPlainly() {
        assertThat(S3Failure.of(answer(404, "NoSuchBucket", "gone"), "Listing bucket \"b\""))
                .hasMessageContaining("the bucket does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "customer-key, The object was stored using a form of Server Side Encryption.",
        "customer-key, Requests specifying Server Side Encryption with Customer provided keys must provide a key.",
        "customer-key-not-wanted, The encryption parameters are not applicable to this object.",
        "refused, The continuation token is wrong."
    })
    void aRefusalForTheSakeOfACustomersKeyIsKnownByItsWords(String kind, String message) {
        S3Failure failure = S3Failure.of(answer(400, "InvalidRequest", message), "x");

        assertThat(failure).isInstanceOf(S3Failure.Permanent.class);
        assertThat(failure.kind().word()).isEqualTo(kind);
    }

    @Test
    void whatIsAroundTheFailureDoesNotMatter() {
        Throwable wrapped = new ExecutionException(new CompletionException(answer(412, "PreconditionFailed", "")));
        assertThat(S3Failure.of(wrapped, "x")).isInstanceOf(S3Failure.Changed.class);
    }

    @Test
    void aFailureAlreadyClassifiedStaysWhatItIs() {
        S3Failure ours = new S3Failure.Vanished("gone", null);
        assertThat(S3Failure.of(new CompletionException(client(ours)), "x")).isSameAs(ours);
    }

    @Test
    void anEndpointThatIsNotThereIsRetriableAndNamed() {
        assertThat(S3Failure.of(client(new UnknownHostException("minio.example")), "x"))
                .isInstanceOf(S3Failure.Retriable.class)
                .hasMessageContaining("the endpoint cannot be reached")
                .hasMessageContaining("minio.example");
        assertThat(S3Failure.of(client(new ConnectException("Connection refused: /127.0.0.1:1")), "x"))
                .isInstanceOf(S3Failure.Retriable.class)
                .hasMessageContaining("the endpoint cannot be reached");
    }

    @Test
    void aConnectionThatNeverComesAboutIsAnUnreachableEndpoint() {
        assertThat(S3Failure.of(
                        client(new TimeoutException(
                                "The timeout of 15000 ms has been exceeded when getting a connection to 10.0.0.9:443")),
                        "x"))
                .isInstanceOf(S3Failure.Retriable.class)
                .hasMessageContaining("the endpoint cannot be reached, no connection to it came about");
    }

    @Test
    void brokenConnectionsAndTimeoutsAreRetriable() {
        for (Throwable cause : new Throwable[] {
            new IOException("Connection reset by peer"),
            ReadTimeoutException.INSTANCE,
            new TimeoutException("slow"),
            ApiCallTimeoutException.create(1000)
        }) {
            assertThat(S3Failure.of(client(cause), "x")).isInstanceOf(S3Failure.Retriable.class);
        }
    }

    @Test
    void anUntrustedCertificateNamesTheSettingThatHelps() {
        assertThat(S3Failure.of(
                        client(new SSLHandshakeException(
                                "PKIX path building failed: unable to find valid certification")),
                        "x"))
                .isInstanceOf(S3Failure.Permanent.class)
                .hasMessageContaining("AWS_CA_BUNDLE");
    }

    @Test
    void aHandshakeThatTheNetworkCutIsRetriable() {
        assertThat(S3Failure.of(client(new SSLHandshakeException("Remote host terminated the handshake")), "x"))
                .isInstanceOf(S3Failure.Retriable.class);
    }

    @Test
    void missingCredentialsAreAnAuthFailure() {
        assertThat(S3Failure.of(client(new CredentialSource.Missing("no credentials were found", null)), "x"))
                .isInstanceOf(S3Failure.Auth.class);
    }

    @Test
    void signaturesAndKeysDoNotReachTheMessage() {
        String said =
                "GET https://h/k?X-Amz-Signature=0123abcd&X-Amz-Credential=AKIASECRET%2F&list-type=2 failed\nbadly";
        S3Failure failure = S3Failure.of(answer(400, "InvalidRequest", said), "x");
        assertThat(failure).message().doesNotContain("0123abcd").doesNotContain("AKIASECRET");
        assertThat(failure).hasMessageContaining("list-type=2 failed badly");
        assertThat(S3Failure.of(client(new IOException("Authorization: AWS4-HMAC-SHA256-xyz")), "x"))
                .message()
                .doesNotContain("xyz");
    }

    @Test
    void aCircleOfCausesEnds() {
        Exception one = new Exception("one");
        Exception other = new Exception("other", one);
        one.initCause(other);
        assertThat(S3Failure.of(one, "x")).isInstanceOf(S3Failure.Permanent.class);
    }

    private static S3Exception answer(int status, String code, String message) {
        AwsErrorDetails.Builder details = AwsErrorDetails.builder().errorMessage(message);
        if (!code.isEmpty()) {
            details.errorCode(code);
        }
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(details.build())
                .message("raw")
                .build();
    }

    private static SdkClientException client(Throwable cause) {
        return SdkClientException.create("Unable to execute HTTP request", cause);
    }
}
