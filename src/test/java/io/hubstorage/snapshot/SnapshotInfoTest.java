package io.hubstorage.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotInfoTest {
    private static final Instant TIME = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    Path folder;

    private SnapshotInfo certified() {
        ManifestSummary summary = new ManifestSummary(0, 0, "00", Map.of());
        return new SnapshotInfo("s", folder, Shelf.certificate("s", TIME, "photos", summary, BucketCounts.ZERO));
    }

    private SnapshotInfo legacy() {
        return new SnapshotInfo("s", folder, null);
    }

    @Test
    void oneOfTheOldToolHasNoCertificateAndSoNoTime() {
        assertThat(legacy().legacy()).isTrue();
        assertThat(legacy().startedAt()).isNull();
        assertThat(certified().legacy()).isFalse();
        assertThat(certified().startedAt()).isEqualTo(TIME);
    }

    @Test
    void itIsPinnedByAFileThatMayBeSetAndTakenAwayAsOftenAsOneLikes() throws IOException {
        SnapshotInfo snapshot = certified();
        assertThat(snapshot.pinned()).isFalse();
        for (int time = 0; time < 2; time++) {
            snapshot.pin(true);
            assertThat(snapshot.pinned()).isTrue();
            assertThat(folder.resolve("pinned")).isEmptyFile();
        }
        for (int time = 0; time < 2; time++) {
            snapshot.pin(false);
            assertThat(snapshot.pinned()).isFalse();
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void itKnowsWhereTheFilesAndTheManifestOfABucketAre() {
        assertThat(certified().tree("photos")).isEqualTo(folder.resolve("s3/photos"));
        assertThat(certified().manifest("photos")).isEqualTo(folder.resolve("manifest/photos.jsonl.zst"));
    }

    @Test
    void itsBucketsAreTheFoldersOfTheTree() throws IOException {
        Files.createDirectories(folder.resolve("s3/b"));
        Files.createDirectories(folder.resolve("s3/a"));
        Files.createFile(folder.resolve("s3/file"));
        Files.createSymbolicLink(folder.resolve("s3/link"), folder.resolve("s3/a"));
        assertThat(certified().buckets()).containsExactly("a", "b");
        assertThat(legacy().buckets()).containsExactly("a", "b");
    }
}
