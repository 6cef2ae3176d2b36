package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LineNeedleTest {
    private static int in(String needle, String text, int from) {
        return LineNeedle.of(needle).in(text.getBytes(StandardCharsets.UTF_8), from);
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 12ABC, 2",
        "ABC, 12abc, 2",
        "zbc, 12ZBC, 2",
        "abc, xbc, -1",
        "abc, ab, -1",
        "a, xA, 1",
        "aab, aaab, 1",
        "é, xé, 1",
        "é, xÉ, -1",
        "[, x{, -1",
        "@, x`, -1",
    })
    void itIsFoundWhateverTheCaseOfAsciiLetters(String needle, String text, int at) {
        assertThat(in(needle, text, 0)).isEqualTo(at);
    }

    @Test
    void itIsFoundFromThereOn() {
        assertThat(in("ab", "abxab", 1)).isEqualTo(3);
        assertThat(in("ab", "abxab", 3)).isEqualTo(3);
        assertThat(in("ab", "abxab", 4)).isEqualTo(-1);
    }

    @Test
    void itIsSoughtAsItStandsInALine() {
        assertThat(in("a\"b", "{\"key\":\"a\\\"b\"}", 0)).isEqualTo(8);
    }

    @Test
    void ofManyDigestsEachIsFoundAndNoOther() {
        String one = "0123456789abcdef".repeat(4);
        String other = "fedcba9876543210".repeat(4);
        LineNeedle needle = LineNeedle.ofDigests(List.of(one, other));
        String line = "{\"key\":\"%s\",\"sha256\":\"%s\"}\n";
        String text = line.formatted(one, "00".repeat(32)) + line.formatted("a", other) + line.formatted("b", one);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int first = needle.in(bytes, 0);
        assertThat(first).isEqualTo(text.indexOf("\"sha256\":\"" + other));
        int second = needle.in(bytes, first + 1);
        assertThat(second).isEqualTo(text.indexOf("\"sha256\":\"" + one));
        assertThat(needle.in(bytes, second + 1)).isEqualTo(-1);
        assertThat(needle.in("\"sha256\":\"0123".getBytes(StandardCharsets.UTF_8), 0))
                .isEqualTo(-1);
    }

    @Test
    void itIsFoundWhereAPlainSearchFindsIt() {
        qt().forAll(
                        strings().betweenCodePoints('a', 'c').ofLengthBetween(1, 4),
                        strings().betweenCodePoints('a', 'c').ofLengthBetween(0, 40))
                .checkAssert((needle, text) -> {
                    assertThat(in(needle, text, 0)).isEqualTo(text.indexOf(needle));
                    assertThat(in(needle, text.toUpperCase(Locale.ROOT), 0)).isEqualTo(text.indexOf(needle));
                });
    }
}
