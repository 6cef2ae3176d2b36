package io.hubstorage.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotCatalogTest {
    @TempDir
    Path folder;

    private final SnapshotCatalog catalog = new SnapshotCatalog();
    private Layout layout;
    private SnapshotInfo first;
    private SnapshotInfo second;

    @BeforeEach
    void two() throws IOException {
        layout = new Layout(folder);
        Shelf shelf = new Shelf(folder);
        first = shelf.snapshot("photos", Map.of("a", "1"));
        second = shelf.snapshot("photos", Map.of("a", "2"));
        Files.createDirectories(folder.resolve("hublink_20200101000000/s3/photos"));
    }

    @Test
    void theyComeNewestFirstWithWhatTheirCertificatesSay() throws IOException {
        first.pin(true);
        assertThat(catalog.list(layout))
                .extracting(SnapshotSummary::name)
                .containsExactly(second.name(), first.name(), "hublink_20200101000000");
        assertThat(catalog.list(layout)).extracting(SnapshotSummary::pinned).containsExactly(false, true, false);
        assertThat(catalog.list(layout).getFirst().begun()).isEqualTo(second.startedAt());
        assertThat(catalog.list(layout).getFirst().buckets())
                .containsExactly(new SnapshotSummary.Bucket("photos", true, true, true))
                .isSameAs(catalog.list(layout).get(1).buckets());
        assertThat(catalog.list(layout).getLast().legacy()).isTrue();
    }

    @Test
    void aCertificateIsReadOnceAndPinsAndRemovalsAreSeen() throws IOException {
        assertThat(catalog.list(layout)).hasSize(3);
        Files.writeString(Layout.certificate(first.folder()), "{}");
        first.pin(true);
        assertThat(catalog.list(layout).get(1).pinned()).isTrue();
        first.pin(false);
        assertThat(catalog.list(layout).get(1).pinned()).isFalse();
        Trees.delete(second.folder());
        assertThat(catalog.list(layout)).extracting(SnapshotSummary::name).doesNotContain(second.name());
    }

    @Test
    void oneWhoseCertificateCannotBeReadIsNotThereAndSoNeverRemoved() throws IOException {
        Files.writeString(Layout.certificate(first.folder()), "{");
        assertThat(catalog.list(layout)).extracting(SnapshotSummary::name).doesNotContain(first.name());
    }
}
