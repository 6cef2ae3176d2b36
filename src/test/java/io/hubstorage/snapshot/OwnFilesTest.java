package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OwnFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "marker.json",
                "lock",
                "lock.epochs",
                "staging",
                "journal",
                "scratch",
                "trash",
                "removed",
                "replication"
            })
    void aLinkInThePlaceOfOneOfOurOwnIsForeign(String name) throws IOException {
        Layout layout = new Layout(folder);
        assertThat(OwnFiles.foreign(layout)).isEmpty();
        if (!name.isEmpty()) {
            Files.createDirectories(layout.hub());
        }
        Path link = layout.hub().resolve(name);
        Files.createSymbolicLink(link, Path.of("absent"));
        assertThat(OwnFiles.foreign(layout)).contains(link);
    }

    @Test
    void ourOwnFoldersAreNotForeign() throws IOException {
        Layout layout = new Layout(folder);
        Files.createDirectories(layout.stagings());
        Files.createFile(layout.lock());
        assertThat(OwnFiles.foreign(layout)).isEmpty();
    }

    @Test
    void anyLinkFromTheRootToTheFileLeadsAway() throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        Path real = Files.createDirectories(root.resolve("real/inner"));
        Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));
        Path outside = Files.createSymbolicLink(folder.resolve("other"), root);
        assertThat(OwnFiles.leadsAway(root, real)).isFalse();
        assertThat(OwnFiles.leadsAway(root, root)).isFalse();
        assertThat(OwnFiles.leadsAway(root, link)).isTrue();
        assertThat(OwnFiles.leadsAway(root, link.resolve("inner"))).isTrue();
        assertThat(OwnFiles.leadsAway(outside, outside.resolve("real")))
                .as("the root counts")
                .isTrue();
        assertThat(OwnFiles.leadsAway(outside.resolve("real"), outside.resolve("real/inner")))
                .as("what is above the root does not")
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-w-------", "----w----", "-------w-", "rwxrwxrwx"})
    void aModeThatLetsAnybodyWriteIsWritable(String mode) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThat(OwnFiles.isWritable(file)).isTrue();
    }

    @Test
    void aReadOnlyFileIsNotWritableAndNeitherIsWhatCannotBeLookedAt() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertThat(OwnFiles.isWritable(file)).isFalse();
        assertThat(OwnFiles.isWritable(folder.resolve("absent"))).isFalse();
        assertThat(OwnFiles.isWritable(Files.readAttributes(folder, BasicFileAttributes.class)))
                .as("these tell no mode")
                .isFalse();
    }

    @Test
    void onlyARegularFileIsOne() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "12345");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(OwnFiles.regular(file))
                .isNotNull()
                .extracting(BasicFileAttributes::size)
                .isEqualTo(5L);
        assertThat(OwnFiles.regular(link)).isNull();
        assertThat(OwnFiles.regular(folder)).isNull();
        assertThat(OwnFiles.regular(folder.resolve("absent"))).isNull();
    }
}
