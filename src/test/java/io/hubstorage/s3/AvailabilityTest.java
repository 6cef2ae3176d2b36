package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class AvailabilityTest {
    private long second;
    private final Availability availability = new Availability(Duration.ofSeconds(6), () -> second * 1_000_000_000);

    private Availability at(long now) {
        second = now;
        return availability;
    }

    private void fails(S3Failure failure, long now) {
        at(now).failed(failure, now * 1_000_000_000);
    }

    private static S3Failure failure(Throwable cause) {
        return S3Failure.of(cause, "Reading \"refused.txt\"");
    }

    private static S3Failure answer(int status, String code) {
        return failure(S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .build());
    }

    private TransferMessage.Trouble trouble(long now) {
        return Objects.requireNonNull(at(now).service().trouble());
    }

    private void isFine(long now) {
        assertThat(at(now).service().trouble()).isNull();
    }

    @Test
    void troubleBeginsWithTheFirstFailureAndEndsWithTheNextAnswer() {
        at(10).began();
        fails(failure(new ConnectException("Connection refused: nas/10.0.0.2:9000")), 10);
        availability.ended();
        fails(failure(new ConnectException("Connection refused: nas/10.0.0.2:9000")), 15);

        assertThat(trouble(20).lastingMillis()).isEqualTo(10_000);
        assertThat(trouble(20).cause()).isEqualTo("connection refused");
        assertThat(trouble(20).detail()).contains("check AWS_ENDPOINT_URL");

        at(21).answered();
        isFine(22);
        assertThat(at(22).service().answeredMillisAgo()).isEqualTo(1_000);
    }

    @Test
    void aServerThatSaysNothingIsInTroubleWhileItIsAskedSomething() {
        at(1).answered();
        isFine(100);
        at(100).began();
        isFine(105);

        assertThat(trouble(107).cause()).isEqualTo("no answer");
        assertThat(trouble(107).lastingMillis())
                .as("not since the last answer: nobody asked then")
                .isEqualTo(7_000);

        fails(failure(new TimeoutException()), 130);
        availability.ended();
        assertThat(trouble(131).cause()).isEqualTo("timed out");
        assertThat(trouble(131).lastingMillis()).isEqualTo(31_000);
    }

    @Test
    void bytesOfABodyAreAnAnswer() {
        at(100).began();
        at(104).answered();
        isFine(109);
        assertThat(trouble(110).lastingMillis()).isEqualTo(6_000);
    }

    @Test
    void aRefusalOfOneThingIsAnAnswer() {
        for (S3Failure failure : new S3Failure[] {
            answer(404, "NoSuchKey"),
            answer(403, "AccessDenied"),
            answer(412, "PreconditionFailed"),
            S3Failure.corrupt("not the right bytes")
        }) {
            fails(failure, 10);
            isFine(11);
        }
    }

    @Test
    void theCauseIsInPlainWords() {
        assertThat(answer(503, "SlowDown").inShort()).isEqualTo("503 SlowDown");
        assertThat(answer(500, "InternalError").inShort()).isEqualTo("500 InternalError");
        assertThat(answer(502, "").inShort()).isEqualTo("the server answers 502");
        assertThat(failure(new TimeoutException()).inShort())
                .as("and does not mind the names of keys")
                .isEqualTo("timed out");
        assertThat(failure(new ConnectException("connection timed out after 10000 ms: /10.255.255.1:9000"))
                        .inShort())
                .isEqualTo("timed out");
        assertThat(failure(new UnknownHostException("s3.invalid")).inShort()).isEqualTo("the host name is unknown");
        assertThat(failure(SdkClientException.create("broken", new IOException("Connection reset")))
                        .inShort())
                .isEqualTo("the connection breaks");
    }
}
