package io.hubstorage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

final class EmbeddedS3Test {
    @Test
    void anObjectIsThereFromPutToDelete() {
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            roundTrip(s3);
        }
    }

    @Test
    void itServesTlsWithACertificateOfItsOwnAuthority() {
        try (EmbeddedS3 s3 = EmbeddedS3.startTls()) {
            assertThat(s3.endpoint()).hasScheme("https");
            roundTrip(s3);
        }
    }

    @Test
    void aClientThatDoesNotTrustTheAuthorityIsTurnedAway() {
        try (EmbeddedS3 s3 = EmbeddedS3.startTls();
                S3AsyncClient stranger =
                        TestClients.s3(TestClients.settings(s3.endpoint(), s3.accessKey(), s3.secretKey()))) {
            assertThatThrownBy(() -> stranger.listBuckets().join()).hasCauseInstanceOf(SdkClientException.class);
        }
    }

    @Test
    void theThrottleHoldsDownloadsBack() {
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            s3.createBucket("things");
            s3.put("things", "large", new byte[400_000]);
            s3.throttle(1_000_000);
            long began = System.nanoTime();
            assertThat(s3.get("things", "large")).hasSize(400_000);
            assertThat(System.nanoTime() - began).isGreaterThan(300_000_000L);
        }
    }

    private static void roundTrip(EmbeddedS3 s3) {
        byte[] body = "Grüße".getBytes(StandardCharsets.UTF_8);
        s3.createBucket("things");
        s3.put("things", "a folder/ünï 100%.txt", body);
        assertThat(s3.get("things", "a folder/ünï 100%.txt")).isEqualTo(body);
        assertThat(s3.client()
                        .listObjectsV2(request -> request.bucket("things"))
                        .join()
                        .contents())
                .extracting(S3Object::key)
                .containsExactly("a folder/ünï 100%.txt");
        s3.delete("things", "a folder/ünï 100%.txt");
        assertThatThrownBy(() -> s3.get("things", "a folder/ünï 100%.txt"))
                .hasCauseInstanceOf(NoSuchKeyException.class);
    }
}
