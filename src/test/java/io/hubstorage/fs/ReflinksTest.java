package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.testkit.LoopDisk;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On real file systems, each mounted for the test. */
final class ReflinksTest {
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-02-03T04:05:06Z"));
    private static final int SIZE = 8 << 20;

    @TempDir
    Path home;

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(names = {"BTRFS", "XFS"})
    void aFileSharesItsBlocksAndIsOneOfItsOwnForAllElse(LoopDisk.Type type) throws IOException {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), type)) {
            Path from = Files.write(disk.folder().resolve("from"), bytes(SIZE));
            Path to = disk.folder().resolve("tö");
            long before = disk.used();

            assertThat(new Reflinks().make(from, to, TIME, true)).isTrue();

            assertThat(disk.used() - before).as("used of the disk").isLessThan(SIZE / 8);
            assertThat(to).hasBinaryContent(bytes(SIZE));
            assertThat(Files.getLastModifiedTime(to)).isEqualTo(TIME);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
                    .isEqualTo("r--r--r--");
            assertThat(Files.getAttribute(to, "unix:ino")).isNotEqualTo(Files.getAttribute(from, "unix:ino"));
            Files.write(from, new byte[] {1}, StandardOpenOption.WRITE);
            assertThat(to).as("after the other was written to").hasBinaryContent(bytes(SIZE));
        }
    }

    @Test
    void aVirtualThreadHasItMadeByAnother() throws Exception {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), LoopDisk.Type.XFS)) {
            Path from = Files.write(disk.folder().resolve("from"), new byte[9]);
            Path to = disk.folder().resolve("to");
            Reflinks reflinks = new Reflinks();
            List<Object> came = new CopyOnWriteArrayList<>();

            Thread.startVirtualThread(() -> {
                        for (int i = 0; i < 2; i++) {
                            try {
                                came.add(reflinks.make(from, to, TIME, true));
                            } catch (IOException e) {
                                came.add(e.getClass());
                            }
                        }
                    })
                    .join();

            assertThat(came).containsExactly(true, FileAlreadyExistsException.class);
            assertThat(Files.getLastModifiedTime(to)).isEqualTo(TIME);
            assertThat(Thread.getAllStackTraces().keySet())
                    .anyMatch(each -> each.getName().startsWith("reflink-"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BTRFS", "XFS"})
    void ofNothingThatIsNoFileThereIsNone(LoopDisk.Type type) throws Exception {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), type)) {
            Path from = Files.write(disk.folder().resolve("from"), new byte[9]);
            Path to = disk.folder().resolve("to");
            Path link = Files.createSymbolicLink(disk.folder().resolve("link"), from);
            Path pipe = disk.folder().resolve("pipe");
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
            Reflinks reflinks = new Reflinks();

            assertThat(reflinks.make(link, to, TIME, false))
                    .as("a symbolic link")
                    .isFalse();
            assertThat(reflinks.make(pipe, to, TIME, false)).as("a pipe").isFalse();
            assertThat(reflinks.make(disk.folder(), to, TIME, false))
                    .as("a folder")
                    .isFalse();
            assertThat(reflinks.make(disk.folder().resolve("absent"), to, TIME, false))
                    .as("nothing")
                    .isFalse();
            assertThat(to).doesNotExist();
            assertThat(reflinks.make(from, to, TIME, false)).as("asked again").isTrue();
            assertThatThrownBy(() -> reflinks.make(from, to, TIME, false))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(to).hasBinaryContent(new byte[9]);
        }
    }

    @Test
    void whereTheDiskCannotItSaysSoAndLeavesNothing() throws IOException {
        try (LoopDisk disk = LoopDisk.mount(home.resolve("disk"), LoopDisk.Type.EXT4)) {
            Path from = Files.write(disk.folder().resolve("from"), new byte[9]);
            Path to = disk.folder().resolve("to");
            Reflinks reflinks = new Reflinks();

            assertThat(reflinks.make(from, to, TIME, false)).isFalse();
            assertThat(reflinks.make(from, to, TIME, false))
                    .as("without being asked")
                    .isFalse();
            assertThat(to).doesNotExist();
        }
    }

    @Test
    void betweenTwoDisksThereIsNone() throws IOException {
        try (LoopDisk one = LoopDisk.mount(home.resolve("one"), LoopDisk.Type.XFS);
                LoopDisk other = LoopDisk.mount(home.resolve("other"), LoopDisk.Type.BTRFS)) {
            Path from = Files.write(one.folder().resolve("from"), new byte[9]);
            Path to = other.folder().resolve("to");

            assertThat(new Reflinks().make(from, to, TIME, false)).isFalse();
            assertThat(to).doesNotExist();
        }
    }
}
