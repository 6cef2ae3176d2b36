package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SourceFilesTest {
    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06Z");

    @TempDir
    Path home;

    private Shard.Source old;
    private Shard.Source staged;
    private SourceFiles files;

    @BeforeEach
    void begin() {
        old = source(0, "old");
        staged = source(1, "staged");
        files = new SourceFiles(List.of(old, staged), new LongAdder());
    }

    @Test
    void filesOfOneFolderAfterAnotherAreEachLookedFor() throws IOException {
        for (String path : List.of("a", "a-b/c", "a/b", "a/b-c/d", "a/b-c/e", "a/c", "b", "b-c/d/e")) {
            String there = path.replace("a/b", "x/b").replace("a/c", "x/c");
            write(home.resolve("old").resolve(there));
            assertThat(files.check(old, entry(there), false)).isEqualTo(entry(there));
        }
        assertThatThrownBy(() -> files.check(old, entry("b-c/d/f"), false)).hasMessageContaining("it is missing");
    }

    @Test
    void aFolderOfOneSourceIsNotThatOfAnother() throws IOException {
        write(home.resolve("old/folder/1"));
        write(home.resolve("staged/folder/2"));
        files.check(old, entry("folder/1"), false);
        files.check(staged, entry("folder/2"), false);
        assertThatThrownBy(() -> files.check(staged, entry("folder/1"), false)).hasMessageContaining("it is missing");
    }

    @Test
    void noSymbolicLinkIsFollowedWhereverItStands() throws IOException {
        write(home.resolve("elsewhere/file"));
        write(home.resolve("elsewhere/in/file"));
        write(home.resolve("old/real/file"));
        Files.createSymbolicLink(home.resolve("old/planted"), home.resolve("elsewhere"));
        Files.createSymbolicLink(home.resolve("staged"), home.resolve("elsewhere"));
        files.check(old, entry("real/file"), false);
        for (String path : List.of("planted/file", "planted/in/file")) {
            assertThatThrownBy(() -> files.check(old, entry(path), false))
                    .hasMessageContaining("a symbolic link stands in its way");
        }
        for (String path : List.of("file", "in/file")) {
            assertThatThrownBy(() -> files.check(staged, entry(path), false))
                    .hasMessageContaining("a symbolic link stands in its way");
        }
    }

    private Shard.Source source(int index, String tree) {
        return new Shard.Source(
                index, home.resolve(tree), home.resolve(tree + ".jsonl.zst"), index == 0, Trust.PRESENCE);
    }

    private static void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[1]);
        Files.setLastModifiedTime(file, FileTime.from(TIME));
    }

    private static ManifestEntry entry(String path) {
        return new ManifestEntry(
                path,
                path,
                new ManifestEntry.Content(1, "etag"),
                new ManifestEntry.Metadata(TIME),
                EntryState.DOWNLOADED);
    }
}
