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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceFilesTest {
    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06Z");
    /** SHA-256 of one zero byte. */
    private static final String HASH = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";

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

    @Test
    void anotherSizeIsDamage() throws IOException {
        Files.write(write(home.resolve("old/file")), new byte[2]);

        assertThatThrownBy(() -> files.check(old, entry("file"), false))
                .isInstanceOf(SourceFiles.DamagedException.class)
                .hasMessageContaining("it has 2 bytes instead of 1");
        assertThatThrownBy(() -> files.look(home.resolve("old/file"), entry("file")))
                .hasMessageContaining("it has 2 bytes instead of 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aTimeThatIsOffByNoMoreThanADiskRoundsIsTheSame(int sign) throws IOException {
        Path file = write(home.resolve("old/file"));
        Files.setLastModifiedTime(file, FileTime.from(TIME.plusMillis(sign * 2_000L)));
        ManifestEntry other = proven("file", "another hash");

        assertThat(files.check(old, other, false)).as("not even read").isSameAs(other);
        assertThat(files.look(file, other).size()).isOne();

        Files.setLastModifiedTime(file, FileTime.from(TIME.plusMillis(sign * 2_001L)));

        assertThatThrownBy(() -> files.check(old, other, false)).hasMessageContaining("it was written to at");
        assertThatThrownBy(() -> files.look(file, other)).hasMessageContaining("it was written to at");
    }

    @Test
    void aFileWithAnotherTimeIsReadAndKeepsItsTimeWhereItsContentIsRight() throws IOException {
        Instant touched = TIME.plusSeconds(100);
        Files.setLastModifiedTime(write(home.resolve("old/file")), FileTime.from(touched));

        ManifestEntry found = files.check(old, proven("file", HASH), false);

        assertThat(found).isEqualTo(proven("file", HASH).withFileTime(touched));
        assertThatThrownBy(() -> files.check(old, entry("file"), false))
                .as("without a hash nothing proves it")
                .hasMessageContaining("it was written to at");
    }

    @Test
    void whatIsToBeReadIsReadAlsoUnderTheRightTime() throws IOException {
        write(home.resolve("old/file"));

        assertThat(files.check(old, proven("file", HASH), true)).isEqualTo(proven("file", HASH));
        assertThat(files.check(old, entry("file"), true)).as("of no known hash").isEqualTo(entry("file"));
        assertThatThrownBy(() -> files.check(old, proven("file", "another hash"), true))
                .hasMessageContaining("it has other content");
    }

    @Test
    void aFolderMarkerIsItsFolder() throws IOException {
        ManifestEntry marker = new ManifestEntry(
                "folder/",
                "folder",
                new ManifestEntry.Content(0, "etag"),
                new ManifestEntry.Metadata(TIME),
                EntryState.DOWNLOADED);
        assertThatThrownBy(() -> files.check(old, marker, false)).hasMessageContaining("the folder is missing");
        Path elsewhere = Files.createDirectories(home.resolve("elsewhere/folder"));
        Files.createDirectories(home.resolve("old"));
        Files.createSymbolicLink(home.resolve("old/folder"), elsewhere);
        assertThatThrownBy(() -> files.check(old, marker, false)).hasMessageContaining("the folder is missing");

        Files.delete(home.resolve("old/folder"));
        Files.createDirectory(home.resolve("old/folder"));

        assertThat(files.check(old, marker, false)).isSameAs(marker);
    }

    @Test
    void aFolderWhereAFileShouldBeIsNoFile() throws IOException {
        Files.createDirectories(home.resolve("old/file"));

        assertThatThrownBy(() -> files.check(old, entry("file"), false)).hasMessageContaining("it is no regular file");
        assertThat(files.isOwn(home.resolve("old/file"))).isFalse();
    }

    @Test
    void aFileIsASourcesOwnWhereNoLinkLeadsThere() throws IOException {
        write(home.resolve("elsewhere/file"));
        Path own = write(home.resolve("old/real/file"));
        Files.createSymbolicLink(home.resolve("old/planted"), home.resolve("elsewhere"));

        assertThat(files.isOwn(own)).isTrue();
        assertThat(files.isOwn(home.resolve("old/real/none"))).isFalse();
        assertThat(files.isOwn(home.resolve("old/planted/file"))).isFalse();
        assertThatThrownBy(() -> files.look(home.resolve("old/planted/file"), entry("file")))
                .hasMessageContaining("a symbolic link stands in its way");
    }

    @Test
    void whatTheLooksTakeIsCounted() throws IOException {
        LongAdder nanos = new LongAdder();
        files = new SourceFiles(List.of(old), nanos);
        write(home.resolve("old/file"));

        long begin = System.nanoTime();
        files.check(old, entry("file"), false);
        assertThat(nanos.sum()).isPositive();
        files.check(old, entry("file"), true);

        assertThat(nanos.sum()).isLessThanOrEqualTo(System.nanoTime() - begin);
    }

    private Shard.Source source(int index, String tree) {
        return new Shard.Source(
                index, home.resolve(tree), home.resolve(tree + ".jsonl.zst"), index == 0, Trust.PRESENCE);
    }

    private static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[1]);
        return Files.setLastModifiedTime(file, FileTime.from(TIME));
    }

    private static ManifestEntry proven(String path, String sha256) {
        return new ManifestEntry(
                path,
                path,
                new ManifestEntry.Content(1, "etag", sha256, null, ManifestEntry.Upload.UNKNOWN),
                new ManifestEntry.Metadata(TIME),
                EntryState.DOWNLOADED);
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
