package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.maps;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

final class ComparisonTest {
    @TempDir
    private Path data = Path.of("");

    @Test
    void anyTwoSnapshotsDifferByJustWhatTheirKeysAndContentsDo() {
        Gen<Map<String, String>> contents = maps().of(
                        strings().betweenCodePoints('a', 'f').ofLengthBetween(1, 2),
                        strings().betweenCodePoints('x', 'y').ofLength(1))
                .ofSizeBetween(0, 30);
        qt().withExamples(Examples.upTo(200))
                .forAll(contents, contents, integers().between(1, 7))
                .checkAssert((before, now, limit) -> {
                    Shelf shelf = new Shelf(data);
                    try (KeyCursor older = new SnapshotReader(shelf.snapshot("photos", before)).open("photos");
                            KeyCursor newer = new SnapshotReader(shelf.snapshot("photos", now)).open("photos")) {
                        assertThat(pages(older, newer, limit)).isEqualTo(changes(before, now));
                        Comparison first = Comparison.of(older, newer, null, 1, true, () -> false);
                        assertThat(first.counts()).isEqualTo(counts(before, now));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void whereNoEtagIsKnownSizeAndSecondTell() {
        assertThat(Comparison.sameContent(Shelf.entry("a", 5, "x"), Shelf.entry("a", 6, "x")))
                .isFalse();
        assertThat(Comparison.sameContent(Shelf.entry("a", 5, "x"), legacy(5, "2026-11-01T10:20:30Z")))
                .isTrue();
        assertThat(Comparison.sameContent(Shelf.entry("a", 5, "x"), legacy(5, "2026-11-01T10:20:31Z")))
                .isFalse();
    }

    @Test
    void aComparisonThatNobodyWaitsForEnds() throws IOException {
        Shelf shelf = new Shelf(data);
        try (KeyCursor older = KeyCursor.empty();
                KeyCursor newer = new SnapshotReader(shelf.snapshot(
                                "photos",
                                IntStream.range(0, 50_000).mapToObj(i -> Shelf.entry("%07d".formatted(i), 1, "e"))))
                        .open("photos")) {
            Comparison comparison = Comparison.of(older, newer, null, 1, true, () -> true);
            assertThat(comparison.counts()).isNotNull();
            assertThat(comparison.counts().added().objects()).isLessThan(5_000);
        }
    }

    private static ManifestEntry legacy(long size, String time) {
        return new ManifestEntry(
                "a",
                "a",
                new ManifestEntry.Content(size, null),
                new ManifestEntry.Metadata(Instant.parse(time)),
                EntryState.DOWNLOADED);
    }

    private static List<String> pages(KeyCursor older, KeyCursor newer, int limit) throws IOException {
        List<String> all = new ArrayList<>();
        String after = null;
        do {
            Comparison page = Comparison.of(older, newer, after, limit, false, () -> false);
            assertThat(page.counts()).isNull();
            page.changes().forEach(change -> all.add(change.kind() + " " + change.key()));
            after = page.next();
        } while (after != null);
        return all;
    }

    private static List<String> changes(Map<String, String> before, Map<String, String> now) {
        TreeSet<String> keys = new TreeSet<>(KeyOrder.COMPARATOR);
        keys.addAll(before.keySet());
        keys.addAll(now.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(before.get(key), now.get(key)))
                .map(key -> kind(key, before, now) + " " + key)
                .toList();
    }

    private static Comparison.Kind kind(String key, Map<String, String> before, Map<String, String> now) {
        return !before.containsKey(key)
                ? Comparison.Kind.ADDED
                : now.containsKey(key) ? Comparison.Kind.CHANGED : Comparison.Kind.REMOVED;
    }

    private static Comparison.Counts counts(Map<String, String> before, Map<String, String> now) {
        List<String> changes = changes(before, now);
        long same = now.keySet().stream()
                .filter(key -> Objects.equals(now.get(key), before.get(key)))
                .count();
        return new Comparison.Counts(
                tally(changes, "ADDED"),
                tally(changes, "CHANGED"),
                tally(changes, "REMOVED"),
                new Tally(same, same * 10));
    }

    private static Tally tally(List<String> changes, String kind) {
        long many = changes.stream().filter(change -> change.startsWith(kind)).count();
        return new Tally(many, many * 10);
    }
}
