package io.hubstorage.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.testkit.LoopDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of the copy that shares the blocks of another one there, where it cannot be a hard link to it. */
final class SharedCopyTest {
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-02-03T04:05:06Z"));
    private static final int SIZE = 4 << 20;

    @TempDir
    Path home;

    @Test
    void itTakesItsPlaceWithItsTimeAndNothingIsLeftWhereItCannot() throws Exception {
        for (LoopDisk.Type type : new LoopDisk.Type[] {LoopDisk.Type.XFS, LoopDisk.Type.EXT4}) {
            try (LoopDisk disk = LoopDisk.mount(home.resolve(type.system()), type)) {
                Path parts = Files.createDirectory(disk.folder().resolve("parts"));
                Path existing = Files.write(disk.folder().resolve("existing"), new byte[SIZE]);
                Path to = Files.write(disk.folder().resolve("to"), new byte[1]);
                FileCopy files = new FileCopy(parts, true, new RateLimiter(System::nanoTime), new Cancellation());
                long before = disk.used();

                boolean shared = files.share(existing, to, TIME);

                assertThat(shared).as(type.system()).isEqualTo(type == LoopDisk.Type.XFS);
                assertThat(to).hasBinaryContent(new byte[shared ? SIZE : 1]);
                if (shared) {
                    assertThat(Files.getLastModifiedTime(to)).isEqualTo(TIME);
                    assertThat(disk.used() - before).as("more in use").isLessThan(SIZE / 4);
                }
                assertThat(parts).isEmptyDirectory();
            }
        }
    }
}
