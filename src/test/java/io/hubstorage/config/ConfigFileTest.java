package io.hubstorage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
    private static final byte[] NEW = "new content\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Test
    void makesFileAndFolderAndLeavesNothingElse() throws Exception {
        Path path = folder.resolve("deep/er/config.json");
        new ConfigFile(path).write(NEW);
        assertThat(path).hasBinaryContent(NEW);
        assertThat(path.getParent()).isDirectoryContaining(file -> file.equals(path));
        try (var files = Files.list(path.getParent())) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void keepsTheMode() throws Exception {
        Path path = Files.writeString(folder.resolve("config.json"), "old and longer than the new content");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
        new ConfigFile(path).write(NEW);
        assertThat(path).hasBinaryContent(NEW);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-rw----");
    }

    @Test
    void isForItsOwnerAloneWhenItIsNewAndMayHoldASecret() throws Exception {
        Path path = folder.resolve("web-password.hash");
        new ConfigFile(path).write(NEW);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void isAsReadableAsAnyNewFileWhenItHoldsNoSecret() throws Exception {
        Path usual = Files.createFile(folder.resolve("usual"));
        Path path = folder.resolve("config.json");
        new ConfigFile(path, false).write(NEW);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void keepsASymbolicLink() throws Exception {
        Path real = Files.writeString(folder.resolve("real.json"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("config.json"), real);
        new ConfigFile(link).write(NEW);
        assertThat(link).isSymbolicLink().hasBinaryContent(NEW);
        assertThat(real).hasBinaryContent(NEW);
    }

    @Test
    void aReaderSeesOneContentOrTheOtherAndNothingBetween() throws Exception {
        String[] contents = {"a".repeat(100_000), "b".repeat(50_000)};
        Path path = folder.resolve("config.json");
        ConfigFile file = new ConfigFile(path);
        file.write(contents[0].getBytes(StandardCharsets.UTF_8));
        AtomicReference<IOException> failure = new AtomicReference<>();
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    file.write(contents[i % 2].getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                failure.set(e);
            }
        });
        int reads = 0;
        while (writer.isAlive() || reads == 0) {
            assertThat(Files.readString(path)).isIn((Object[]) contents);
            reads++;
        }
        assertThat(failure).hasNullValue();
    }

    @Test
    void onAFullDiskTheOldContentStays() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 1, 20)) {
            Path path = Files.writeString(folder.resolve("small/config.json"), "old");
            disk.leaveInodes(0);
            assertThatThrownBy(() -> new ConfigFile(path).write(NEW)).isInstanceOf(FileSystemException.class);
            assertThat(path).hasContent("old");
            disk.free();
            new ConfigFile(path).write(NEW);
            assertThat(path).hasBinaryContent(NEW);
        }
    }

    @Test
    void aSingleMountedFileIsWrittenInPlaceAndThisIsSaidOnce() throws Exception {
        Path outside = Files.writeString(folder.resolve("outside.json"), "old and longer than the new content");
        Path mounted = Files.writeString(folder.resolve("config.json"), "");
        assumeThat(run("mount", "--bind", outside.toString(), mounted.toString()))
                .as("may mount")
                .isTrue();
        try (LogCapture log = LogCapture.of("io.hubstorage.config")) {
            ConfigFile file = new ConfigFile(mounted);
            file.write("first".getBytes(StandardCharsets.UTF_8));
            file.write(NEW);
            assertThat(outside).hasBinaryContent(NEW);
            assertThat(log.lines()).singleElement().asString().contains("in place", "Mount its folder");
            try (var files = Files.list(folder)) {
                assertThat(files).containsExactlyInAnyOrder(outside, mounted);
            }
        } finally {
            assertThat(run("umount", mounted.toString())).isTrue();
        }
    }
}
