package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentCodecTest {
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
        assertThat(SegmentCodec.isPlain(key)).isTrue();
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
                "a-long-folder/con",
                "a-long-folder/nul.tar.gz/x",
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
        assertThat(SegmentCodec.isPlain(key)).isFalse();
    }

    @Test
    void aNameMayBeAsLongAsDisksTakeItInBytes() {
        assertThat(SegmentCodec.isPlain("y".repeat(255))).isTrue();
        assertThat(SegmentCodec.isPlain("y".repeat(256))).isFalse();
        assertThat(SegmentCodec.isPlain("é".repeat(127) + "y")).isTrue();
        assertThat(SegmentCodec.isPlain("é".repeat(128))).isFalse();
        assertThat(SegmentCodec.isPlain("a/" + "€".repeat(85) + "/b")).isTrue();
        assertThat(SegmentCodec.isPlain("a/" + "€".repeat(86) + "/b")).isFalse();
    }

    @Test
    void aPathMayBeAsLongAsTheSystemTakesItInBytes() {
        String longest = "y/".repeat(KeyPath.MAX_PATH / 2 - 1) + "yy";
        assertThat(SegmentCodec.isPlain(longest)).isTrue();
        assertThat(SegmentCodec.isPlain(longest + "y")).isFalse();
        assertThat(KeyPath.toPath(longest)).isEqualTo(longest);
        assertThat(KeyPath.toPath(longest + "y")).startsWith("~hub+~");
        assertThat(KeyPath.toKey(KeyPath.toPath(longest + "y"))).isEqualTo(longest + "y");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "😀", "a😀é€b", "😀😀"
            })
    void itIsAsLongAsItsEncoding(String text) {
        assertThat(SegmentCodec.utf8Length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aSurrogateWithoutItsOtherHalfCountsAsThree() {
        assertThat(SegmentCodec.utf8Length("\ud83d")).isEqualTo(3);
        assertThat(SegmentCodec.utf8Length("\ud83da")).isEqualTo(4);
        assertThat(SegmentCodec.utf8Length("\ud83d\ud83d")).isEqualTo(6);
        assertThat(SegmentCodec.utf8Length("\ude00a")).isEqualTo(4);
    }
}
