package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class KeyOrderTest {
    @Test
    void itIsTheOrderOfUtf8Bytes() {
        Gen<String> any = strings().allPossible().ofLengthBetween(0, 6).map(KeyOrderTest::wellFormed);
        qt().withExamples(Examples.upTo(20_000))
                .forAll(any, any)
                .check((a, b) -> sameSign(KeyOrder.compare(a, b), byBytes(a, b)));
        qt().forAll(RandomKeys.nasty(), RandomKeys.nasty())
                .check((a, b) -> sameSign(KeyOrder.compare(a, b), byBytes(a, b)));
    }

    @Test
    void aCharacterBeyondTheBasicPlaneComesLast() {
        assertThat(KeyOrder.COMPARATOR.compare("\uffff", "😀")).isNegative();
        assertThat("\uffff".compareTo("😀")).isPositive();
    }

    @Test
    void surrogatesRankBehindWhateverIsNotWrittenByThem() {
        List<String> ordered = List.of("\ud7ff", "\ue000", "\uffff", "\ud800\udc00", "\udbff\udfff");
        for (int i = 1; i < ordered.size(); i++) {
            assertThat(KeyOrder.compare(ordered.get(i - 1), ordered.get(i))).isNegative();
            assertThat(KeyOrder.compare(ordered.get(i), ordered.get(i - 1))).isPositive();
        }
    }

    @Test
    void utf16AgreesOnWhateverComparesWithAKeyBelowTheSurrogates() {
        Gen<String> below = RandomKeys.nasty().map(key -> key.replaceAll("[^\\x00-\\x{D7FF}]", "~"));
        qt().forAll(below, RandomKeys.nasty())
                .check((key, other) ->
                        KeyOrder.isSameInUtf16(key) && sameSign(KeyOrder.compare(key, other), key.compareTo(other)));
        assertThat(KeyOrder.isSameInUtf16("\ud7ff")).isTrue();
        assertThat(KeyOrder.isSameInUtf16("a\ud83d\ude00")).isFalse();
        assertThat(KeyOrder.isSameInUtf16("\uff5e")).isFalse();
    }

    @Test
    void beyondAPrefixIsTheFirstTextThatDoesNotBeginWithIt() {
        assertThat(KeyOrder.beyond("a")).isEqualTo("b");
        assertThat(KeyOrder.beyond("docs/")).isEqualTo("docs0");
        assertThat(KeyOrder.beyond("a😀")).isEqualTo("a😁");
        assertThat(KeyOrder.beyond("a\ud7ff")).isEqualTo("a\ue000");
        assertThat(KeyOrder.beyond("a\uffff")).isEqualTo("a\ud800\udc00");
        assertThat(KeyOrder.beyond("xa\udbff\udfff")).isEqualTo("xb");
        assertThat(KeyOrder.beyond("\udbff\udfff")).isNull();
        assertThat(KeyOrder.beyond("")).isNull();
    }

    private static boolean sameSign(int a, int b) {
        return Integer.signum(a) == Integer.signum(b);
    }

    private static int byBytes(String a, String b) {
        return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /** Without lone surrogates, which have no UTF-8 form. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
