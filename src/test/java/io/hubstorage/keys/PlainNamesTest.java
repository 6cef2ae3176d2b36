package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlainNamesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "c",
                "co",
                "conx",
                "com10",
                "nul1.txt",
                "communication",
                ".hidden",
                "a.con",
                "~",
                "~hu",
                "a/b/c",
                "console/aux-1/x.nul"
            })
    void anOrdinaryNameIsOneEverywhere(String key) {
        assertThat(PlainNames.plain(key)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "con",
                "CON",
                "cOn.txt",
                "prn",
                "Aux",
                "nul.tar.gz",
                "NUL .txt",
                "lpt9",
                "COM¹",
                "conin$",
                "CONOUT$",
                "conout$.a",
                "a/con",
                "con/a.b",
                "a/con.b/c",
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a.",
                "a ",
                "a./b",
                "~hub",
                "~HUB1~a",
                "a\u001f",
                "a\u007f",
                "a\\b"
            })
    void whatOneDiskTakesForSomethingElseIsNone(String key) {
        assertThat(PlainNames.plain(key)).isFalse();
    }

    @Test
    void aNameMayBeAsLongAsDisksTakeItInBytes() {
        assertThat(PlainNames.plain("y".repeat(255))).isTrue();
        assertThat(PlainNames.plain("y".repeat(256))).isFalse();
        assertThat(PlainNames.plain("é".repeat(127) + "y")).isTrue();
        assertThat(PlainNames.plain("é".repeat(128))).isFalse();
        assertThat(PlainNames.plain("a/" + "€".repeat(85) + "/b")).isTrue();
        assertThat(PlainNames.plain("a/" + "€".repeat(86) + "/b")).isFalse();
    }

    @Test
    void aPathMayBeAsLongAsTheSystemTakesItInBytes() {
        String longest = "y/".repeat(KeyPath.MAX_PATH / 2 - 1) + "yy";
        assertThat(PlainNames.plain(longest)).isTrue();
        assertThat(PlainNames.plain(longest + "y")).isFalse();
        assertThat(KeyPath.toPath(longest)).isEqualTo(longest);
        assertThat(KeyPath.toPath(longest + "y")).startsWith("~hub+~");
        assertThat(KeyPath.toKey(KeyPath.toPath(longest + "y"))).isEqualTo(longest + "y");
    }
}
