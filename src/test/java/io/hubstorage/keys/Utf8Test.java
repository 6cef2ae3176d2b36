package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Utf8Test {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "😀", "a😀é€b", "😀😀"
            })
    void itIsAsLongAsItsEncoding(String text) {
        assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aSurrogateWithoutItsOtherHalfCountsAsThree() {
        assertThat(Utf8.length("\ud83d")).isEqualTo(3);
        assertThat(Utf8.length("\ud83da")).isEqualTo(4);
        assertThat(Utf8.length("\ud83d\ud83d")).isEqualTo(6);
        assertThat(Utf8.length("\ude00a")).isEqualTo(4);
    }
}
