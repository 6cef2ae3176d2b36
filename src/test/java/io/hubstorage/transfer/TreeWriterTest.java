package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.fs.Blocks;
import io.hubstorage.fs.Sha256;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.TextBucket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class TreeWriterTest {
    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06Z");

    @TempDir
    Path home;

    private final ShardProgress progress = new ShardProgress(TransferMessage.Progress.NONE);
    private TestShard test;
    private Path old;
    private TreeWriter tree;
    private long block;

    @BeforeEach
    void begin() throws IOException {
        test = new TestShard(home);
        old = Files.createDirectories(home.resolve("old"));
        test.source(new TransferMessage.Source(
                old.toString(), home.resolve("old.zst").toString(), true, TransferMessage.Trust.MANIFEST));
        tree = writer(true);
        block = Blocks.of(home).size();
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private TreeWriter writer(boolean hardLinks) throws IOException {
        test.options(new TransferMessage.Options(true, List.of(), List.of(), hardLinks, false, true, false));
        Shard shard = new Shard(test.message(Mode.COPY));
        return new TreeWriter(shard, new SourceFiles(shard.sources(), progress.lookNanos), progress, new Lease(null));
    }

    private Path file(String path) {
        return test.tree().resolve(path);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static Object inode(Path file) throws IOException {
        return Objects.requireNonNull(Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS));
    }

    private ManifestEntry held(String path, int size, String mode) throws IOException {
        Path file = old.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, new byte[size]);
        Files.setLastModifiedTime(file, FileTime.from(TIME));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return new ManifestEntry(
                path, path, new ManifestEntry.Content(size, "e"), new ManifestEntry.Metadata(TIME), EntryState.LINKED);
    }

    @Test
    void aFileIsWrittenWithItsFoldersItsTimeAndReadOnly() throws IOException {
        tree.write("a/b/c", new byte[] {1, 2, 3}, TIME);

        assertThat(file("a/b/c")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(mode(file("a/b/c"))).isEqualTo("r--r--r--");
        assertThat(Files.getLastModifiedTime(file("a/b/c"))).isEqualTo(FileTime.from(TIME));
    }

    @Test
    void whatIsNewOnTheDiskIsCountedInWholeBlocks() throws IOException {
        tree.write("a/b/one", new byte[1], TIME);
        assertThat(progress.allocatedBytes.sum()).as("two folders and a file").isEqualTo(3 * block);

        tree.write("a/b/two", new byte[(int) block + 1], TIME);
        assertThat(progress.allocatedBytes.sum()).isEqualTo(5 * block);
    }

    @Test
    void soAreTheFurtherBlocksOfAFolderOfManyNames() throws IOException {
        ManifestEntry entry = held("x", 0, "r--r--r--");
        // Ten bytes beside each name, and blocks three quarters full.
        long each = 10L + "a-rather-long-name-0000".length();
        long full = block * 3 / 4;
        for (int number = 0; number < 300; number++) {
            String name = "a-rather-long-name-%04d".formatted(number);
            tree.link(old.resolve("x"), entry, "one/" + name);
            tree.link(old.resolve("x"), entry, "two/" + name);

            long blocks = 1 + (number + 1) * each / full;
            assertThat(progress.allocatedBytes.sum()).isEqualTo(2 * blocks * block);
        }
    }

    @Test
    void whatAnEarlierAttemptLeftGivesWay() throws IOException {
        tree.write("a", new byte[9], TIME);
        tree.write("a", new byte[] {1}, TIME);

        assertThat(file("a")).hasBinaryContent(new byte[] {1});
    }

    @Test
    void aFolderThatSomebodyDeletedIsMadeAnew() throws IOException {
        tree.write("a/b/one", new byte[1], TIME);
        Files.delete(file("a/b/one"));
        Files.delete(file("a/b"));
        Files.delete(file("a"));

        tree.write("a/b/two", new byte[1], TIME);

        assertThat(file("a/b/two")).exists();
    }

    @Test
    void aFileInThePlaceOfAFolderIsAnError() throws IOException {
        tree.write("a", new byte[1], TIME);

        assertThatThrownBy(() -> tree.folder("a/b")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> tree.folder("a")).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void aDraftIsInTheTreeWhenItIsFinishedAndNotBefore() throws IOException {
        try (TreeWriter.Draft draft = tree.draft()) {
            draft.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
            assertThat(test.tree()).isEmptyDirectory();
            draft.finish("a/b", FileTime.from(TIME));
        }

        assertThat(file("a/b")).hasBinaryContent(new byte[] {1, 2});
        assertThat(mode(file("a/b"))).isEqualTo("r--r--r--");
        assertThat(Files.getLastModifiedTime(file("a/b"))).isEqualTo(FileTime.from(TIME));
        assertThat(progress.allocatedBytes.sum()).isEqualTo(2 * block);
    }

    @Test
    void aDraftThatIsNotFinishedLeavesNothing() throws IOException {
        try (TreeWriter.Draft draft = tree.draft()) {
            draft.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
        }

        assertThat(test.tree()).isEmptyDirectory();
        assertThat(test.journal()).isDirectoryContaining(file -> file.toString().endsWith(".lease"));
        assertThat(test.journal()).isDirectoryNotContaining("glob:**.draft");
    }

    @Test
    void aDraftThatWasKeptIsGoneOnWithWhereItWas() throws IOException {
        Path kept;
        try (TreeWriter.Draft draft = tree.draft()) {
            draft.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
            kept = draft.keep();
        }
        assertThat(mode(kept)).isEqualTo("r--r--r--");

        try (TreeWriter.Draft draft = tree.resume(kept)) {
            assertThat(mode(kept)).isEqualTo("r--r--r--");
            draft.channel().write(ByteBuffer.wrap(new byte[] {3}), 2);
            draft.finish("a", FileTime.from(TIME));
        }

        assertThat(file("a")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(kept).doesNotExist();
    }

    @Test
    void aFinishedDraftTakesThePlaceOfAnEarlierFileAndFindsItsFolderAgain() throws IOException {
        tree.write("a/b", new byte[9], TIME);
        try (TreeWriter.Draft draft = tree.draft()) {
            Files.delete(file("a/b"));
            Files.delete(file("a"));
            draft.finish("a/b", FileTime.from(TIME));
        }
        try (TreeWriter.Draft draft = tree.draft()) {
            draft.channel().write(ByteBuffer.wrap(new byte[] {7}));
            draft.finish("a/b", FileTime.from(TIME));
        }

        assertThat(file("a/b")).hasBinaryContent(new byte[] {7});
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
    void whatThereIsNoRoomForInBothFormsStaysAsItIs() throws Exception {
        byte[] large = TextBucket.text(4 << 20, 1);
        byte[] small = TextBucket.text(1 << 20, 2);
        try (SmallDisk _ = SmallDisk.mount(home.resolve("small"), 11, 1_000);
                TestShard there = new TestShard(home.resolve("small"))) {
            there.options(new TransferMessage.Options(
                    true,
                    List.of(),
                    List.of(),
                    true,
                    false,
                    false,
                    false,
                    new TransferMessage.Compression(List.of("*"), 3)));
            Shard shard = new Shard(there.message(Mode.COPY));
            TreeWriter writer = new TreeWriter(
                    shard, new SourceFiles(shard.sources(), progress.lookNanos), progress, new Lease(null));

            assertThat(finished(writer, "large", large)).isNull();
            assertThat(finished(writer, "small", small)).isNotNull();

            assertThat(there.tree().resolve("large")).hasBinaryContent(large);
            assertThat(there.tree().resolve("small.zst")).isRegularFile();
            assertThat(there.tree()).isDirectoryNotContaining("glob:**/small");
        }
    }

    private static ManifestEntry.@Nullable Stored finished(TreeWriter writer, String key, byte[] body)
            throws IOException, InterruptedException {
        ListedObject object = new ListedObject(key, body.length, "e", TIME, null, false);
        try (TreeWriter.Draft draft = writer.draft()) {
            draft.channel().write(ByteBuffer.wrap(body));
            return draft.finish(
                    new FetchTask(key, key + ".zst", object, null, null, false),
                    HexFormat.of().formatHex(Sha256.digest().digest(body)));
        }
    }

    @Test
    void aLinkIsTheSameFile() throws IOException {
        ManifestEntry entry = held("x/y", 5, "r--r--r--");

        tree.link(old.resolve("x/y"), entry, "a/b");

        assertThat(inode(file("a/b"))).isEqualTo(inode(old.resolve("x/y")));
        assertThat(progress.writableFiles.sum()).isZero();
        assertThat(progress.allocatedBytes.sum()).as("the folder alone").isEqualTo(block);
    }

    @Test
    void aLinkTakesThePlaceOfAnEarlierFileAndFindsItsFolderAgain() throws IOException {
        ManifestEntry entry = held("x", 5, "r--r--r--");
        tree.write("a/b", new byte[1], TIME);
        tree.link(old.resolve("x"), entry, "a/b");
        Files.delete(file("a/b"));
        Files.delete(file("a"));

        tree.link(old.resolve("x"), entry, "a/b");

        assertThat(inode(file("a/b"))).isEqualTo(inode(old.resolve("x")));
    }

    @Test
    void linkedFilesThatSomebodyMayWriteToAreCounted() throws IOException {
        tree.link(old.resolve("x"), held("x", 5, "rw-r--r--"), "x");

        assertThat(progress.writableFiles.sum()).isEqualTo(1);
        assertThat(mode(old.resolve("x"))).as("never touched").isEqualTo("rw-r--r--");
    }

    @Test
    void aFileThatIsNotWhatItsLineSaysIsNotLinked() throws IOException {
        ManifestEntry entry = held("x", 5, "rw-r--r--");
        Files.write(old.resolve("x"), new byte[6]);

        assertThatThrownBy(() -> tree.link(old.resolve("x"), entry, "x"))
                .isInstanceOf(SourceFiles.DamagedException.class)
                .hasMessageContaining("6 bytes instead of 5");
        assertThatThrownBy(() -> tree.sources().look(old.resolve("x"), entry))
                .isInstanceOf(SourceFiles.DamagedException.class);
        assertThat(file("x")).doesNotExist();
    }

    @Test
    void aMarkersLinkIsItsFolder() throws IOException {
        ManifestEntry marker = new ManifestEntry(
                "x/", "x", new ManifestEntry.Content(0, "e"), new ManifestEntry.Metadata(TIME), EntryState.LINKED);

        tree.link(old.resolve("x"), marker, "x");

        assertThat(file("x")).isDirectory();
        assertThat(progress.allocatedBytes.sum()).isEqualTo(block);
    }

    @Test
    void whereTheDiskHasNoHardLinksAFileIsCopiedWithItsTime() throws IOException {
        TreeWriter copying = writer(false);
        ManifestEntry entry = held("x", 600_000, "rw-r--r--");
        byte[] content = new byte[600_000];
        content[599_999] = 9;
        Files.write(old.resolve("x"), content);
        Files.setLastModifiedTime(old.resolve("x"), FileTime.from(TIME));

        copying.link(old.resolve("x"), entry, "a/b");

        assertThat(file("a/b")).hasBinaryContent(content);
        assertThat(inode(file("a/b"))).isNotEqualTo(inode(old.resolve("x")));
        assertThat(Files.getLastModifiedTime(file("a/b"))).isEqualTo(FileTime.from(TIME));
        assertThat(mode(file("a/b"))).isEqualTo("r--r--r--");
    }

    @Test
    void aFileThatCannotBeLinkedIsCopiedOnTheSpot() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(home)),
                "there is no second disk");
        ManifestEntry entry = held("x", 5, "r--r--r--");
        Path elsewhere = Files.createTempDirectory(memory, "hubstorage");
        try {
            Path there = Files.move(old.resolve("x"), elsewhere.resolve("x"));

            tree.link(there, entry, "a/b");

            assertThat(file("a/b")).hasBinaryContent(new byte[5]);
            assertThat(Files.getLastModifiedTime(file("a/b"))).isEqualTo(FileTime.from(TIME));
        } finally {
            Trees.delete(elsewhere);
        }
    }

    @Test
    void aFileOfAnInterruptedRunIsNewOnTheDisk() throws IOException {
        tree.adopt(old.resolve("x"), held("x", 5, "r--r--r--"), "x");

        assertThat(progress.allocatedBytes.sum()).isEqualTo(block);
        assertThat(inode(file("x"))).isEqualTo(inode(old.resolve("x")));
    }

    @Test
    void aCopyOfItIsCountedOnce() throws IOException {
        TreeWriter copying = writer(false);

        copying.adopt(old.resolve("x"), held("x", 5, "r--r--r--"), "x");

        assertThat(progress.allocatedBytes.sum()).isEqualTo(block);
    }

    @Test
    void aSymbolicLinkIsNoFileOfOurs() throws IOException {
        ManifestEntry entry = held("x", 5, "r--r--r--");
        Files.createSymbolicLink(old.resolve("y"), old.resolve("x"));
        Files.createSymbolicLink(old.resolve("folder"), Files.createDirectories(home.resolve("elsewhere")));
        Files.write(home.resolve("elsewhere/z"), new byte[5]);

        assertThat(tree.sources().isOwn(old.resolve("x"))).isTrue();
        assertThat(tree.sources().isOwn(old.resolve("y"))).isFalse();
        assertThat(tree.sources().isOwn(old.resolve("folder/z"))).isFalse();
        assertThatThrownBy(() -> tree.link(old.resolve("y"), entry, "y"))
                .isInstanceOf(SourceFiles.DamagedException.class);
    }

    @Test
    void withoutItsLeaseNothingIsWritten() throws IOException {
        Shard shard = new Shard(test.message(Mode.COPY));
        Lease lease = new Lease(Path.of(home.toString(), "no-such-lease"));
        TreeWriter late = new TreeWriter(shard, new SourceFiles(shard.sources(), progress.lookNanos), progress, lease);
        ManifestEntry entry = held("x", 5, "r--r--r--");

        assertThatThrownBy(() -> late.write("a", new byte[1], TIME)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> late.folder("a")).isInstanceOf(CancellationException.class);
        assertThatThrownBy(late::draft).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> late.resume(old.resolve("x"))).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> late.link(old.resolve("x"), entry, "x")).isInstanceOf(CancellationException.class);
        assertThat(test.tree()).isEmptyDirectory();
    }

    @Test
    void aDraftThatLosesItsLeaseOnTheWayDoesNotGetIntoTheTree() throws IOException {
        Shard shard = new Shard(test.message(Mode.COPY));
        Lease lease = new Lease(shard.lease());
        TreeWriter late = new TreeWriter(shard, new SourceFiles(shard.sources(), progress.lookNanos), progress, lease);
        try (TreeWriter.Draft draft = late.draft()) {
            Files.delete(shard.lease());
            assertThat(lease.isLost()).isTrue();

            assertThatThrownBy(() -> draft.finish("a", FileTime.from(TIME))).isInstanceOf(CancellationException.class);
        }

        assertThat(test.tree()).isEmptyDirectory();
    }

    @Test
    void aDraftIsClosedBeforeItsFileIsInTheTreeAndWhenItIsGivenUp() throws IOException {
        // What a network disk could not write, it says at the latest when the file is closed.
        try (TreeWriter.Draft finished = tree.draft()) {
            finished.finish("a", FileTime.from(TIME));
            assertThat(finished.channel().isOpen()).isFalse();
        }
        TreeWriter.Draft givenUp = tree.draft();
        givenUp.close();

        assertThat(givenUp.channel().isOpen()).isFalse();
    }
}
