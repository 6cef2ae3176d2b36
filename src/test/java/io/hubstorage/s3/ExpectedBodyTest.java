package io.hubstorage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExpectedBodyTest {
    private static long size(String range) throws S3Failure {
        return new ExpectedBody("Reading a.jpg", "", 10).sizeOfWhole(Map.of("Content-Range", List.of(range)), 0);
    }

    @Test
    void aRangeIsThatWhichWasAskedForAndNumbersThatNoFileHasAreNone() throws S3Failure {
        assertThat(size("bytes 0-9/100")).isEqualTo(100);
        assertThatThrownBy(() -> size("bytes 1-9/100")).isInstanceOf(S3Failure.class);
        assertThatThrownBy(() -> size("bytes 0-9/99999999999999999999")).isInstanceOf(S3Failure.class);
        assertThatThrownBy(() -> size("bytes 99999999999999999999-9/100")).isInstanceOf(S3Failure.class);
    }
}
