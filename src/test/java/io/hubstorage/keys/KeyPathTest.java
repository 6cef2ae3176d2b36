package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyPathTest {
    private static final String LONG = "x".repeat(300);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b/c.txt",
                "100%",
                "%2F",
                "50% off/a b.txt",
                "ünï/cødé 😀",
                "it's \"quoted\"",
                ".hidden",
                "...a",
                " a",
                "a:b*c?",
                "console.log",
                "com10",
                "nulls",
                "~",
                "~hu",
                "a~hub~b",
                "2026-11-01T10:00:00Z.log"
            })
    void anOrdinaryKeyKeepsItsName(String key) {
        assertThat(KeyPath.toPath(key)).isEqualTo(key);
        assertThat(KeyPath.toKey(key)).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                ".,~hub~%2E",
                "..,~hub~.%2E",
                "../../etc/passwd,~hub~.%2E/~hub~.%2E/etc/passwd",
                "/a,~hub~/a",
                "a//b,a/~hub~/b",
                "a/,a/~hub~",
                "/,~hub~/~hub~",
                "a\\b,~hub~a%5Cb",
                "a%\\b,~hub~a%25%5Cb",
                "a.,~hub~a%2E",
                "a..,~hub~a.%2E",
                "CON,~hub~CON",
                "aux.txt,~hub~aux.txt",
                "Lpt1.tar.gz,~hub~Lpt1.tar.gz",
                "nul .txt,~hub~nul .txt",
                "~hub~a,~hub~~hub~a",
                "~hubcap,~hub~~hubcap",
            })
    void anOddSegmentIsMarked(String key, String path) {
        assertThat(KeyPath.toPath(key)).isEqualTo(path);
        assertThat(KeyPath.toKey(path)).isEqualTo(key);
    }

    @Test
    void controlCharactersAndTrailingSpacesAreWrittenInHex() {
        assertThat(KeyPath.toPath("a\n\u007f\u0000 ")).isEqualTo("~hub~a%0A%7F%00%20");
    }

    @Test
    void aLongSegmentBecomesAChain() {
        String path = KeyPath.toPath("d/" + LONG + "/e");
        assertThat(path).isEqualTo("d/~hub+~" + "x".repeat(247) + "/~hub~" + "x".repeat(53) + "/e");
        assertThat(KeyPath.toKey(path)).isEqualTo("d/" + LONG + "/e");
    }

    @Test
    void aDirectoryMarkerIsTheDirectoryItself() {
        assertThat(KeyPath.toPath("a/b/", 0)).isEqualTo("a/b");
        assertThat(KeyPath.toKey("a/b", true)).isEqualTo("a/b/");
        assertThat(KeyPath.toPath("a/b/", 7)).isEqualTo("a/b/~hub~");
        assertThat(KeyPath.toPath("/", 0)).isEqualTo("~hub~");
        assertThat(KeyPath.toKey("~hub~", true)).isEqualTo("/");
    }

    @Test
    void numbersInMarkersMeanNothing() {
        assertThat(KeyPath.toKey("~hub1~a/b")).isEqualTo("a/b");
        assertThat(KeyPath.toKey("~hub27~a%25")).isEqualTo("a%");
        assertThat(KeyPath.toKey("~hub1+~aa/~hub3~b")).isEqualTo("aab");
    }

    @Test
    void aNameThatOnlyLooksLikeAMarkerIsTakenAsItIs() {
        assertThat(KeyPath.toKey("~hubcap/a")).isEqualTo("~hubcap/a");
        assertThat(KeyPath.toKey("~hub~100%/%zz%C3")).isEqualTo("100%/%zz%C3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"~hub", "~hub1", "~hub+", "~hub1+", "~hub9+x", "~hub/a", "~hub:~a", "~hub/~a"})
    void aNameThatEndsBeforeItsMarkerDoesIsTakenAsItIs(String name) {
        assertThat(KeyPath.toKey(name)).isEqualTo(name);
    }

    @Test
    void whatIsWrittenInHexIsReadUpToTheLastCharacter() {
        assertThat(KeyPath.toKey("~hub0~a")).isEqualTo("a");
        assertThat(KeyPath.toKey("~hub9~a")).isEqualTo("a");
        assertThat(KeyPath.toKey("~hub~%00")).isEqualTo("\u0000");
        assertThat(KeyPath.toKey("~hub~a%7F")).isEqualTo("a\u007f");
        assertThat(KeyPath.toKey("~hub~a%80")).isEqualTo("a%80");
        assertThat(KeyPath.toKey("~hub~a%2")).isEqualTo("a%2");
        assertThat(KeyPath.toKey("~hub~a%")).isEqualTo("a%");
    }

    @Test
    void aMarkedNameIsOnePieceAsLongAsItFits() {
        String fits = "\\" + "y".repeat(KeyPath.MAX_SEGMENT - "~hub~%5C".length());
        assertThat(KeyPath.toPath(fits)).hasSize(KeyPath.MAX_SEGMENT).doesNotContain("/");
        assertThat(KeyPath.toPath(fits + "y")).startsWith("~hub+~").contains("/~hub~");
        assertThat(KeyPath.toKey(KeyPath.toPath(fits + "y"))).isEqualTo(fits + "y");
    }

    @Test
    void aPieceThatWouldEndInADotEndsInHexAndNoCharacterIsTornApart() {
        for (String unit : List.of(".", " ", "é", "€", "😀", "%", "a.", "b ")) {
            for (int before = 0; before < 5; before++) {
                String key = "x".repeat(before) + unit.repeat(400);
                String path = KeyPath.toPath(key);
                assertThat(KeyPath.toKey(path)).isEqualTo(key);
                assertThat(path.split("/")).allSatisfy(name -> {
                    assertThat(SegmentCodec.utf8Length(name)).isLessThanOrEqualTo(KeyPath.MAX_SEGMENT);
                    assertThat(name).doesNotEndWith(".").doesNotEndWith(" ").doesNotEndWith("\ud83d");
                });
            }
        }
    }

    @Test
    void onlyThePieceThatEndsInADotEndsInHex() {
        String key = "x".repeat(246) + "." + "y".repeat(100);
        assertThat(KeyPath.toPath(key)).isEqualTo("~hub+~" + "x".repeat(246) + "%2E/~hub~" + "y".repeat(100));
        assertThat(KeyPath.toKey(KeyPath.toPath(key))).isEqualTo(key);
        String before = "x".repeat(247) + "." + "y".repeat(100);
        assertThat(KeyPath.toPath(before)).isEqualTo("~hub+~" + "x".repeat(247) + "/~hub~." + "y".repeat(100));
    }

    @Test
    void aKeyOfNothingButSlashesStillHasAPathTheSystemTakes() {
        String key = "/".repeat(1_024);
        String path = KeyPath.toPath(key);
        assertThat(path.length()).isLessThanOrEqualTo(KeyPath.MAX_PATH);
        assertThat(KeyPath.toKey(path)).isEqualTo(key);
    }

    @Test
    void theWorstKeyOfAllFitsTheLimit() {
        String path = KeyPath.toPath("\u0001".repeat(1_024));
        assertThat(path.length()).isLessThanOrEqualTo(KeyPath.MAX_PATH);
        String slashes = KeyPath.toPath("\\/".repeat(512));
        assertThat(slashes.length()).isLessThanOrEqualTo(KeyPath.MAX_PATH);
        assertThat(KeyPath.toKey(slashes)).isEqualTo("\\/".repeat(512));
    }

    @Test
    void everyKeyComesBack() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(RandomKeys.nasty())
                .check(key -> KeyPath.toKey(KeyPath.toPath(key)).equals(key));
        qt().forAll(RandomKeys.nasty())
                .checkAssert(key -> assertThat(KeyPath.toKey(KeyPath.toPath(key + "/", 0), true))
                        .isEqualTo(key + "/"));
    }

    @Test
    void everyNameIsOneThatEveryDiskTakes() {
        qt().withExamples(Examples.upTo(20_000)).forAll(RandomKeys.nasty()).checkAssert(key -> {
            String path = KeyPath.toPath(key);
            assertThat(SegmentCodec.utf8Length(path)).isLessThanOrEqualTo(KeyPath.MAX_PATH);
            for (String name : List.of(path.split("/", -1))) {
                assertThat(name)
                        .isNotEmpty()
                        .isNotIn(".", "..")
                        .doesNotContain("\\")
                        .doesNotContainPattern("[\\x00-\\x1f\\x7f]");
                assertThat(name).doesNotEndWith(".").doesNotEndWith(" ");
                assertThat(name.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(255);
            }
            Path root = Path.of("/bucket");
            assertThat(root.resolve(path).normalize().toString()).isEqualTo("/bucket/" + path);
        });
    }

    @Test
    void differentKeysHaveDifferentPaths() {
        qt().withExamples(Examples.upTo(20_000))
                .forAll(RandomKeys.clashing(), RandomKeys.clashing())
                .check((a, b) -> a.equals(b) || !KeyPath.toPath(a).equals(KeyPath.toPath(b)));
    }

    @Test
    void theDiskReallyTakesThem(@TempDir Path folder) {
        qt().withExamples(Examples.upTo(300)).forAll(RandomKeys.nasty()).checkAssert(key -> {
            try {
                Path bucket = Files.createTempDirectory(folder, "bucket");
                Path file = bucket.resolve(KeyPath.toPath(key));
                Files.createDirectories(file.getParent());
                Files.createFile(file);
                try (var walk = Files.walk(bucket)) {
                    assertThat(walk.filter(Files::isRegularFile)
                                    .map(found -> KeyPath.toKey(
                                            bucket.relativize(found).toString())))
                            .containsExactly(key);
                }
                Trees.delete(bucket);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
