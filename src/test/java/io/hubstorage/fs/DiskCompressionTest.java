package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.fs.DiskCompression.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiskCompressionTest {
    @TempDir
    private Path folder = Path.of("");

    /** Where nothing but these lines is known. */
    private DiskCompression of(String... lines) throws IOException {
        Path mountinfo = folder.resolve("mountinfo");
        Files.write(mountinfo, List.of(lines));
        return DiskCompression.of(
                Files.createDirectories(folder.resolve("disk/data")).toRealPath(), mountinfo);
    }

    private String mounted(String type, String source, String options) throws IOException {
        return "44 27 0:39 / %s rw,relatime shared:1 - %s %s %s"
                .formatted(folder.toRealPath().resolve("disk"), type, source, options);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        btrfs    | rw,compress=zstd:1,space_cache=v2 | ON   | zstd:1
        btrfs    | rw,compress-force=lzo             | ON   | lzo
        btrfs    | rw,space_cache=v2                 | OFF  |
        btrfs    | rw,compress=no                    | OFF  |
        bcachefs | rw,compression=lz4                | ON   | lz4
        bcachefs | rw                                | OFF  |
        zfs      | rw,xattr,noacl                    | UNTOLD |
        ext4     | rw                                | NONE |
        """)
    void whatItIsMountedWithTells(String type, String options, State state, String setting) throws IOException {
        DiskCompression found = of("1 0 8:1 / / rw - ext4 /dev/sda1 rw", mounted(type, "tank/data", options));
        assertThat(found).isEqualTo(new DiskCompression(type, state, setting, "tank/data"));
        assertThat(found.remedy() == null).isEqualTo(state == State.ON);
    }

    @Test
    void theFoldersOwnPropertyCountsMore() {
        Mount mount = new Mount("0:39", "btrfs", "/dev/sdb", List.of("rw", "compress=zstd:1"));
        assertThat(DiskCompression.btrfs(mount, "lzo").setting()).isEqualTo("lzo");
        assertThat(DiskCompression.btrfs(mount, "none").state()).isEqualTo(State.OFF);
        assertThat(DiskCompression.btrfs(mount, "").setting()).isEqualTo("zstd:1");
        assertThat(DiskCompression.btrfs(mount, null).setting()).isEqualTo("zstd:1");
    }

    @Test
    void whatIsMountedFurtherDownCounts() throws IOException {
        assertThat(of(
                                mounted("btrfs", "/dev/sdb", "rw,compress=zstd"),
                                "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
                                "45 27 0:40 / /elsewhere rw - zfs tank rw")
                        .fileSystem())
                .isEqualTo("btrfs");
    }

    @Test
    void ofZfsItNamesTheCommandForTheDataSet() throws IOException {
        assertThat(of(mounted("zfs", "tank/my\\040data", "rw")).remedy()).contains("zfs get compression tank/my data");
    }

    @Test
    void withoutAWordOfTheSystemNothingIsClaimed() throws IOException {
        assertThat(of().state()).isEqualTo(State.NONE);
        assertThat(DiskCompression.of(folder).fileSystem()).isNotEmpty();
    }
}
