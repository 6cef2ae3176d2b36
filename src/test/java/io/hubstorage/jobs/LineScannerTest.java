package io.hubstorage.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LineScannerTest {
    private static final int BLOCK = 1 << 16;

    @TempDir
    Path folder;

    @Test
    void linesComeWholeWhereverTheBlocksOfTheFileEnd() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int length : new int[] {0, 1, BLOCK - 3, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 0, 0, 7}) {
            lines.add(String.valueOf((char) ('a' + lines.size())).repeat(length));
        }
        Path file = Files.writeString(folder.resolve("lines"), String.join("\n", lines));
        List<String> found = new ArrayList<>();
        try (LineScanner scanner = new LineScanner(file, 0)) {
            long offset = 0;
            for (LineScanner.Line line = scanner.next(); line != null; line = scanner.next()) {
                assertThat(line.offset()).isEqualTo(offset);
                offset += line.bytes().length + 1;
                found.add(new String(line.bytes(), StandardCharsets.UTF_8));
                assertThat(line.ended()).isEqualTo(found.size() < lines.size());
            }
            assertThat(scanner.position()).isEqualTo(Files.size(file));
        }
        assertThat(found).isEqualTo(lines);
    }

    @Test
    void itBeginsWhereItIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("lines"), "one\ntwo\n");
        try (LineScanner scanner = new LineScanner(file, 4)) {
            LineScanner.Line line = scanner.next();
            assertThat(line).isNotNull();
            assertThat(line.offset()).isEqualTo(4);
            assertThat(new String(line.bytes(), StandardCharsets.UTF_8)).isEqualTo("two");
            assertThat(scanner.next()).isNull();
        }
    }
}
