package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.fs.Trees;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyPath;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LegacyTreeTest {
    @TempDir
    Path folder;

    @Test
    void itsFilesBecomeEntriesInKeyOrder() throws IOException {
        Path tree = folder.resolve("s3/photos");
        file(tree, "b/c.txt", "12345", "2026-01-02T03:04:05.678Z");
        file(tree, "a", "1", "2026-01-02T03:04:05Z");
        file(tree, "b-1", "", "1999-12-31T23:59:59Z");
        file(tree, "trailing.", "12", "2026-01-02T03:04:05Z");
        Files.createDirectories(tree.resolve("empty"));
        Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a"));
        Files.createSymbolicLink(tree.resolve("linked-folder"), tree.resolve("b"));

        Path zst = folder.resolve("photos.jsonl.zst");
        ManifestSummary summary = LegacyTree.manifest(tree, folder.resolve("scratch"), zst);

        assertThat(summary.entries()).isEqualTo(4);
        assertThat(summary.bytes()).isEqualTo(8);
        try (ManifestReader reader = ManifestReader.open(zst)) {
            ManifestEntry first = reader.next();
            assertThat(first).isNotNull();
            assertThat(first.key()).isEqualTo("a");
            assertThat(first.etag()).isNull();
            assertThat(first.sha256()).isNull();
            assertThat(reader.next()).extracting(ManifestEntry::key).isEqualTo("b-1");
            ManifestEntry nested = reader.next();
            assertThat(nested).isNotNull();
            assertThat(nested.key()).isEqualTo("b/c.txt");
            assertThat(nested.path()).isEqualTo("b/c.txt");
            assertThat(nested.size()).isEqualTo(5);
            assertThat(nested.lastModified()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
            ManifestEntry odd = reader.next();
            assertThat(odd).isNotNull();
            assertThat(odd.path())
                    .as("the file is where it is, not where it would go today")
                    .isEqualTo("trailing.");
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void theFilesOfAFolderComeInKeyOrderFromAnyKeyOn() throws IOException {
        Path tree = folder.resolve("s3/photos");
        List<String> files = List.of(
                "a-b", "a.txt", "a/b/c", "a/b/d", "a/b-c", "a0", "b", "c/d/e/f", "c/d.e", "é/x", "\uffee", "😀",
                "z/z/z");
        for (String file : files) {
            Path path = tree.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file);
        }
        Files.createDirectories(tree.resolve("nothing/in/here"));
        Files.createSymbolicLink(tree.resolve("a/link"), tree.resolve("b"));
        Files.createSymbolicLink(tree.resolve("linked"), tree.resolve("c"));
        NavigableSet<String> keys = new TreeSet<>(KeyOrder.COMPARATOR);
        keys.addAll(files);
        List<String> starts = new ArrayList<>(keys);
        starts.addAll(List.of("", "a/", "a/b", "a/b/", "a0\0", "c/d", "c/d/e", "~", "zz"));

        try (LegacyTree cursor = new LegacyTree(tree)) {
            assertThat(rest(cursor)).isEqualTo(List.copyOf(keys));
            for (String from : starts) {
                for (String before : starts) {
                    cursor.seek(from, before.isEmpty() ? null : before);
                    assertThat(rest(cursor)).as("%s to %s", from, before).isEqualTo(between(keys, from, before));
                }
            }
            cursor.seek("a/b/d", null);
            assertThat(cursor.next()).isNotNull().satisfies(entry -> {
                assertThat(entry.path()).isEqualTo("a/b/d");
                assertThat(entry.size()).isEqualTo(5);
            });
            cursor.seek("b", null);
            assertThat(rest(cursor)).as("onwards, in what is open").startsWith("b", "c/d.e");
            cursor.seek("a/b/d", null);
            assertThat(cursor.next()).isNotNull();
            cursor.seek("a/b/d", null);
            assertThat(cursor.next())
                    .as("once more")
                    .extracting(ManifestEntry::key)
                    .isEqualTo("a/b/d");
            cursor.seek("", null);
            assertThat(rest(cursor)).as("back, and nothing twice").isEqualTo(List.copyOf(keys));
            for (String start : starts) {
                ManifestEntry last = cursor.lastBefore(start.isEmpty() ? null : start);
                assertThat(last == null ? null : last.key())
                        .as("before %s", start)
                        .isEqualTo(start.isEmpty() ? keys.last() : keys.lower(start));
                cursor.seek(start, null);
                assertThat(rest(cursor)).as("on from %s", start).isEqualTo(between(keys, start, ""));
            }
        }
    }

    @Test
    void oneKeyIsFoundAsItIsListedAndNothingElseIs() throws IOException {
        Path tree = folder.resolve("s3/photos");
        file(tree, "a/b/c", "123", "2026-01-02T03:04:05.678Z");
        file(tree, "a.", "1", "2026-01-02T03:04:05Z");
        file(tree, "é/😀 x", "12", "2026-01-02T03:04:05Z");
        file(folder, "s3/secret", "1", "2026-01-02T03:04:05Z");
        Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a."));
        Files.createSymbolicLink(tree.resolve("away"), tree.resolve("a"));
        try (LegacyTree cursor = new LegacyTree(tree)) {
            for (@Nullable ManifestEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
                assertThat(LegacyTree.find(tree, entry.key())).hasValue(entry);
            }
        }
        for (String absent : List.of(
                "",
                "/",
                "a",
                "a/",
                "a/b/c/",
                "/a/b/c",
                "a//b/c",
                "a/./b/c",
                "a/../a.",
                "../secret",
                "../photos/a.",
                "..",
                ".",
                "link",
                "away/b/c",
                "a/b/c\0",
                "\0",
                "\ud800",
                "x",
                folder.resolve("s3/secret").toString())) {
            assertThat(LegacyTree.find(tree, absent)).as(absent).isEmpty();
        }
    }

    @Test
    void namesThatStandForOtherKeysAreReadAsSuchBecauseTheTreeMayBeOurs() throws IOException {
        Path tree = folder.resolve("s3/photos");
        String path = KeyPath.toPath("a//b\u0001");
        file(tree, path, "1", "2026-01-02T03:04:05Z");
        assertThat(path).contains("~hub~");

        Path zst = folder.resolve("photos.jsonl.zst");
        LegacyTree.manifest(tree, folder.resolve("scratch"), zst);

        assertThat(ManifestReader.find(zst, "a//b\u0001"))
                .hasValueSatisfying(entry -> assertThat(entry.path()).isEqualTo(path));
    }

    @Test
    void aFolderThatIsGoneHoldsNothing() throws IOException {
        Path absent = folder.resolve("absent");
        try (LegacyTree cursor = new LegacyTree(absent)) {
            assertThat(cursor.next()).isNull();
        }
        Path zst = folder.resolve("m.jsonl.zst");
        assertThat(LegacyTree.manifest(absent, folder.resolve("scratch"), zst).entries())
                .isZero();
    }

    @Test
    void whatGoesWhileItIsLookedAtIsPassedOver() throws IOException {
        Path tree = folder.resolve("s3/photos");
        for (String name : List.of("a", "b", "c/d", "e")) {
            file(tree, name, "1", "2026-01-02T03:04:05Z");
        }
        try (LegacyTree cursor = new LegacyTree(tree)) {
            assertThat(cursor.next()).extracting(ManifestEntry::key).isEqualTo("a");
            Files.delete(tree.resolve("b"));
            Trees.delete(tree.resolve("c"));
            assertThat(rest(cursor)).containsExactly("e");
        }
    }

    private static List<String> between(NavigableSet<String> keys, String from, String before) {
        return keys.stream()
                .filter(key -> KeyOrder.compare(key, from) >= 0)
                .filter(key -> before.isEmpty() || KeyOrder.compare(key, before) < 0)
                .toList();
    }

    private static List<String> rest(KeyCursor cursor) throws IOException {
        List<String> keys = new ArrayList<>();
        for (@Nullable ManifestEntry entry = cursor.next(); entry != null; entry = cursor.next()) {
            keys.add(entry.key());
        }
        return keys;
    }

    private static void file(Path tree, String path, String content, String time) throws IOException {
        Path file = tree.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
    }
}
