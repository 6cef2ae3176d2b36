package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import com.github.luben.zstd.ZstdInputStream;
import io.hubstorage.fs.Blocks;
import io.hubstorage.fs.Sha256;
import io.hubstorage.testkit.Examples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredContentTest {
    private static final int FRAME = SeekTable.FRAME;
    private static final Blocks BLOCKS = new Blocks(4_096);

    @TempDir
    private Path folder = Path.of("");

    /** Of lines that differ, as logs are. */
    private static byte[] text(int size) {
        StringBuilder text = new StringBuilder(size + 64);
        Random random = new Random(size);
        while (text.length() < size) {
            text.append("2026-11-27 INFO request ").append(random.nextInt()).append(" took a while\n");
        }
        return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        return noise;
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
    }

    private ManifestEntry.@Nullable Stored compress(byte[] content, long most) {
        return compress(content, sha256(content), most);
    }

    private ManifestEntry.@Nullable Stored compress(byte[] content, String sha256, long most) {
        try (FileChannel to = FileChannel.open(
                file(), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            return ContentCompressor.write(
                    Channels.newChannel(new ByteArrayInputStream(content)), content.length, sha256, 3, most, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private ManifestEntry.Stored compressed(byte[] content) {
        ManifestEntry.Stored stored = compress(content, ContentCompressor.worth(content.length, BLOCKS));
        assertThat(stored).isNotNull();
        return java.util.Objects.requireNonNull(stored);
    }

    private Path file() {
        return folder.resolve("notes.txt.zst");
    }

    private byte[] read(long size, ManifestEntry.Stored stored, long from, int length) throws IOException {
        try (SeekableByteChannel channel = StoredContent.open(file(), size, stored)) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Frame by frame.
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 12_345})
    void whatIsCompressedIsReadBackAndAnyZstdDecodesItAsAWhole(int size) throws IOException {
        byte[] content = text(size);
        ManifestEntry.Stored stored = compressed(content);

        assertThat(read(size, stored, 0, size + 1)).isEqualTo(content);
        byte[] file = Files.readAllBytes(file());
        assertThat(stored.size()).isEqualTo(file.length).isLessThan(size / 2);
        assertThat(stored.sha256()).isEqualTo(sha256(file));
        try (InputStream plain = new ZstdInputStream(new ByteArrayInputStream(file))) {
            assertThat(plain.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    void anyRangeIsThatOfTheContent() {
        int size = 2 * FRAME + 54_321;
        byte[] content = text(size);
        ManifestEntry.Stored stored = compressed(content);
        qt().withExamples(Examples.upTo(300))
                .forAll(integers().between(0, size + 10), integers().between(0, FRAME + 10))
                .checkAssert((from, length) -> {
                    try {
                        assertThat(read(size, stored, from, length))
                                .isEqualTo(Arrays.copyOfRange(
                                        content, Math.min(from, size), Math.min(size, from + length)));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void aRangeReadsNoFrameThatItIsNotIn() throws IOException {
        int size = 3 * FRAME;
        byte[] content = text(size);
        ManifestEntry.Stored stored = compressed(content);
        overwrite(10, (byte) 0x55);
        overwrite(11, (byte) 0x55);

        assertThat(read(size, stored, 2L * FRAME + 5, 100))
                .isEqualTo(Arrays.copyOfRange(content, 2 * FRAME + 5, 2 * FRAME + 105));
        assertThatThrownBy(() -> read(size, stored, 5, 100))
                .isInstanceOf(StoredContent.DamagedException.class)
                .hasMessageContaining("damaged on the disk");
    }

    @Test
    void noByteThatIsWrongIsReadAsContent() throws IOException {
        byte[] content = text(FRAME + 1_000);
        ManifestEntry.Stored stored = compressed(content);
        byte[] right = Files.readAllBytes(file());
        qt().withExamples(Examples.upTo(300))
                .forAll(integers().between(0, right.length - 1), integers().between(0, 7))
                .checkAssert((at, bit) -> {
                    try {
                        overwrite(at, (byte) (right[at] ^ 1 << bit));
                        byte[] found;
                        try {
                            found = read(content.length, stored, 0, content.length);
                        } catch (StoredContent.DamagedException e) {
                            found = content;
                        }
                        assertThat(found).as("bit %d of byte %d", bit, at).isEqualTo(content);
                        overwrite(at, right[at]);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void aFileOfAnotherSizeIsDamaged() throws IOException {
        byte[] content = text(50_000);
        ManifestEntry.Stored stored = compressed(content);
        Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), (int) stored.size() - 1));
        assertThatThrownBy(() -> read(content.length, stored, 0, 10))
                .isInstanceOf(StoredContent.DamagedException.class);
    }

    @Test
    void aSizeThatNoFileCanHaveCostsNoMemory() throws IOException {
        byte[] content = text(50_000);
        ManifestEntry.Stored stored = compressed(content);
        assertThatThrownBy(() -> read(Long.MAX_VALUE, stored, 0, 10))
                .isInstanceOf(StoredContent.DamagedException.class);
    }

    @Test
    void whatDoesNotGetSmallerStaysAsItIs() {
        assertThat(compress(noise(50_000), ContentCompressor.worth(50_000, BLOCKS)))
                .isNull();
        assertThat(compress(noise(2 * FRAME), ContentCompressor.worth(2 * FRAME, BLOCKS)))
                .isNull();
    }

    @Test
    void theFirstMegabyteTellsOfTheRest() throws IOException {
        byte[] content = Arrays.copyOf(noise(FRAME), 3 * FRAME);
        assertThat(compress(content, ContentCompressor.worth(content.length, BLOCKS)))
                .isNull();
        assertThat(file()).as("nothing of the rest was tried").isEmptyFile();
    }

    @Test
    void theResultCountsToo() {
        byte[] content = noise(16 * FRAME);
        System.arraycopy(text(FRAME), 0, content, 0, FRAME);
        assertThat(compress(content, ContentCompressor.worth(content.length, BLOCKS)))
                .as("smaller, but by hardly a sixteenth")
                .isNull();
    }

    @Test
    void aFormThatSparesNoBlockIsNotWorthIt() {
        assertThat(ContentCompressor.worth(4_096, BLOCKS)).isZero();
        assertThat(ContentCompressor.worth(4_097, BLOCKS)).isEqualTo(3_840);
        assertThat(ContentCompressor.worth(0, BLOCKS)).isNotPositive();
        assertThat(ContentCompressor.worth(ContentCompressor.LARGEST + 1, BLOCKS))
                .isNegative();
        assertThat(ContentCompressor.worth(1 << 20, BLOCKS)).isEqualTo((1 << 20) * 15 / 16);
    }

    @Test
    void whatIsReadForItMustBeWhatWasProven() {
        byte[] content = text(100_000);
        assertThatThrownBy(() -> compress(content, sha256(new byte[1]), 90_000))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("the disk is damaged");
    }

    @Test
    void aFileThatIsTheContentIsReadAsItIs() throws IOException {
        Files.write(file(), new byte[] {1, 2, 3});
        try (SeekableByteChannel channel = StoredContent.open(file(), 3, null)) {
            assertThat(channel.size()).isEqualTo(3);
        }
    }

    private void overwrite(int at, byte value) throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {value}), at);
        }
    }
}
