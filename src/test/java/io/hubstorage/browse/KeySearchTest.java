package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class KeySearchTest {
    private static final Logger LOG = LoggerFactory.getLogger(KeySearchTest.class);
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path data = Path.of("");

    private final List<KeyVersions> found = new ArrayList<>();

    @Test
    void aKeyComesWithItsVersionsAndWithTheSnapshotsThatHoldThem() throws IOException {
        Shelf shelf = new Shelf(data);
        SnapshotReader first = new SnapshotReader(shelf.snapshot("photos", Map.of("a/Holiday.jpg", "v1", "b", "v1")));
        SnapshotReader second =
                new SnapshotReader(shelf.snapshot("photos", Map.of("a/Holiday.jpg", "v1", "a/holiday-2.jpg", "v1")));
        SnapshotReader third = new SnapshotReader(shelf.snapshot("photos", Map.of("a/Holiday.jpg", "v2")));
        SnapshotReader other = new SnapshotReader(shelf.snapshot("archive", Map.of("HOLIDAY", "v1")));

        assertThat(search(List.of(other, third, second, first), "holiday", 10, null, null))
                .isNull();

        assertThat(found).extracting(KeyVersions::bucket).containsExactly("archive", "photos", "photos");
        assertThat(found).extracting(KeyVersions::key).containsExactly("HOLIDAY", "a/Holiday.jpg", "a/holiday-2.jpg");
        KeyVersions holiday = found.get(1);
        assertThat(holiday.snapshots()).isEqualTo(3);
        assertThat(holiday.versions())
                .extracting(version -> version.entry().etag(), KeyVersions.Version::first, KeyVersions.Version::last)
                .containsExactly(tuple("v2", name(third), name(third)), tuple("v1", name(first), name(second)));
    }

    @Test
    void aGlobMatchesTheWholeKeyAndATextAnyPartOfIt() {
        assertThat(KeyQuery.of("*.JPG").matches("a/b/c.jpg")).isTrue();
        assertThat(KeyQuery.of("*.jpg").matches("a.jpg.txt")).isFalse();
        assertThat(KeyQuery.of("a?c").matches("a/c")).isTrue();
        assertThat(KeyQuery.of("a?c").matches("xa/c")).isFalse();
        assertThat(KeyQuery.of("[x]").matches("a[X]b")).as("a text").isTrue();
        assertThat(KeyQuery.of("*[xy]").matches("aY")).as("a glob").isTrue();
        assertThat(KeyQuery.of("Ü").matches("ü")).as("only ASCII letters").isFalse();
    }

    @Test
    void whatASearchFindsDoesNotDependOnHowItIsCutIntoPages() throws IOException {
        Shelf shelf = new Shelf(data);
        List<SnapshotReader> snapshots = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int step = i + 2;
            Map<String, String> etags = new TreeMap<>();
            IntStream.range(0, 12_000)
                    .filter(n -> n % step != 0)
                    .forEach(n -> etags.put("k%05d%s".formatted(n, n % 500 == 7 ? "\n\"odd\"" : ""), "e" + n % step));
            snapshots.addFirst(new SnapshotReader(shelf.snapshot("photos", etags)));
        }
        for (String query : List.of("\n\"ODD", "*7\n*", "k0??9?", "99")) {
            found.clear();
            assertThat(search(snapshots, query, 1_000_000, null, null)).isNull();
            List<KeyVersions> whole = List.copyOf(found);
            assertThat(whole)
                    .isNotEmpty()
                    .allSatisfy(key ->
                            assertThat(KeyQuery.of(query).matches(key.key())).isTrue());
            found.clear();
            KeySearch.Place from = search(snapshots, query, 13, null, null);
            while (from != null) {
                from = search(snapshots, query, 13, null, from);
            }
            assertThat(found).as(query).isEqualTo(whole);
        }
    }

    @Test
    void aSearchThatTakesTooLongSaysWhereToGoOn() throws IOException {
        Shelf shelf = new Shelf(data);
        List<SnapshotReader> snapshots = List.of(new SnapshotReader(shelf.snapshot(
                "photos", IntStream.range(0, 20_000).mapToObj(i -> Shelf.entry("%05d".formatted(i), 1, "e")))));
        KeySearch.Place from = new KeySearch.Place("photos", "");
        int rounds = 0;
        while (from != null) {
            from = search(snapshots, "777", 100, Duration.ZERO, from);
            rounds++;
        }
        assertThat(rounds).isBetween(2, 20);
        assertThat(found)
                .extracting(KeyVersions::key)
                .contains("00777", "17778", "19777")
                .hasSize(38);
    }

    @Test
    void whenTheTimeIsUpOlderSnapshotsAndOtherBucketsAreLeftForLaterAndNamed() throws IOException {
        Shelf shelf = new Shelf(data);
        List<SnapshotReader> snapshots = new ArrayList<>();
        for (String bucket : List.of("archive", "photos", "photos", "photos")) {
            snapshots.addFirst(new SnapshotReader(shelf.snapshot(bucket, Map.of("a", "v" + snapshots.size()))));
        }
        KeySearch.Limits none = new KeySearch.Limits(10, Duration.ZERO);
        KeySearch search = new KeySearch(snapshots, KeyQuery.of("a"), none, () -> false, found::add);

        assertThat(search.run(null, null)).isEqualTo(new KeySearch.Place("photos", ""));
        assertThat(search.leftOut()).isNull();
        KeySearch next = new KeySearch(snapshots, KeyQuery.of("a"), none, () -> false, found::add);
        assertThat(next.run(null, new KeySearch.Place("photos", ""))).isNull();

        assertThat(found).extracting(KeyVersions::bucket).containsExactly("archive", "photos");
        assertThat(found.getLast().versions())
                .singleElement()
                .satisfies(newest -> assertThat(newest.entry().etag()).isEqualTo("v3"));
        assertThat(next.leftOut()).isEqualTo(name(snapshots.get(1)));
    }

    @Test
    void ofAKeyThatChangesWithEveryRunAHundredVersionsAreNamed() throws IOException {
        Shelf shelf = new Shelf(data);
        List<SnapshotReader> snapshots = new ArrayList<>();
        for (int i = 0; i < 105; i++) {
            snapshots.addFirst(new SnapshotReader(shelf.snapshot("photos", Map.of("a", "v" + i, "b", "v"))));
        }

        assertThat(search(snapshots, "*", 10, null, null)).isNull();

        KeyVersions changing = found.getFirst();
        assertThat(changing.versions()).hasSize(100);
        assertThat(changing.versions().getFirst().entry().etag()).isEqualTo("v104");
        assertThat(changing.snapshots()).isEqualTo(105);
        assertThat(changing.more()).isTrue();
        assertThat(found.getLast().more()).isFalse();
    }

    @Test
    void aSnapshotThatCannotBeReadIsNamedAndTheOthersAreSearched() throws IOException {
        Shelf shelf = new Shelf(data);
        SnapshotReader good = new SnapshotReader(shelf.snapshot("photos", Map.of("a", "v1")));
        SnapshotReader bad = new SnapshotReader(shelf.snapshot("photos", Map.of("a", "v2")));
        Files.write(Layout.manifest(bad.folder(), "photos"), new byte[10]);
        KeySearch search = new KeySearch(
                List.of(bad, good), KeyQuery.of("a"), new KeySearch.Limits(10, LONG), () -> false, found::add);
        assertThat(search.run(null, null)).isNull();
        assertThat(search.unreadable()).containsExactly(name(bad));
        assertThat(found).singleElement().extracting(KeyVersions::snapshots).isEqualTo(1);
    }

    @Test
    void aSearchThatNobodyWaitsForEnds() throws IOException {
        SnapshotReader snapshot = new SnapshotReader(new Shelf(data).snapshot("photos", Map.of("a", "v1")));
        KeySearch search = new KeySearch(
                List.of(snapshot), KeyQuery.of("a"), new KeySearch.Limits(10, LONG), () -> true, found::add);
        assertThatThrownBy(() -> search.run(null, null)).isInstanceOf(CancellationException.class);
    }

    @Test
    void aRareKeyAmongMillionsIsFoundInSeconds() throws IOException {
        Shelf shelf = new Shelf(data);
        List<SnapshotReader> snapshots = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int snapshot = i;
            snapshots.addFirst(new SnapshotReader(shelf.snapshot(
                    "photos",
                    IntStream.range(0, 400_000)
                            .mapToObj(n -> Shelf.entry(
                                    "camera/%06d/IMG_%06d.jpg".formatted(n / 100, n),
                                    n,
                                    "0cc175b9c0f1b6a831c399e269772661-" + snapshot)))));
        }
        long begun = System.nanoTime();
        assertThat(search(snapshots, "img_399998", 10, null, null)).isNull();
        LOG.info("1,200,000 keys searched in {} ms", (System.nanoTime() - begun) / 1_000_000);
        assertThat(found)
                .singleElement()
                .satisfies(key -> assertThat(key.versions()).hasSize(3));
    }

    private KeySearch.@Nullable Place search(
            List<SnapshotReader> newestFirst,
            String query,
            int limit,
            @Nullable Duration time,
            KeySearch.@Nullable Place from)
            throws IOException {
        KeySearch.Limits limits = new KeySearch.Limits(limit, time == null ? LONG : time);
        int before = found.size();
        KeySearch.Place more =
                new KeySearch(newestFirst, KeyQuery.of(query), limits, () -> false, found::add).run(null, from);
        assertThat(found.size() - before).isLessThanOrEqualTo(limit);
        return more;
    }

    private static String name(SnapshotReader reader) {
        return reader.name();
    }
}
