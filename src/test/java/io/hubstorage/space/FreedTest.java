package io.hubstorage.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.fs.Inode;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What deleting snapshots frees, against {@code du} before and after. */
final class FreedTest {
    @TempDir
    Path folder;

    private Layout layout;

    @BeforeEach
    void lay() {
        layout = new Layout(folder.resolve("data"));
    }

    private Path file(String snapshot, String path, int bytes) throws IOException {
        Path file = layout.snapshot(snapshot).resolve(path);
        Files.createDirectories(file.getParent());
        return Files.write(file, new byte[bytes]);
    }

    private void link(String snapshot, String path, Path original) throws IOException {
        Path link = layout.snapshot(snapshot).resolve(path);
        Files.createDirectories(link.getParent());
        Files.createLink(link, original);
    }

    private long allocated(Path path) throws IOException {
        try (Inode.Reader reader = new Inode.Reader()) {
            return reader.read(path).allocated();
        }
    }

    /** What the folders take: all of them are theirs alone. */
    private long folders(String... snapshots) throws IOException {
        long sum = 0;
        for (String snapshot : snapshots) {
            try (Stream<Path> all = Files.walk(layout.snapshot(snapshot))) {
                for (Path each : all.filter(Files::isDirectory).toList()) {
                    sum += allocated(each);
                }
            }
        }
        return sum;
    }

    private Freed freed(String... snapshots) throws Exception {
        return Freed.of(layout, List.of(snapshots));
    }

    @Test
    void aFileCountsOnceAndOnlyWhenAllOfItsNamesGo() throws Exception {
        Path shared = file("hublink_1", "s3/photos/shared", 10_000);
        link("hublink_2", "s3/photos/shared", shared);
        link("hublink_3", "s3/photos/shared", shared);
        Path own = file("hublink_2", "s3/photos/own", 5_000);
        Path manifest = file("hublink_2", "manifest/photos.jsonl.zst", 300);

        long alone = allocated(own) + allocated(manifest) + folders("hublink_2");
        assertThat(freed("hublink_2")).isEqualTo(new Freed(alone, 2));
        assertThat(freed("hublink_1", "hublink_2").bytes())
                .as("the third has it too")
                .isEqualTo(alone + folders("hublink_1"));
        assertThat(freed("hublink_1", "hublink_2", "hublink_3").bytes())
                .isEqualTo(alone + folders("hublink_1", "hublink_3") + allocated(shared));
    }

    @Test
    void aNameOutsideOfTheDataFolderHoldsAFile() throws Exception {
        Path file = file("hublink_1", "s3/photos/a", 10_000);
        long with = freed("hublink_1").bytes();
        Files.createLink(folder.resolve("elsewhere"), file);
        assertThat(freed("hublink_1").bytes()).isEqualTo(with - allocated(file));
    }

    @Test
    void severalNamesInOneSnapshotAreOneFile() throws Exception {
        Path file = file("hublink_1", "s3/photos/a", 10_000);
        link("hublink_1", "s3/photos/folder/b", file);
        assertThat(freed("hublink_1")).isEqualTo(new Freed(allocated(file) + folders("hublink_1"), 1));
    }

    @Test
    void aLinkIsNotFollowedAndWhatIsGoneCountsNothing() throws Exception {
        file("hublink_1", "s3/photos/a", 10_000);
        Files.createSymbolicLink(layout.snapshot("hublink_2"), layout.snapshot("hublink_1"));
        assertThat(freed("hublink_2", "hublink_3")).isEqualTo(new Freed(0, 0));
        Files.createDirectories(layout.snapshot("hublink_4"));
        long before = freed("hublink_4").bytes();
        Path link = Files.createSymbolicLink(
                layout.snapshot("hublink_4").resolve("s3"),
                layout.snapshot("hublink_1").resolve("s3"));
        assertThat(freed("hublink_4").bytes()).isEqualTo(before + allocated(link));
    }

    @Test
    void aSparseFileCountsWhatItTakes() throws Exception {
        Path file = file("hublink_1", "s3/photos/a", 1);
        long with = freed("hublink_1").bytes();
        try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
            channel.position(1L << 30);
            channel.write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        assertThat(freed("hublink_1").bytes()).isBetween(with, with + (1 << 20));
    }

    @Test
    void ofManySnapshotsAtRandomItIsWhatDuSaysAlsoWhenMemoryIsFull() throws Exception {
        Random random = new Random(20261127);
        List<Path> files = new ArrayList<>();
        List<String> names = Stream.iterate(1, each -> each + 1)
                .limit(8)
                .map(each -> "hublink_" + each)
                .toList();
        for (String name : names) {
            for (int i = 0; i < 60; i++) {
                String path = "s3/b%d/f%d/%d".formatted(random.nextInt(3), random.nextInt(4), i);
                if (files.isEmpty() || random.nextInt(3) == 0) {
                    files.add(file(name, path, random.nextInt(20_000)));
                } else {
                    link(name, path, files.get(random.nextInt(files.size())));
                }
            }
        }
        Files.createLink(folder.resolve("elsewhere"), files.get(3));
        long before = du(layout.data());
        List<String> going = names.stream().filter(_ -> random.nextBoolean()).toList();
        Freed foretold = Freed.of(layout, going);
        List<Path> folders = going.stream().map(layout::snapshot).toList();
        Path scratch = folder.resolve("scratch");
        assertThat(Freed.of(folders, new LinkCount(scratch, 8))).isEqualTo(foretold);

        long dataFolder = allocated(layout.data());
        for (Path each : folders) {
            Trees.delete(each);
        }
        // The data folder itself may shrink, and what has a name elsewhere is still there, although du finds it no
        // more.
        long shrunk = dataFolder - allocated(layout.data());
        long held = links(folder.resolve("elsewhere")) == 1 ? allocated(folder.resolve("elsewhere")) : 0;
        assertThat(foretold.bytes()).isEqualTo(before - du(layout.data()) - shrunk - held);
    }

    private static int links(Path path) throws IOException {
        try (Inode.Reader reader = new Inode.Reader()) {
            return reader.read(path).links();
        }
    }

    private static long du(Path path) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/du")), "no du here");
        Process du = new ProcessBuilder("/usr/bin/du", "-s", "-B1", path.toString()).start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(du.waitFor()).isZero();
        return Long.parseLong(said.split("\\s", 2)[0]);
    }

    @Test
    void whatANameHasThatIsNoAsciiIsFoundToo() throws Exception {
        Path file = file("hublink_1", "s3/photos/fjörd-画像", 9_000);
        assertThat(freed("hublink_1").bytes()).isEqualTo(allocated(file) + folders("hublink_1"));
        assertThat(allocated(file)).isBetween(9_000L, 70_000L);
        try (Inode.Reader reader = new Inode.Reader()) {
            assertThat(reader.read(file).number())
                    .isEqualTo(((Number) Files.getAttribute(file, "unix:ino")).longValue());
            assertThat(reader.read(file).links()).isEqualTo(1);
            assertThatThrownBy(() -> reader.read(folder.resolve("absent"))).isInstanceOf(NoSuchFileException.class);
        }
    }
}
