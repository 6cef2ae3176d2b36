package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.manifest.ManifestSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
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

    private static void file(Path tree, String path, String content, String time) throws IOException {
        Path file = tree.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
    }
}
