package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.testkit.LoopDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiskProbeTest {
    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void anOrdinaryDiskCanDoEverything() throws IOException {
        Path existing = Files.writeString(folder.resolve("existing"), "x");
        Path staging = folder.resolve("staging");
        DiskProbe probe = DiskProbe.probe(staging, existing);
        assertThat(probe.hardLinks()).isEqualTo(DiskProbe.HardLinks.WORK);
        assertThat(probe.detail()).isNull();
        assertThat(probe.caseInsensitive()).isFalse();
        assertThat(probe.normalising()).isFalse();
        assertThat(probe.usableBytes()).isPositive();
        assertThat(staging).isEmptyDirectory();
        assertThat(Files.getAttribute(existing, "unix:nlink")).isEqualTo(1);
    }

    @Test
    void withoutAnEarlierFileItLinksOneOfItsOwn() throws IOException {
        assertThat(DiskProbe.probe(folder, null).hardLinks()).isEqualTo(DiskProbe.HardLinks.WORK);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileOnAnotherDiskIsToldApart() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(folder)));
        Path elsewhere = Files.createTempFile(memory, "probe", null);
        try {
            DiskProbe probe = DiskProbe.probe(folder, elsewhere);
            assertThat(probe.hardLinks()).isEqualTo(DiskProbe.HardLinks.OTHER_DISK);
            assertThat(probe.detail()).isNotBlank();
        } finally {
            Files.delete(elsewhere);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileThatMayNotBeLinkedIsToldApartFromADiskWithoutLinks() throws IOException {
        Path folderCannotBeLinked = Files.createDirectories(folder.resolve("existing"));
        assertThat(DiskProbe.probe(folder.resolve("staging"), folderCannotBeLinked)
                        .hardLinks())
                .isEqualTo(DiskProbe.HardLinks.NOT_PERMITTED);
    }

    @Test
    void everyAnswerSaysWhatItMeans() {
        for (DiskProbe.HardLinks each : DiskProbe.HardLinks.values()) {
            DiskProbe copies = new DiskProbe(each, null, false, false, false, 1);
            DiskProbe shares = new DiskProbe(each, null, true, false, false, 1);
            assertThat(copies.message()).endsWith(".");
            assertThat(shares.message()).endsWith(".").isNotEqualTo(copies.links() ? null : copies.message());
            assertThat(shares.message().contains("copied")).as("%s", each).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"EXT4, false", "XFS, true", "BTRFS, true"})
    void whetherFilesCanShareTheirBlocksIsFoundByTrying(LoopDisk.Type type, boolean can) throws IOException {
        try (LoopDisk disk = LoopDisk.mount(folder.toRealPath().resolve("disk"), type)) {
            Path existing = Files.writeString(disk.folder().resolve("existing"), "x");
            for (Path each : new Path[] {null, existing}) {
                DiskProbe probe = DiskProbe.probe(disk.folder().resolve("staging"), each);
                assertThat(probe.reflinks()).isEqualTo(can);
                assertThat(probe.links()).isTrue();
            }
            assertThat(disk.folder().resolve("staging")).isEmptyDirectory();
        }
    }

    @Test
    void theRoomOfAFolderThatIsNotThereYetIsThatOfItsDisk() throws IOException {
        assertThat(DiskProbe.usableBytes(folder.resolve("not/yet"))).isPositive();
    }
}
