package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FormatTest {
    @Test
    void everySourceIsLaidOutByTheFormatter() throws Exception {
        assertThat(Format.unformatted()).as("run ./scripts/format.sh").isEmpty();
    }
}
