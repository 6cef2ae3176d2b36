package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KeyRangeTest {
    @Test
    void itBeginsBehindItsFirstBoundAndEndsWithItsLast() {
        KeyRange range = new KeyRange("b", "d");
        assertThat(range.contains("a")).isFalse();
        assertThat(range.contains("b")).isFalse();
        assertThat(range.contains("b!")).isTrue();
        assertThat(range.contains("d")).isTrue();
        assertThat(range.contains("d!")).isFalse();
    }

    @Test
    void noBoundExcludesNothing() {
        assertThat(KeyRange.ALL.contains("a")).isTrue();
        assertThat(new KeyRange(null, "d").contains("a")).isTrue();
        assertThat(new KeyRange(null, "d").contains("e")).isFalse();
        assertThat(new KeyRange("b", null).contains("e")).isTrue();
        assertThat(new KeyRange("b", null).contains("a")).isFalse();
    }
}
