package io.hubstorage.browse.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;
import static org.quicktheories.generators.SourceDSL.maps;
import static org.quicktheories.generators.SourceDSL.strings;

import io.hubstorage.browse.history.FolderRanking.Folder;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.Fingerprint;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class FolderRankingTest {
    /** Short ones of few letters, so that folders have folders and files; also without a name, and sorted otherwise in UTF-16. */
    private static final Gen<String> KEYS = lists().of(
                    strings().betweenCodePoints('.', '2').ofLengthBetween(0, 1))
            .ofSizeBetween(1, 6)
            .map(parts -> String.join("/", parts).replace('1', '\uff5e').replace("2", "🙂"));

    private static final Gen<Map<String, Long>> BUCKETS =
            maps().of(KEYS, longs().between(0, 1L << 40)).ofSizeBetween(0, 60);

    @Test
    void whatIsSaidOfAFolderIsTheSumOfItsFilesAndTheListIsTheBestThatCanBeMade() {
        qt().withExamples(Examples.upTo(150)).forAll(BUCKETS, BUCKETS).checkAssert((before, now) -> {
            FolderRanking ranking = ranking(now, before);
            Map<String, Tally> held = sums(now);
            Map<String, Tally> gained = new HashMap<>(held);
            sums(before).forEach((prefix, sum) -> gained.merge(prefix, minus(sum), Tally::plus));

            assertThat(ranking.files()).isEqualTo(held.getOrDefault("", Tally.ZERO));
            assertThat(ranking.change()).isEqualTo(gained.getOrDefault("", Tally.ZERO));
            assertThat(ranking.largest())
                    .allSatisfy(each -> assertThat(each.sum()).isEqualTo(held.get(each.prefix())));
            assertThat(ranking.growing())
                    .allSatisfy(each -> assertThat(each.sum()).isEqualTo(gained.get(each.prefix())));
            assertThat(sizes(ranking.largest())).isEqualTo(best(held));
            assertThat(sizes(ranking.growing())).isEqualTo(best(gained));
        });
    }

    @Test
    void aFolderIsNotNamedForWhatTheOneFolderInItHolds() {
        assertThat(ranking(Map.of("photos/2025/june/a", 10L, "photos/2025/june/b", 20L, "top", 5L), null))
                .isEqualTo(new FolderRanking(
                        new Tally(3, 35), null, List.of(new Folder("photos/2025/june/", new Tally(2, 30))), List.of()));
    }

    @Test
    void aFolderOfManySmallOnesIsNamedAsAWhole() {
        Map<String, Long> bucket = new HashMap<>(Map.of("videos/a", 400_000L, "docs/b", 300_000L));
        IntStream.range(0, 10_000).forEach(each -> bucket.put("users/%05d/avatar.png".formatted(each), 100L));
        assertThat(ranking(bucket, null).largest())
                .containsExactly(
                        new Folder("users/", new Tally(10_000, 1_000_000)),
                        new Folder("videos/", new Tally(1, 400_000)),
                        new Folder("docs/", new Tally(1, 300_000)));
    }

    @Test
    void whereFoldersAreEquallyLargeTheFirstTenAreNamedAndNotTheOneAboveThem() {
        Map<String, Long> bucket = LongStream.range(1900, 1950)
                .boxed()
                .collect(Collectors.toMap(year -> "archive/" + year + "/tape", year -> 1_000_000L));
        assertThat(ranking(bucket, null).largest())
                .extracting(Folder::prefix)
                .containsExactlyElementsOf(IntStream.range(1900, 1910)
                        .mapToObj(year -> "archive/" + year + '/')
                        .toList());
    }

    @Test
    void aFolderInAnotherOneIsNamedOnlyWhereItIsMuchOfThat() {
        Map<String, Long> bucket = new HashMap<>();
        // A few months are a little larger than the others.
        IntStream.range(0, 48)
                .forEach(month -> bucket.put(
                        "%d/%02d/photo".formatted(2023 + month / 12, 1 + month % 12),
                        month % 11 == 0 ? 1_030L : 1_000L));
        assertThat(ranking(bucket, null).largest())
                .extracting(Folder::prefix)
                .containsExactlyInAnyOrder("2023/", "2024/", "2025/", "2026/");

        bucket.put("2026/07/video", 40_000L);
        assertThat(ranking(bucket, null).largest()).extracting(Folder::prefix).contains("2026/", "2026/07/", "2025/");
    }

    @Test
    void aFolderGrowsByWhatItGainsLessWhatItLoses() {
        Map<String, Long> before = Map.of("logs/old", 100L, "logs/kept", 50L, "gone/x", 70L, "same/y", 30L);
        Map<String, Long> now = Map.of("logs/new", 900L, "logs/kept", 60L, "same/y", 30L);
        FolderRanking ranking = ranking(now, before);
        assertThat(ranking.change()).isEqualTo(new Tally(-1, 740));
        assertThat(ranking.growing()).containsExactly(new Folder("logs/", new Tally(0, 810)));
    }

    @Test
    void manyFoldersAreAddedUpInOnePass() throws IOException {
        long folders = 200_000;
        FolderRanking ranking = FolderRanking.of(
                new Keys(LongStream.range(0, folders)
                        .mapToObj(each -> entry("%03d/%03d/x".formatted(each / 1000, each % 1000), each))
                        .iterator()),
                null,
                () -> false);
        assertThat(ranking.files()).isEqualTo(new Tally(folders, folders * (folders - 1) / 2));
        assertThat(ranking.largest()).hasSize(10);
        assertThat(ranking.largest().getFirst())
                .isEqualTo(new Folder(
                        "199/",
                        new Tally(1000, LongStream.range(199_000, folders).sum())));
    }

    @Test
    void nothingIsAddedUpThatNobodyWaitsFor() {
        Iterator<ManifestEntry> endless = Stream.iterate(0, each -> each + 1)
                .map(each -> entry("%09d".formatted(each), 1))
                .iterator();
        assertThatThrownBy(() -> FolderRanking.of(new Keys(endless), null, () -> true))
                .isInstanceOf(CancellationException.class);
    }

    private static List<Long> sizes(List<Folder> folders) {
        return folders.stream().map(each -> each.sum().bytes()).toList();
    }

    /** The sizes of the folders that should be named: as it is defined, from the sums of all folders. */
    private static List<Long> best(Map<String, Tally> sums) {
        List<Map<String, Long>> lists = IntStream.range(0, 63)
                .mapToObj(power -> named(sums, 1L << power))
                .toList();
        double all = lists.stream()
                .mapToLong(
                        each -> each.values().stream().mapToLong(left -> left).sum())
                .max()
                .orElse(0);
        List<Long> best = List.of();
        double most = 0;
        for (Map<String, Long> list : lists) {
            List<String> ten = list.keySet().stream()
                    .sorted(Comparator.comparingLong((String prefix) -> -bytes(sums, prefix))
                            .thenComparing(KeyOrder.COMPARATOR))
                    .limit(10)
                    .toList();
            double information = ten.stream()
                    .filter(prefix ->
                            ten.stream().noneMatch(other -> !other.equals(prefix) && prefix.startsWith(other)))
                    .mapToDouble(prefix -> Objects.requireNonNull(list.get(prefix)) / all)
                    .sorted()
                    .map(share -> -share * Math.log(share))
                    .sum();
            if (information > most || best.isEmpty()) {
                most = information;
                best = ten.stream().map(prefix -> bytes(sums, prefix)).toList();
            }
        }
        return best;
    }

    private static long bytes(Map<String, Tally> sums, String prefix) {
        return Objects.requireNonNull(sums.get(prefix)).bytes();
    }

    /** The folders named at a threshold, with what is named in none of their folders. */
    private static Map<String, Long> named(Map<String, Tally> sums, long threshold) {
        Map<String, Long> named = new TreeMap<>();
        sums.keySet().stream()
                .filter(prefix -> !prefix.isEmpty())
                .sorted(Comparator.comparingLong((String prefix) ->
                        -prefix.chars().filter(each -> each == '/').count()))
                .forEach(prefix -> {
                    long left = bytes(sums, prefix)
                            - named.entrySet().stream()
                                    .filter(each -> each.getKey().startsWith(prefix))
                                    .mapToLong(Map.Entry::getValue)
                                    .sum();
                    if (left >= threshold) {
                        named.put(prefix, left);
                    }
                });
        return named;
    }

    /** What each folder of the bucket holds, the bucket itself among them. */
    private static Map<String, Tally> sums(Map<String, Long> bucket) {
        Map<String, Tally> sums = new HashMap<>();
        bucket.forEach((key, size) -> {
            for (int end = 0; end >= 0; end = after(key, end)) {
                sums.merge(key.substring(0, end), Tally.of(size), Tally::plus);
            }
        });
        return sums;
    }

    private static int after(String key, int from) {
        int slash = key.indexOf('/', from);
        return slash < 0 ? -1 : slash + 1;
    }

    private static Tally minus(Tally sum) {
        return new Tally(-sum.objects(), -sum.bytes());
    }

    private static FolderRanking ranking(Map<String, Long> now, @Nullable Map<String, Long> before) {
        try {
            return FolderRanking.of(keys(now), before == null ? null : keys(before), () -> false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyCursor keys(Map<String, Long> bucket) {
        return new Keys(bucket.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(KeyOrder.COMPARATOR))
                .map(each -> entry(each.getKey(), each.getValue()))
                .iterator());
    }

    private static ManifestEntry entry(String key, long size) {
        return Shelf.entry(key, size, "etag");
    }

    /** Entries that are on no disk. */
    private record Keys(Iterator<ManifestEntry> entries) implements KeyCursor {
        @Override
        public void seek(String from, @Nullable String before) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable ManifestEntry next() {
            return entries.hasNext() ? entries.next() : null;
        }

        @Override
        public Fingerprint fingerprint(String from, @Nullable String before) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ManifestEntry lastBefore(@Nullable String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Tally tally(String from, @Nullable String before) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
