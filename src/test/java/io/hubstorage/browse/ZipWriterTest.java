package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of ours, read by the JDK's readers: the one that seeks and the one that streams. */
final class ZipWriterTest {
    private static final Instant TIME = Instant.parse("2026-11-01T10:20:31Z");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void filesAndFoldersComeBackWithContentAndTime() throws IOException {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        Path file = folder.resolve("a.zip");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                ZipWriter zip = new ZipWriter(out)) {
            zip.addFolder("empty/", TIME);
            add(zip, "é/😀.txt", "hello".getBytes(StandardCharsets.UTF_8));
            add(zip, "nothing", new byte[0]);
            add(zip, "noise", noise);
            add(zip, "zeros", new byte[1_000_000]);
            zip.finish();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .containsExactly("empty/", "é/😀.txt", "nothing", "noise", "zeros");
            assertThat(content(zip, "é/😀.txt"))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("hello");
            assertThat(content(zip, "noise")).isEqualTo(noise);
            assertThat(content(zip, "zeros")).hasSize(1_000_000).containsOnly(0);
            assertThat(zip.getEntry("noise").getLastModifiedTime().toInstant()).isEqualTo(TIME);
            assertThat(zip.getEntry("empty/").isDirectory()).isTrue();
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            int entries = 0;
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                zip.readAllBytes();
                entries++;
            }
            assertThat(entries).isEqualTo(5);
        }
    }

    /** The JDK counts by the central directory's size; unzip believes what the end of the archive says. */
    @ParameterizedTest
    @ValueSource(ints = {65_534, 65_535, 65_536, 70_000})
    void moreEntriesThanTheOldFormatCountsAreAllThere(int many) throws Exception {
        Path file = folder.resolve("many.zip");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                ZipWriter zip = new ZipWriter(out)) {
            for (int i = 0; i < many; i++) {
                add(zip, "f" + i, new byte[] {(byte) i});
            }
            zip.finish();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.size()).isEqualTo(many);
            assertThat(content(zip, "f" + (many - 1))).containsExactly((byte) (many - 1));
        }
        assertEndSays(file, many);
    }

    /** From 65,535 on the old end holds that number as "see there", and the new one before it holds the count. */
    private static void assertEndSays(Path file, int many) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int end = all.limit() - 22;
        assertThat(all.getInt(end)).isEqualTo(0x06054b50);
        int old = Short.toUnsignedInt(all.getShort(end + 10));
        if (many < 0xffff) {
            assertThat(old).isEqualTo(many);
            return;
        }
        assertThat(old).isEqualTo(0xffff);
        int locator = end - 20;
        assertThat(all.getInt(locator)).isEqualTo(0x07064b50);
        int large = Math.toIntExact(all.getLong(locator + 8));
        assertThat(all.getInt(large)).isEqualTo(0x06064b50);
        assertThat(all.getLong(large + 24)).isEqualTo(many);
        assertThat(all.getLong(large + 32)).isEqualTo(many);
    }

    @Test
    void aFileOfOverFourGigabytesIsOneToo() throws IOException {
        long size = (4L << 30) + 3;
        Path file = folder.resolve("large.zip");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                ZipWriter zip = new ZipWriter(out)) {
            zip.addFile("zeros", TIME, size, new Zeros());
            add(zip, "after", new byte[] {7});
            zip.finish();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.getEntry("zeros").getSize()).isEqualTo(size);
            assertThat(content(zip, "after")).containsExactly(7);
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("zeros");
            assertThat(zip.transferTo(OutputStream.nullOutputStream())).isEqualTo(size);
            assertThat(zip.getNextEntry().getName()).isEqualTo("after");
            assertThat(zip.readAllBytes()).containsExactly(7);
        }
    }

    /** As long as one likes. */
    private static final class Zeros extends InputStream {
        @Override
        public int read() {
            return 0;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return length;
        }
    }

    private static void add(ZipWriter zip, String name, byte[] content) throws IOException {
        zip.addFile(name, TIME, content.length, new ByteArrayInputStream(content));
    }

    private static byte[] content(ZipFile zip, String name) throws IOException {
        try (InputStream in = zip.getInputStream(zip.getEntry(name))) {
            return in.readAllBytes();
        }
    }
}
