package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BusJson;
import io.hubstorage.fs.Sha256;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.LoopDisk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a repair puts in place, and what it keeps, where a file has all the hard links that it can have. */
final class SharedBlocksTest {
    private static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-02-03T04:05:06Z"));
    private static final int SIZE = 4 << 20;

    @TempDir
    Path home;

    private static byte[] content() {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static Path file(LoopDisk disk) throws IOException {
        Path file = Files.write(disk.folder().resolve("file"), content());
        Files.setLastModifiedTime(file, TIME);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        return file;
    }

    /** Gives a file as many names in a folder as it can have there. */
    private static void exhaust(Path file, Path folder) throws IOException {
        for (String format : new String[] {"%0200d", "%05d"}) {
            try {
                for (int i = 0; i < 5_000; i++) {
                    Files.createLink(folder.resolve(format.formatted(i)), file);
                }
                throw new AssertionError("there is always one more");
            } catch (FileSystemException full) {
                assertThat(full).hasMessageContaining("Too many links");
            }
        }
    }

    private static void assertShared(Path file, Path original) throws IOException {
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(Files.getAttribute(original, "unix:ino"));
        assertThat(file).hasBinaryContent(content());
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(TIME);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
    }

    @Test
    void theRightFileSharesItsBlocksWithTheNamesThatItCannotHave() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), LoopDisk.Type.BTRFS_OF_FEW_LINKS)) {
            Path good = file(disk);
            Layout layout = new Layout(disk.folder().resolve("data"));
            try (Staging staging = Staging.open(layout, NOW)) {
                exhaust(good, layout.repairs());
                long before = disk.used();

                Path next = staging.link(
                        good, HexFormat.of().formatHex(Sha256.digest().digest(content())));

                assertShared(next, good);
                assertThat(disk.used() - before).as("more in use").isLessThan(SIZE / 4);
            }
        }
    }

    @Test
    void soDoesWhatIsKeptInQuarantine() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), LoopDisk.Type.BTRFS_OF_FEW_LINKS)) {
            Path damaged = file(disk);
            Layout layout = new Layout(disk.folder().resolve("data"));
            Quarantine quarantine = Quarantine.open(layout, NOW);
            Files.createDirectories(layout.quarantine());
            exhaust(damaged, layout.quarantine());
            long before = disk.used();

            String name = quarantine.keep(damaged, BusJson.mapper().createObjectNode(), NOW);

            assertShared(layout.quarantine().resolve(String.valueOf(name)), damaged);
            assertThat(disk.used() - before).as("more in use").isLessThan(SIZE / 4);
        }
    }
}
