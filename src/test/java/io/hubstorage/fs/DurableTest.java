package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DurableTest {
    @TempDir
    Path folder;

    @Test
    void whatAKillLeftOfAReplacementGoesAndNothingElse() throws IOException {
        Path file = folder.resolve("presence.json");
        Durable.writeAtomically(file, "old".getBytes(StandardCharsets.UTF_8));
        try {
            Durable.writeAtomically(file, _ -> {
                // What a process that ends here would leave.
                try (Stream<Path> names = Files.list(folder)) {
                    Path draft =
                            names.filter(each -> !each.equals(file)).findFirst().orElseThrow();
                    Files.copy(
                            draft, folder.resolve(draft.getFileName().toString().replace(".tmp", "x.tmp")));
                }
                throw new IOException("killed");
            });
        } catch (IOException e) {
            assertThat(e).hasMessage("killed");
        }
        Path others = Files.createFile(folder.resolve(".presence.jsonl.1.tmp"));
        assertThat(folder).isDirectoryContaining(each -> each.toString().endsWith("x.tmp"));

        Durable.deleteDrafts(file);

        assertThat(folder).isDirectoryContaining(each -> each.equals(others));
        assertThat(file).hasContent("old");
        try (Stream<Path> names = Files.list(folder)) {
            assertThat(names).containsExactlyInAnyOrder(file, others);
        }
    }

    @Test
    @EnabledOnOs(LINUX)
    void onLinuxTheWholeFileSystemIsSyncedByOneCall() throws IOException {
        try (SyncFs disk = Objects.requireNonNull(SyncFs.open(folder))) {
            assertThat(disk.sync()).isTrue();
        }
        assertThatThrownBy(() -> SyncFs.open(folder.resolve("absent")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent")
                .hasMessageContaining("errno 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fuse",
                "fuseblk",
                "fuse.mergerfs",
                "fuse.shfs",
                "fuse.sshfs",
                "nfs",
                "nfs4",
                "cifs",
                "smb3",
                "9p",
                "?"
            })
    void whatIsNotKnownToKeepItsWordIsSyncedFileByFile(String type) {
        assertThat(DiskSync.isSyncedWhole(type)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs", "btrfs", "zfs", "overlay", "tmpfs"})
    void ordinaryDisksAreSyncedWhole(String type) {
        assertThat(DiskSync.isSyncedWhole(type)).isTrue();
    }

    @Test
    void aFolderAppearsUnderItsFinalNameWithAllItHolds() throws IOException {
        Path from = Files.createDirectories(folder.resolve("staging/snapshot"));
        Files.writeString(from.resolve("file"), "x");
        try (DiskSync disk = DiskSync.open(folder)) {
            disk.sync(from);
        }
        Durable.commitFolder(from, folder.resolve("hublink_1"));
        assertThat(folder.resolve("hublink_1/file")).hasContent("x");
        assertThat(from).doesNotExist();
    }

    @Test
    void nothingIsEverCommittedOverAnotherFolder() throws IOException {
        Path from = Files.createDirectories(folder.resolve("snapshot"));
        Path empty = Files.createDirectories(folder.resolve("hublink_1"));
        assertThatThrownBy(() -> Durable.commitFolder(from, empty)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(from).exists();
    }

    @Test
    void aFileIsReplacedAsAWholeAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("run.json");
        Durable.writeAtomically(file, "old".getBytes(StandardCharsets.UTF_8));
        Durable.writeAtomically(file, "new and longer".getBytes(StandardCharsets.UTF_8));
        assertThat(file).hasContent("new and longer");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void itIsAsReadableAsAnyOtherFile() throws IOException {
        Path file = folder.resolve("run.json");
        Durable.writeAtomically(file, new byte[1]);
        Path other = Files.createFile(folder.resolve("other"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void aFailedReplacementLeavesNothingBehind() throws IOException {
        Path target = folder.resolve("target");
        Files.createDirectories(target.resolve("full"));
        assertThatThrownBy(() -> Durable.writeAtomically(target, new byte[1])).isInstanceOf(IOException.class);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void aReplacedFileKeepsItsMode() throws IOException {
        Path file = Files.createFile(folder.resolve("history"), Durable.ownerOnly(folder));
        assertThat(mode(file)).isEqualTo("rw-------");
        Durable.writeAtomically(
                file, channel -> Durable.writeFully(channel, ByteBuffer.wrap("new".getBytes(StandardCharsets.UTF_8))));
        assertThat(file).hasContent("new");
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void contentThatFailsHalfWayLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("history"), "old");
        assertThatThrownBy(() -> Durable.writeAtomically(file, channel -> {
                    Durable.writeFully(channel, ByteBuffer.wrap(new byte[9]));
                    throw new IOException("torn");
                }))
                .hasMessage("torn");
        assertThat(file).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aRangeIsReadWholeOrNotAtAll() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file)) {
            assertThat(Durable.readFully(channel, 3, 4)).asString().isEqualTo("3456");
            assertThat(Durable.readFully(channel, 10, 0)).isEmpty();
            assertThatThrownBy(() -> Durable.readFully(channel, 8, 3))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("ends before byte 11");
        }
    }

    @Test
    void theFolderOfAFileIsAbsolute() {
        assertThat(Durable.folderOf(Path.of("file"))).isEqualTo(Path.of("").toAbsolutePath());
        assertThatThrownBy(() -> Durable.folderOf(Path.of("/"))).isInstanceOf(IllegalArgumentException.class);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
