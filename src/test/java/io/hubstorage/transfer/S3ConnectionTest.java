package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.config.Settings;
import io.hubstorage.s3.S3Access;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class S3ConnectionTest {
    private final SyntheticS3 s3 = SyntheticS3.start();
    private Settings.Aws settings = s3.settings();
    private final S3Connection connection = new S3Connection(() -> settings, "test", Duration.ofMinutes(1));

    @AfterEach
    void stop() {
        connection.close();
        s3.close();
    }

    private Settings.Aws inRegion(String region) {
        Settings.Aws aws = s3.settings();
        return new Settings.Aws(aws.keys(), region, null, aws.endpoint(), true, null, null);
    }

    @Test
    void itStaysTheSameUntilSomethingChanges() {
        S3Access first = connection.get();
        assertThat(connection.get()).isSameAs(first);
        settings = inRegion("eu-central-1");
        S3Access second = connection.get();
        assertThat(second).isNotSameAs(first);
        assertThat(connection.get()).isSameAs(second);
    }

    @Test
    void theOneBeforeWorksUntilNobodyNeedsIt() throws Exception {
        s3.bucket("photos", SyntheticBucket.ofKeys(10, List.of("a/1")));
        S3Access first = connection.get();
        settings = inRegion("eu-central-1");
        S3Access second = connection.get();

        assertThat(first.commonPrefixes("photos", "")).containsExactly("a/");
        connection.closeOutdated();

        assertThatThrownBy(() -> first.commonPrefixes("photos", "")).isInstanceOf(Exception.class);
        assertThat(second.commonPrefixes("photos", "")).containsExactly("a/");
    }

    @Test
    void whenItIsClosedSoAreThePresentOneAndThoseBefore() throws Exception {
        s3.bucket("photos", SyntheticBucket.ofKeys(10, List.of("a/1")));
        S3Access first = connection.get();
        settings = inRegion("eu-central-1");
        S3Access second = connection.get();
        assertThat(first.commonPrefixes("photos", "")).containsExactly("a/");
        assertThat(second.commonPrefixes("photos", "")).containsExactly("a/");

        connection.close();

        assertThatThrownBy(() -> first.commonPrefixes("photos", "")).isInstanceOf(S3Failure.class);
        assertThatThrownBy(() -> second.commonPrefixes("photos", "")).isInstanceOf(S3Failure.class);
        connection.close();
    }
}
