package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.testkit.Examples;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Texts are cut where they must be, and only there. */
final class TextTest {
    @Test
    void aTextThatFitsStaysAndOneThatDoesNotSaysSo() {
        assertThat(Text.fit("abcd", 4, Text::plain)).isEqualTo("abcd");
        assertThat(Text.fit("abcde", 4, Text::plain)).isEqualTo("abc…");
        assertThat(Text.fit("a&b", 7, Text::html)).isEqualTo("a&amp;b");
        assertThat(Text.fit("a&bc", 7, Text::html)).as("no half entity").isEqualTo("a&amp;…");
        assertThat(Text.fit("a&bcd", 5, Text::html)).isEqualTo("a…");
        assertThat(Text.fitBytes("😀😀", 7)).as("no half character").isEqualTo("😀…");
        assertThat(Text.line("a\r\nBcc: b\tc\u0000d", 99)).isEqualTo("a Bcc: b cd");
        assertThat(Text.fit("a\u202Eb\u2066c\uD800d", 9, Text::plain)).isEqualTo("abcd");
    }

    @Test
    void whateverTheTextTheLimitHoldsAndWhatIsKeptIsItsBeginning() {
        qt().withExamples(Examples.upTo(500))
                .forAll(
                        strings().allPossible().ofLengthBetween(0, 40),
                        integers().between(1, 45))
                .check((text, limit) -> {
                    String cut = Text.fit(text, limit, Text::plain);
                    String clean = Text.fit(text, 1_000, Text::plain);
                    boolean whole = cut.equals(clean);
                    return cut.length() <= limit
                            && (whole || (cut.endsWith("…") && clean.startsWith(cut.substring(0, cut.length() - 1))))
                            && whole == clean.length() <= limit
                            && Text.fitBytes(text, limit + 2).getBytes(StandardCharsets.UTF_8).length <= limit + 2;
                });
    }
}
