package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.LoopDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tree on a disk whose files can share their blocks, and which has few hard links for each. */
final class SharedFilesTest {
    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06Z");
    private static final int SIZE = 4 << 20;

    @TempDir
    Path home;

    private final ShardProgress progress = new ShardProgress(TransferMessage.Progress.NONE);
    private LoopDisk disk;
    private TestShard test;
    private Path old;
    private byte[] content;
    private ManifestEntry entry;

    @BeforeEach
    void begin() throws IOException {
        disk = LoopDisk.mount(home.resolve("disk"), LoopDisk.Type.BTRFS_OF_FEW_LINKS);
        test = new TestShard(disk.folder());
        Path source = Files.createDirectories(disk.folder().resolve("old"));
        test.source(new TransferMessage.Source(
                source.toString(), disk.folder().resolve("old.zst").toString(), true, TransferMessage.Trust.MANIFEST));
        content = new byte[SIZE];
        new Random(1).nextBytes(content);
        old = Files.write(source.resolve("x"), content);
        Files.setLastModifiedTime(old, FileTime.from(TIME));
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("r--r--r--"));
        entry = new ManifestEntry(
                "x", "x", new ManifestEntry.Content(SIZE, "e"), new ManifestEntry.Metadata(TIME), EntryState.LINKED);
    }

    @AfterEach
    void end() {
        // Null where nothing can be mounted.
        if (test != null) {
            test.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    private TreeWriter writer(boolean hardLinks) throws IOException {
        test.options(new TransferMessage.Options(true, List.of(), List.of(), hardLinks, false, true, false));
        Shard shard = new Shard(test.message(Mode.COPY));
        return new TreeWriter(shard, new SourceFiles(shard.sources(), progress.lookNanos), progress, new Lease(null));
    }

    private Path file(String path) {
        return test.tree().resolve(path);
    }

    private static Object inode(Path file) throws IOException {
        return Objects.requireNonNull(Files.getAttribute(file, "unix:ino"));
    }

    private void assertShared(Path file) throws IOException {
        assertThat(inode(file)).isNotEqualTo(inode(old));
        assertThat(file).hasBinaryContent(content);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.from(TIME));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--r--r--");
    }

    @Test
    void whatHasNoFurtherHardLinkSharesItsBlocksAndTakesNoRoom() throws IOException {
        TreeWriter tree = writer(true);
        long before = disk.used();
        Set<Object> inodes = new HashSet<>(Set.of(inode(old)));
        // Some 80 names of this length are all that the file can have in one folder there.
        Path last = old;
        for (int i = 0; i < 1_000 && inodes.size() == 1; i++) {
            String name = "%0250d".formatted(i);
            tree.link(old, entry, "a/" + name);
            last = file("a/" + name);
            inodes.add(inode(last));
        }

        assertShared(last);
        assertThat(Files.getAttribute(old, "unix:nlink"))
                .isInstanceOfSatisfying(
                        Integer.class, links -> assertThat(links).isBetween(10, 500));
        assertThat(disk.used() - before).as("more in use").isLessThan(SIZE / 4);
        assertThat(test.journal()).as("drafts").isDirectoryNotContaining("glob:**.draft");
    }

    @Test
    void whereNothingCanBeLinkedAllShareTheirBlocksInPlaceOfWhatWasThere() throws IOException {
        TreeWriter tree = writer(false);
        long before = disk.used();
        tree.write("b/1", new byte[1], TIME);
        for (int i = 0; i < 20; i++) {
            tree.link(old, entry, "b/" + i);
        }

        for (int i = 0; i < 20; i++) {
            assertShared(file("b/" + i));
        }
        assertThat(disk.used() - before).as("more in use").isLessThan(SIZE / 4);
        assertThat(progress.allocatedBytes.sum()).as("as counted").isLessThan(SIZE);
    }

    @Test
    void aSharedFileOfAnInterruptedRunIsNewOnTheDiskOnce() throws IOException {
        writer(false).adopt(old, entry, "x");

        assertShared(file("x"));
        assertThat(progress.allocatedBytes.sum()).isEqualTo(SIZE);
    }
}
