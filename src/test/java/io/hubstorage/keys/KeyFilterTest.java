package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quicktheories.core.Gen;

final class KeyFilterTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "*, a/b/c, true",
                "*, ``, true",
                "*.txt, a/b.txt, true",
                "*.txt, a/b.txt.gz, false",
                "logs/*, logs/2026/a.log, true",
                "logs/*, old/logs/a, false",
                "*/logs/*, old/logs/a, true",
                "a?c, abc, true",
                "a?c, a/c, true",
                "a?c, ac, false",
                "?, 😀, true",
                "[abc].txt, b.txt, true",
                "[abc].txt, d.txt, false",
                "[!abc].txt, d.txt, true",
                "[!abc].txt, a.txt, false",
                "[a-c]x, bx, true",
                "[a-c]x, dx, false",
                "[c-a]x, bx, false",
                "[!c-a]x, bx, true",
                "[a-*!], a, true",
                "[b-a!c]x, bx, true",
                "[b-a!c]x, cx, false",
                "[c-bb-a!]x, !x, true",
                "[b-a!-zq]x, !x, true",
                "[b-a!-zq]x, -x, false",
                "[b-a!-zq]x, qx, false",
                "[b-a!-z-q]x, yx, true",
                "[b-a!-z-q]x, zx, false",
                "[b-a!-+]x, !x, true",
                "[b-a!-+]x, +x, false",
                "[!b-a!]x, !x, false",
                "[-a]x, -x, true",
                "[a-]x, -x, true",
                "[a-c-e]x, -x, true",
                "[a-c-e]x, dx, false",
                "[]a]x, ]x, true",
                "[!]a]x, bx, true",
                "[!]a]x, ]x, false",
                "[^a]x, ^x, true",
                "[^a]x, bx, false",
                "[x, [x, true",
                "a[, a[, true",
                "[!, [!, true",
                "[*, [abc, true",
                "a.c, abc, false",
                "(a|b)+, (a|b)+, true",
                "\\d, \\d, true",
                "[\\d]x, dx, true",
                "A, a, false",
                "abc, abcd, false",
                "bc, abc, false",
            })
    void patternsMeanWhatTheAwsCliMeans(String pattern, String key, boolean matches) {
        assertThat(KeyPattern.compile(pattern).matches(key, 0)).isEqualTo(matches);
        assertThat(Fnmatch.matches(pattern, key)).isEqualTo(matches);
    }

    @Test
    void aStarAlsoMatchesLineEnds() {
        assertThat(KeyPattern.compile("a*b").matches("a\n/\r\nb", 0)).isTrue();
    }

    @Test
    void everythingIsIncludedAtFirst() {
        assertThat(filter(List.of(), List.of()).accepts("any/key")).isTrue();
        assertThat(filter(List.of(), List.of("*.txt")).accepts("any/key")).isTrue();
    }

    @Test
    void includesOverrideExcludes() {
        KeyFilter onlyText = filter(List.of("*"), List.of("*.txt", "docs/*"));
        assertThat(onlyText.accepts("a/b.txt")).isTrue();
        assertThat(onlyText.accepts("docs/a.pdf")).isTrue();
        assertThat(onlyText.accepts("a/b.pdf")).isFalse();
    }

    @Test
    void patternsSeeTheKeyWithoutThePrefix() {
        KeyFilter filter = new KeyFilter("team/[x]/", List.of("tmp/*"), List.of());
        assertThat(filter.accepts("team/[x]/tmp/a")).isFalse();
        assertThat(filter.accepts("team/[x]/a/tmp/a")).isTrue();
    }

    @Test
    void patternsBelowAPrefixSeeKeysFromItsFolderOn() {
        KeyFilter filter = new KeyFilter("team/2026-", List.of("2026-*.tmp"), List.of());
        assertThat(filter.accepts("team/2026-a.tmp")).isFalse();
        assertThat(filter.accepts("team/x/2026-a.tmp")).isTrue();
        assertThat(new KeyFilter("2026-", List.of("2026-*.tmp"), List.of()).accepts("2026-a.tmp"))
                .isFalse();
    }

    @Test
    void itNamesThePatternsThatMatch() {
        KeyFilter filter = new KeyFilter("a/", List.of("*.log", "*.tmp", "x*"), List.of("keep*", "x.tmp"));
        assertThat(filter.excluding("a/x.tmp").stream()).containsExactly(1, 2);
        assertThat(filter.including("a/x.tmp").stream()).containsExactly(1);
        assertThat(filter.excluding("a/y").isEmpty()).isTrue();
    }

    @Test
    void aHyphenAtTheEndOfASetIsNoRange() {
        assertThat(KeyPattern.compile("[a-]").matches("-", 0)).isTrue();
        assertThat(KeyPattern.compile("[a-]").matches("]", 0)).isFalse();
        assertThat(KeyPattern.compile("[a-]").matches("b", 0)).isFalse();
        assertThat(KeyPattern.compile("[+-]").matches("A", 0)).isFalse();
    }

    @Test
    void itAgreesWithPythonOnAnyPattern() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(text("ab*?[]!-^\\/.é😀"), text("ab[]!-^\\/.é😀"))
                .check((pattern, key) -> KeyPattern.compile(pattern).matches(key, 0) == Fnmatch.matches(pattern, key));
    }

    @Test
    void theLastMatchWinsWhateverTheLists() {
        Gen<List<String>> patterns = lists().of(text("ab*?")).ofSizeBetween(0, 3);
        qt().withExamples(Examples.upTo(5_000))
                .forAll(patterns, patterns, text("ab"))
                .check((excludes, includes, key) -> {
                    boolean accepted = true;
                    for (String pattern : excludes) {
                        accepted = Fnmatch.matches(pattern, key) ? false : accepted;
                    }
                    for (String pattern : includes) {
                        accepted = Fnmatch.matches(pattern, key) ? true : accepted;
                    }
                    return filter(excludes, includes).accepts(key) == accepted;
                });
    }

    @Test
    void aHostilePatternTakesNoTime() {
        KeyPattern pattern = KeyPattern.compile("*a".repeat(200) + "b");
        String key = "a".repeat(1_024);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertThat(pattern.matches(key, 0)).isFalse());
    }

    private static KeyFilter filter(List<String> excludes, List<String> includes) {
        return new KeyFilter("", excludes, includes);
    }

    private static Gen<String> text(String alphabet) {
        int[] points = alphabet.codePoints().toArray();
        return lists().of(integers().between(0, points.length - 1))
                .ofSizeBetween(0, 7)
                .map(picks -> picks.stream()
                        .map(pick -> Character.toString(points[pick]))
                        .reduce("", String::concat));
    }
}
