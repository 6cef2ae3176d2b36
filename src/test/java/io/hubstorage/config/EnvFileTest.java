package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.strings;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EnvFileTest {
    private static EnvFile parse(String text) {
        return EnvFile.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsNamesAndValuesAroundCommentsAndBlankLines() {
        EnvFile file = parse("# head\n\nA=1\n  B = two words  \nC=\nA=3\n");
        assertThat(file.values()).containsOnlyKeys("A", "B", "C");
        assertThat(file.values())
                .containsEntry("A", "3")
                .containsEntry("B", "two words")
                .containsEntry("C", "");
        assertThat(file.malformed()).isEmpty();
    }

    @Test
    void dollarsHashesAndEqualsSignsSurvive() {
        EnvFile file = parse("A=pa$$w${ORD}\nB=x#y # comment\nC=#first\nD=a=b==\nE=\"$X # y\" # c\nF='$(x)'\n");
        assertThat(file.values())
                .containsEntry("A", "pa$$w${ORD}")
                .containsEntry("B", "x#y")
                .containsEntry("C", "#first")
                .containsEntry("D", "a=b==")
                .containsEntry("E", "$X # y")
                .containsEntry("F", "$(x)");
    }

    @Test
    void quotesAreTakenOffAndEscapesUnderstoodWithinDoubleOnes() {
        EnvFile file = parse("A='it\\'s'\nB=\"a\\\"b\\n\\\\c\\d\"\nC=\"\"\nD=it's\n");
        assertThat(file.values())
                .containsEntry("A", "it's")
                .containsEntry("B", "a\"b\n\\c\\d")
                .containsEntry("C", "")
                .containsEntry("D", "it's");
    }

    @Test
    void filesOfOtherSystemsAndShellsAreUnderstood() {
        EnvFile file = parse("\uFEFFexport A=1\r\n  export\tB=2\r\nC=3");
        assertThat(file.values())
                .containsEntry("A", "1")
                .containsEntry("B", "2")
                .containsEntry("C", "3");
        assertThat(file.malformed()).isEmpty();
    }

    @Test
    void aBadLineIsNamedByItsNumberAndCostsNothingElse() {
        EnvFile file = parse("A=1\nno equals sign\nB=\"open\nC='x'y\n1D=2\nE=5\n");
        assertThat(file.malformed()).containsExactly(2, 3, 4, 5);
        assertThat(file.values()).containsOnlyKeys("A", "E");
    }

    @Test
    void anyTextInSingleQuotesComesBackAsItIs() {
        // Taken out, not assumed away: too few of the longer texts would be left.
        qt().forAll(strings()
                        .basicMultilingualPlaneAlphabet()
                        .ofLengthBetween(0, 40)
                        .map(text -> text.replaceAll("[\\n\\r\\p{Cs}]", "")))
                .check(text ->
                        text.equals(parse("A='" + text.replace("\\", "\\\\").replace("'", "\\'") + "'\n")
                                .values()
                                .get("A")));
    }
}
