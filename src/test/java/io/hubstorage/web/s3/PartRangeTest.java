package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.FileRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PartRangeTest {
    private static ManifestEntry entry(String etag, long partSize, List<Long> partSizes) {
        return new ManifestEntry(
                "k",
                "k",
                new ManifestEntry.Content(
                        25, etag, null, null, new ManifestEntry.Upload(partSize, partSizes, Map.of(), null)),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.LINKED);
    }

    @Test
    void partsOfOneSizeEndWithWhatIsLeft() {
        ManifestEntry entry = entry("e-3", 10, List.of());
        assertThat(PartRange.of(null, entry)).isNull();
        assertThat(PartRange.of("1", entry)).isEqualTo(new PartRange(new FileRange(0, 10), 3));
        assertThat(PartRange.of("3", entry)).isEqualTo(new PartRange(new FileRange(20, 5), 3));
        assertThatThrownBy(() -> PartRange.of("4", entry)).hasMessageContaining("3 parts");
    }

    @Test
    void partsOfManySizesFollowEachOther() {
        ManifestEntry entry = entry("e-3", 0, List.of(7L, 8L, 10L));
        assertThat(PartRange.of("2", entry)).isEqualTo(new PartRange(new FileRange(7, 8), 3));
        assertThat(PartRange.of("3", entry)).isEqualTo(new PartRange(new FileRange(15, 10), 3));
    }

    @Test
    void whereNobodyWroteDownThePartsNoneIsMadeUp() {
        assertThat(PartRange.of("1", entry("e-1", 0, List.of()))).isEqualTo(new PartRange(new FileRange(0, 25), 1));
        assertThatThrownBy(() -> PartRange.of("1", entry("e-3", 0, List.of())))
                .isInstanceOfSatisfying(
                        S3Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("NotImplemented"));
        assertThatThrownBy(() -> PartRange.of("1", entry("e-12", 0, List.of()))).isInstanceOf(S3Refusal.class);
    }
}
