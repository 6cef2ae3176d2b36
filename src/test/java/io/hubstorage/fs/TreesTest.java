package io.hubstorage.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TreesTest {
    @TempDir
    Path folder;

    @Test
    void aTreeGoesWithAllItHolds() throws IOException {
        Path tree = folder.resolve("tree");
        Files.createDirectories(tree.resolve("a/".repeat(600) + "b"));
        Files.writeString(tree.resolve("a/file"), "x");
        Trees.delete(tree);
        assertThat(tree).doesNotExist();
    }

    @Test
    void whatSymbolicLinksPointToStays() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("file"), "x");
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Files.createSymbolicLink(tree.resolve("link"), outside);
        Files.createSymbolicLink(tree.resolve("dangling"), Path.of("absent"));
        Trees.delete(tree);
        assertThat(tree).doesNotExist();
        assertThat(outside.resolve("file")).hasContent("x");
        Path link = Files.createSymbolicLink(folder.resolve("link"), outside);
        Trees.delete(link);
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(outside.resolve("file")).hasContent("x");
    }

    @Test
    void readOnlyFoldersAreNoObstacleAndLinkedFilesKeepTheirMode() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "x");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("r--r--r--"));
        Path closed = Files.createDirectories(folder.resolve("tree/closed/inner"));
        Files.createLink(closed.resolve("linked"), other);
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(closed.getParent(), PosixFilePermissions.fromString("---------"));
        Trees.delete(folder.resolve("tree"));
        assertThat(folder.resolve("tree")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)))
                .isEqualTo("r--r--r--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-wx------", "rw-------", "r-x------", "--x------", "---------"})
    void noModeOfAFolderIsAnObstacle(String mode) throws IOException {
        Path inner = Files.createDirectories(folder.resolve("tree/inner"));
        Files.createFile(inner.resolve("file"));
        Files.createDirectory(inner.resolve("folder"));
        Files.setPosixFilePermissions(inner, PosixFilePermissions.fromString(mode));
        Trees.delete(folder.resolve("tree"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNotThereIsNoError() throws IOException {
        Trees.delete(folder.resolve("absent"));
        assertThat(folder).isEmptyDirectory();
    }

    private List<String> found(Path tree) throws IOException {
        List<String> all = new ArrayList<>();
        Trees.walk(tree, new Trees.Visitor() {
            @Override
            public void found(String path, BasicFileAttributes attributes) {
                all.add(path + (attributes.isDirectory() ? "/" : attributes.isSymbolicLink() ? "@" : ""));
            }

            @Override
            public void unreadable(String path, IOException failure) {
                all.add("unreadable " + path);
            }
        });
        return all;
    }

    @Test
    void everythingBelowAFolderIsShownAndNoLinkIsFollowed() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Files.createDirectories(tree.resolve("a/b"));
        Files.createDirectories(tree.resolve("empty"));
        Files.createFile(tree.resolve("a/b/file"));
        Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a"));
        assertThat(found(tree)).containsExactlyInAnyOrder("a/", "a/b/", "a/b/file", "empty/", "link@");
        assertThat(found(folder.resolve("absent"))).isEmpty();
    }

    @Test
    void aFolderThatCannotBeReadIsNamedAndTheOthersAreShown() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Files.createDirectories(tree.resolve("closed/inner"));
        Files.createFile(tree.resolve("file"));
        Files.setPosixFilePermissions(tree.resolve("closed"), PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(tree.resolve("closed")), "root reads everything");
        assertThat(found(tree)).containsExactlyInAnyOrder("unreadable closed", "file");
        Files.setPosixFilePermissions(tree.resolve("closed"), PosixFilePermissions.fromString("rwx------"));
    }
}
