package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskMarkTest {
    private static final Path DATA = Path.of("/mnt/my disk/data");

    @TempDir
    Path home;

    private Path proc;
    private Path sys;

    @BeforeEach
    void aUsbDisk() throws IOException {
        proc = home.resolve("proc");
        sys = home.resolve("sys");
        write(proc.resolve("sys/kernel/random/boot_id"), "boot-1\n");
        mounts("8:17", "/dev/sdb1");
        write(sys.resolve("devices/usb1/sdb/diskseq"), "42\n");
        Files.createDirectories(sys.resolve("devices/usb1/sdb/sdb1"));
        Files.createDirectories(sys.resolve("dev/block"));
        Files.createSymbolicLink(sys.resolve("dev/block/8:17"), sys.resolve("devices/usb1/sdb/sdb1"));
        Files.createDirectories(sys.resolve("class/block"));
        Files.createSymbolicLink(sys.resolve("class/block/sdb1"), sys.resolve("devices/usb1/sdb/sdb1"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, text);
    }

    private void mounts(String device, String source) throws IOException {
        write(proc.resolve("self/mountinfo"), """
            22 1 0:20 / / rw - ext4 /dev/sda1 rw
            36 22 %s / /mnt/my\\040disk rw,noatime shared:1 - ext4 %s rw
            37 22 0:40 / /mnt/my rw - tmpfs tmpfs rw
            """.formatted(device, source));
    }

    private String mark() throws IOException {
        return DiskMark.of(DATA, proc, sys);
    }

    @Test
    void itIsTheBootTheDeviceAndTheDisksNumber() throws IOException {
        assertThat(mark()).isEqualTo("boot-1 8:17 42");
    }

    @Test
    void aDiskThatIsPluggedInAgainUnderTheSameNameHasAnother() throws IOException {
        write(sys.resolve("devices/usb1/sdb/diskseq"), "43\n");

        assertThat(mark()).isEqualTo("boot-1 8:17 43");
    }

    @Test
    void aFileSystemWithANumberOfItsOwnIsTracedToItsDisk() throws IOException {
        mounts("0:52", "/dev/sdb1");

        assertThat(mark()).isEqualTo("boot-1 0:52 42");
    }

    @Test
    void aNetworkDiskHasOnlyItsDeviceNumber() throws IOException {
        mounts("0:52", "nas:/volume1/backup");

        assertThat(mark()).isEqualTo("boot-1 0:52 -");
    }

    @Test
    void theRealOneStaysTheSame() throws IOException {
        assertThat(DiskMark.of(home)).isEqualTo(DiskMark.of(home));
    }
}
