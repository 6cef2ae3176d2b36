package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.TransferMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker can still do on the disk once its folder was taken from it, whatever it looked at before. */
final class WorkerFolderTest {
    @TempDir
    Path home;

    private Path tree;
    private Path journal;

    @BeforeEach
    void folders() throws IOException {
        tree = Files.createDirectories(home.resolve("tree"));
        journal = Files.createDirectories(home.resolve("journal"));
        Files.createDirectories(home.resolve("workers"));
    }

    private TransferMessage.Shard asked(int index) {
        return new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 1, index).dispatched(7),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys("", null, null, false),
                new TransferMessage.Workspace(tree.toString(), journal.toString(), List.of()),
                new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false),
                TransferMessage.Progress.NONE);
    }

    private WorkerFolder make(int index) throws IOException {
        return WorkerFolder.make(home.resolve("workers"), asked(index));
    }

    private static void put(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void aWorkerThatWasGivenUpCanMakeNothingAnyMore() throws IOException {
        WorkerFolder folder = make(3);
        TransferMessage.Shard shard = folder.shard(asked(3));
        Path mine = Path.of(shard.workspace().tree());
        put(mine.resolve("a/1"), "whole");
        Path draft = Path.of(shard.workspace().journal()).resolve("shard-0003.1.draft");
        put(draft, "half");
        assertThat(folder.hasLease(asked(3))).isTrue();
        FileChannel open =
                FileChannel.open(mine.resolve("a/2"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

        folder.giveUp();

        assertThat(Path.of(shard.lease())).doesNotExist();
        assertThatThrownBy(() -> Files.createFile(mine.resolve("a/3"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.createDirectory(mine.resolve("b"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.move(draft, mine.resolve("a/4"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.createLink(mine.resolve("a/5"), mine.resolve("a/1")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> Files.delete(mine.resolve("a/1"))).isInstanceOf(NoSuchFileException.class);
        // The one way left: a file that it has open. That one is in no log, and in no snapshot's folder.
        open.write(ByteBuffer.wrap(new byte[] {1}));
        open.close();
        assertThat(tree).isEmptyDirectory();
        assertThat(folder.tree().resolve("a/1")).hasContent("whole");
    }

    @Test
    void theLeaseOfOneThatWasGivenUpIsTakenFromWhereverItsFolderIsNow() throws IOException {
        WorkerFolder folder = make(3);
        folder.giveUp();
        // As a worker still finds it that remembers where the folder has gone.
        assertThat(folder.hasLease(asked(3))).isTrue();

        folder.revokeLater();

        await().until(() -> !folder.hasLease(asked(3)));
    }

    @Test
    void whatTwoShardsHaveMadeIsOneTreeThenAndTheirFoldersAreGone() throws IOException {
        WorkerFolder first = make(0);
        WorkerFolder second = make(1);
        put(first.tree().resolve("a/b/1"), "1");
        put(first.tree().resolve("top"), "top");
        put(second.tree().resolve("a/b/2"), "2");
        put(second.tree().resolve("a/c/d/3"), "3");
        Files.createDirectories(second.tree().resolve("a/e"));
        put(first.log(), "log 0");
        put(second.log(), "log 1");
        put(second.log().resolveSibling("shard-0001.9.draft"), "half");
        put(tree.resolve("a/own"), "of the coordinator's own worker");

        first.takeIn(tree, journal);
        second.takeIn(tree, journal);

        assertThat(tree.resolve("a/b/1")).hasContent("1");
        assertThat(tree.resolve("a/b/2")).hasContent("2");
        assertThat(tree.resolve("a/c/d/3")).hasContent("3");
        assertThat(tree.resolve("a/e")).isEmptyDirectory();
        assertThat(tree.resolve("top")).hasContent("top");
        assertThat(tree.resolve("a/own")).exists();
        assertThat(journal).isDirectoryContaining(file -> file.endsWith("shard-0000.journal"));
        assertThat(journal.toFile().list()).hasSize(2);
        assertThat(home.resolve("workers")).isEmptyDirectory();
    }

    @Test
    void aFolderThatWasBeingTakenInWhenTheProcessDiedIsTakenInLater() throws IOException {
        WorkerFolder folder = make(2);
        put(folder.tree().resolve("a/1"), "1");
        put(folder.log(), "log");
        // A file where a folder must be, so that the first time it comes to no end.
        put(tree.resolve("a"), "in the way");
        assertThatThrownBy(() -> folder.takeIn(tree, journal)).isInstanceOf(IOException.class);
        Files.delete(tree.resolve("a"));

        for (WorkerFolder left : WorkerFolder.in(home.resolve("workers"))) {
            left.takeAfterCrash(tree, journal);
        }

        assertThat(tree.resolve("a/1")).hasContent("1");
        assertThat(journal.resolve("shard-0002.journal")).hasContent("log");
        assertThat(home.resolve("workers")).isEmptyDirectory();
    }
}
