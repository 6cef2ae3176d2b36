package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackwardLinesTest {
    private static final int BLOCK = 1 << 13;
    private static final int LONGEST = 4 * BLOCK;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "\n"})
    void linesComeWholeWhereverTheBlocksOfTheFileEnd(String end) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int length : new int[] {0, 1, BLOCK - 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 0, 0, 7}) {
            lines.add(String.valueOf((char) ('a' + lines.size())).repeat(length));
        }
        List<String> found = new ArrayList<>();
        try (FileChannel channel = open(String.join("\n", lines) + end)) {
            long before = channel.size() + (end.isEmpty() ? 1 : 0);
            BackwardLines backward = new BackwardLines(channel, Long.MAX_VALUE, LONGEST);
            for (String line = backward.previous(); line != null; line = backward.previous()) {
                found.add(line);
                assertThat(backward.end()).isEqualTo(before - 1);
                assertThat(backward.start()).isEqualTo(before - 1 - line.length());
                before = backward.start();
            }
            assertThat(backward.bytesRead()).isBetween(channel.size(), 3 * channel.size());
        }
        assertThat(found).isEqualTo(lines.reversed());
    }

    @Test
    void itBeginsBeforeWhatWasReadEarlier() throws IOException {
        try (FileChannel channel = open("one\ntwo\nthree\n")) {
            BackwardLines lines = new BackwardLines(channel, 8, LONGEST);
            assertThat(lines.previous()).isEqualTo("two");
            assertThat(new BackwardLines(channel, lines.start(), LONGEST).previous())
                    .isEqualTo("one");
        }
    }

    @Test
    void ofALineThatIsTooLongTheBeginningIsRead() throws IOException {
        try (FileChannel channel = open("first\n" + "x".repeat(3 * LONGEST) + "y\nlast")) {
            BackwardLines lines = new BackwardLines(channel, channel.size(), LONGEST);
            assertThat(lines.previous()).isEqualTo("last");
            assertThat(lines.previous()).isEqualTo("x".repeat(LONGEST));
            assertThat(lines.end() - lines.start()).isEqualTo(3L * LONGEST + 1);
            assertThat(lines.previous()).isEqualTo("first");
            assertThat(lines.previous()).isNull();
        }
    }

    private FileChannel open(String text) throws IOException {
        return FileChannel.open(Files.writeString(folder.resolve("lines"), text));
    }
}
