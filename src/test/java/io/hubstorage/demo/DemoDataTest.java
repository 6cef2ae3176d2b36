package io.hubstorage.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.EmbeddedS3;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.S3Object;

final class DemoDataTest {
    @Test
    void theBucketsHoldWhatWasPutAndKeepDoingSoWhileTheyChange() {
        try (EmbeddedS3 s3 = EmbeddedS3.start()) {
            DemoData data = new DemoData(s3, 7);
            data.fill();
            var first = etags(s3, DemoData.DOCUMENTS);
            assertThat(first).hasSize(400);
            for (String bucket : DemoData.BUCKETS) {
                assertThat(etags(s3, bucket).keySet())
                        .as(bucket)
                        .containsExactlyInAnyOrderElementsOf(data.keys(bucket));
            }
            for (int i = 0; i < 5; i++) {
                assertThat(data.change()).contains("changed");
            }
            assertThat(etags(s3, DemoData.DOCUMENTS)).isNotEqualTo(first);
            for (String bucket : DemoData.BUCKETS) {
                assertThat(etags(s3, bucket).keySet())
                        .as(bucket)
                        .containsExactlyInAnyOrderElementsOf(data.keys(bucket));
            }
        }
    }

    @Test
    void oneSeedMakesTheSameBucketsEveryTime() {
        try (EmbeddedS3 one = EmbeddedS3.start();
                EmbeddedS3 other = EmbeddedS3.start()) {
            for (EmbeddedS3 s3 : List.of(one, other)) {
                DemoData data = new DemoData(s3, 7);
                data.fill();
                data.change();
            }
            for (String bucket : DemoData.BUCKETS) {
                assertThat(etags(one, bucket)).isEqualTo(etags(other, bucket));
            }
        }
    }

    private static Map<String, String> etags(EmbeddedS3 s3, String bucket) {
        Map<String, String> etags = new TreeMap<>();
        for (S3Object object : s3.client()
                .listObjectsV2(request -> request.bucket(bucket).encodingType(EncodingType.URL))
                .join()
                .contents()) {
            etags.put(object.key(), object.eTag());
        }
        return etags;
    }
}
