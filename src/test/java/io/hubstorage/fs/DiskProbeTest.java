package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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
        assertThat(DiskProbe.HardLinks.values())
                .allSatisfy(each -> assertThat(each.message()).endsWith("."));
    }

    @Test
    void theRoomOfAFolderThatIsNotThereYetIsThatOfItsDisk() throws IOException {
        assertThat(DiskProbe.usableBytes(folder.resolve("not/yet"))).isPositive();
    }
}
