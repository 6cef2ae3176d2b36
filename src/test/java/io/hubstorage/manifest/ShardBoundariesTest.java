package io.hubstorage.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShardBoundariesTest {
    @Test
    void aBucketOfEqualFramesIsCutInEqualParts() {
        assertThat(ShardBoundaries.fromIndex(index(8, 2_000, "k"), 4, 1_000))
                .containsExactly(
                        new KeyRange(null, "k2"),
                        new KeyRange("k2", "k4"),
                        new KeyRange("k4", "k6"),
                        new KeyRange("k6", null));
    }

    @Test
    void aSmallBucketIsNotCut() {
        assertThat(ShardBoundaries.fromIndex(index(8, 100, "k"), 4, 801)).containsExactly(KeyRange.ALL);
        assertThat(ShardBoundaries.fromIndex(index(8, 100, "k"), 4, 400)).hasSize(2);
        assertThat(ShardBoundaries.fromIndex(index(0, 0, "k"), 4, 0)).containsExactly(KeyRange.ALL);
        assertThat(ShardBoundaries.fromIndex(index(8, 2_000, "k"), 1, 1)).containsExactly(KeyRange.ALL);
    }

    @Test
    void noCutIsMadeWhereTheOrdersDisagree() {
        assertThat(ShardBoundaries.fromIndex(index(8, 2_000, "\ue000"), 4, 1)).containsExactly(KeyRange.ALL);
        assertThat(ShardBoundaries.fromIndex(index(8, 2_000, "😀"), 4, 1)).containsExactly(KeyRange.ALL);
        assertThat(ShardBoundaries.fromPrefixes(List.of("a/", "😀/", "\uffff/", "z/"), 4))
                .containsExactly(new KeyRange(null, "z/"), new KeyRange("z/", null));
    }

    @Test
    void prefixesAreSharedOut() {
        assertThat(ShardBoundaries.fromPrefixes(List.of("d/", "a/", "c/", "b/"), 2))
                .containsExactly(new KeyRange(null, "c/"), new KeyRange("c/", null));
        assertThat(ShardBoundaries.fromPrefixes(List.of("a/", "b/", "c/", "d/", "e/", "f/"), 3))
                .containsExactly(new KeyRange(null, "c/"), new KeyRange("c/", "e/"), new KeyRange("e/", null));
        assertThat(ShardBoundaries.fromPrefixes(List.of(), 8)).containsExactly(KeyRange.ALL);
        assertThat(ShardBoundaries.fromPrefixes(List.of("a/"), 8)).containsExactly(KeyRange.ALL);
    }

    @Test
    void theRangesCoverEveryKeyOnceAndAreBalanced() {
        qt().forAll(
                        lists().of(integers().between(1, 2_000)).ofSizeBetween(0, 60),
                        integers().between(1, 20),
                        integers().between(0, 5_000))
                .checkAssert((sizes, max, min) -> {
                    ManifestIndex index = index(sizes);
                    List<KeyRange> ranges = ShardBoundaries.fromIndex(index, max, min);
                    assertThat(ranges).hasSizeBetween(1, max);
                    assertThat(ranges.getFirst().after()).isNull();
                    assertThat(ranges.getLast().through()).isNull();
                    for (ManifestIndex.Frame frame : index.frames()) {
                        assertThat(ranges)
                                .filteredOn(range -> holds(range, frame.firstKey()))
                                .hasSize(1);
                    }
                    for (int i = 1; i < ranges.size(); i++) {
                        assertThat(ranges.get(i).after())
                                .isEqualTo(ranges.get(i - 1).through());
                        assertRising(ranges.get(i));
                    }
                    for (KeyRange range : ranges) {
                        assertThat(entries(index, range)).isLessThanOrEqualTo(index.entries() / ranges.size() + 4_000);
                    }
                });
    }

    private static void assertRising(KeyRange range) {
        if (range.after() != null && range.through() != null) {
            assertThat(KeyOrder.compare(range.after(), range.through())).isNegative();
        }
    }

    private static boolean holds(KeyRange range, String key) {
        return (range.after() == null || KeyOrder.compare(key, range.after()) > 0)
                && (range.through() == null || KeyOrder.compare(key, range.through()) <= 0);
    }

    /** What begins in the range, to the frame. */
    private static long entries(ManifestIndex index, KeyRange range) {
        return index.frames().stream()
                .filter(frame -> holds(range, frame.firstKey()))
                .mapToLong(ManifestIndex.Frame::entries)
                .sum();
    }

    private static ManifestIndex index(int frames, int entries, String prefix) {
        List<ManifestIndex.Frame> all = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            all.add(new ManifestIndex.Frame(prefix + i, i * 10L, entries, 0));
        }
        return new ManifestIndex(ManifestIndex.FORMAT, (long) frames * entries, 0, frames * 10L, all, Map.of(), false);
    }

    private static ManifestIndex index(List<Integer> sizes) {
        List<ManifestIndex.Frame> all = new ArrayList<>();
        long entries = 0;
        for (int i = 0; i < sizes.size(); i++) {
            all.add(new ManifestIndex.Frame("k%03d".formatted(i), i * 10L, sizes.get(i), 0));
            entries += sizes.get(i);
        }
        return new ManifestIndex(ManifestIndex.FORMAT, entries, 0, sizes.size() * 10L, all, Map.of(), false);
    }
}
