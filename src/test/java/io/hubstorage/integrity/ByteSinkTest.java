package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.SyntheticBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ByteSinkTest {
    private static final int SIZE = 2 * ByteSink.BUFFER + 100;

    @TempDir
    Path folder;

    private final byte[] body = SyntheticBody.bytes(4, 0, SIZE);
    private final ByteArrayOutputStream fed = new ByteArrayOutputStream();
    private final ByteSink sink = fed::write;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("body"), body);
    }

    @Test
    void aStretchIsFedFromItsFirstByteToItsLast() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            sink.read(channel::read, 7, ByteSink.BUFFER + 1);
            assertThat(fed.toByteArray()).isEqualTo(Arrays.copyOfRange(body, 7, ByteSink.BUFFER + 8));
            sink.read(channel::read, SIZE, 0);
            assertThat(fed.size()).isEqualTo(ByteSink.BUFFER + 1);
        }
    }

    @Test
    void aFileThatEndsTooEarlyIsSaidToEnd() throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            assertThatThrownBy(() -> sink.read(channel::read, SIZE - 10, 11))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("ends at %d instead of %d bytes".formatted(SIZE, SIZE + 1));
            assertThat(fed.size()).isEqualTo(10);
        }
    }
}
