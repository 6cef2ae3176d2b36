package io.hubstorage.browse.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.maps;

import io.hubstorage.browse.KeyQuery;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.browse.history.FolderView.Edge;
import io.hubstorage.browse.history.FolderView.Place;
import io.hubstorage.browse.history.FolderWindow.Row;
import io.hubstorage.browse.history.FolderWindow.Seen;
import io.hubstorage.browse.history.FolderWindow.State;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestWriter;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

final class FolderViewTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path data = Path.of("");

    private int made;

    @Test
    void windowsReadInAnyDirectionWithAnySizeAreWhatBothSnapshotsHold() {
        List<String> parts = List.of("a", "b", "/", "/", "//", "!", "0", "é", "😀", "\u0000", "a/b", ".");
        Gen<String> keys = lists().of(integers().between(0, parts.size() - 1))
                .ofSizeBetween(1, 5)
                .map(picks -> picks.stream().map(parts::get).collect(Collectors.joining()));
        Gen<Map<String, Integer>> snapshots =
                maps().of(keys, integers().between(0, 3)).ofSizeBetween(0, 20);
        qt().withExamples(Examples.upTo(20))
                .forAll(snapshots, snapshots, keys, integers().between(1, 6))
                .checkAssert((one, changes, prefix, limit) -> {
                    Map<String, Integer> other = new TreeMap<>(one);
                    // What both have with the same content is what random snapshots would seldom have.
                    changes.forEach((key, size) -> {
                        if (size == 0) {
                            other.remove(key);
                        } else {
                            other.put(key, size);
                        }
                    });
                    one.keySet().stream().filter(key -> key.hashCode() % 5 == 0).forEach(other::remove);
                    try {
                        SnapshotReader since = snapshot(one);
                        SnapshotReader at = snapshot(other);
                        for (String level : List.of("", prefix, "a/")) {
                            check(new FolderView.Opening(at, since, "photos", level, null), other, one, limit);
                            check(new FolderView.Opening(at, null, "photos", level, null), other, null, limit);
                            KeyQuery filter = KeyQuery.of(limit % 2 == 0 ? "A" : "?*b");
                            check(new FolderView.Opening(at, since, "photos", level, filter), other, one, limit);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static void check(
            FolderView.Opening opening, Map<String, Integer> at, @Nullable Map<String, Integer> since, int limit)
            throws IOException {
        List<Row> rows = naive(opening.prefix(), at, since).stream()
                .filter(row -> opening.shows(row.key()))
                .toList();
        List<Row> reversed = rows.reversed();
        try (FolderView view = FolderView.open(opening)) {
            for (boolean descending : new boolean[] {false, true}) {
                List<Row> all = descending ? reversed : rows;
                expect(opening, view, new Place(Edge.NONE, "", 0, limit, descending), all, 0, limit);
                expect(opening, view, new Place(Edge.NONE, "", 2, limit, descending), all, 2, limit);
                // One of them, from every row, is enough.
                boolean whole = opening.since() != null && (opening.filter() == null || limit == 1);
                for (int i = 0; i < (whole ? all.size() : Math.min(1, all.size())); i++) {
                    Row row = all.get(i);
                    for (String key : row.folder() ? List.of(row.key(), row.key() + "b/c") : List.of(row.key())) {
                        expect(opening, view, new Place(Edge.FROM, key, 0, limit, descending), all, i, limit);
                        expect(opening, view, new Place(Edge.FROM, key, 1, limit, descending), all, i + 1, limit);
                        expect(opening, view, new Place(Edge.AFTER, key, 0, limit, descending), all, i + 1, limit);
                        FolderWindow before = view.read(new Place(Edge.BEFORE, key, 0, limit, descending), LONG);
                        assertThat(before.rows()).isEqualTo(all.subList(Math.max(0, i - limit), i));
                        assertThat(before.previous() != null).isEqualTo(i > limit);
                        assertThat(before.next() != null).isEqualTo(i > 0);
                    }
                }
            }
            FolderMap map = FolderMap.of(opening, () -> false);
            assertThat(map.total()).isEqualTo(rows.size());
            assertThat(map.keys())
                    .isEqualTo(rows.stream().map(Row::key).limit(1).toList());
            if (opening.filter() == null) {
                assertThat(List.of(map.files(), map.added(), map.changed(), map.removed()))
                        .isEqualTo(counts(opening.prefix(), at, since));
            }
            for (FolderView.Sorting by : FolderView.Sorting.values()) {
                FolderView.Sorted sorted = view.sorted(by, true, () -> false);
                assertThat(sorted.total()).isEqualTo(rows.size());
                assertThat(view.page(sorted, 1, 3))
                        .isEqualTo(
                                rows.stream().sorted(order(by)).skip(1).limit(3).toList());
            }
        }
    }

    private static void expect(
            FolderView.Opening opening, FolderView view, Place place, List<Row> all, int from, int limit)
            throws IOException {
        int start = Math.min(from, all.size());
        int end = Math.min(all.size(), start + limit);
        FolderWindow window = view.read(place, LONG);
        assertThat(window.rows()).isEqualTo(all.subList(start, end));
        assertThat(window.next() != null).isEqualTo(end < all.size());
        if (opening.filter() == null) {
            assertThat(window.previous() != null).isEqualTo(start > 0 && start < end);
        }
        if (end < all.size()) {
            Place next = new Place(Edge.AFTER, Objects.requireNonNull(window.next()), 0, limit, place.descending());
            assertThat(view.read(next, LONG).rows()).isEqualTo(all.subList(end, Math.min(all.size(), end + limit)));
        }
    }

    private static Comparator<Row> order(FolderView.Sorting by) {
        Comparator<Row> value = by == FolderView.Sorting.TIME
                ? Comparator.comparing(Row::folder)
                : Comparator.comparingLong(row -> -Objects.requireNonNull(
                                Objects.requireNonNull(row.now() == null ? row.before() : row.now())
                                        .files())
                        .bytes());
        return value.thenComparing(Row::key, KeyOrder.COMPARATOR);
    }

    private static List<Row> naive(String prefix, Map<String, Integer> at, @Nullable Map<String, Integer> since) {
        SortedMap<String, SortedMap<String, Integer>> now = level(prefix, at);
        SortedMap<String, SortedMap<String, Integer>> before = level(prefix, since == null ? Map.of() : since);
        TreeSet<String> names = new TreeSet<>(KeyOrder.COMPARATOR);
        names.addAll(now.keySet());
        names.addAll(before.keySet());
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            boolean folder = name.length() > prefix.length() && name.endsWith("/");
            SortedMap<String, Integer> one = now.get(name);
            SortedMap<String, Integer> other = before.get(name);
            State state = since == null || Objects.equals(one, other)
                    ? State.SAME
                    : one == null ? State.REMOVED : other == null ? State.ADDED : State.CHANGED;
            rows.add(new Row(name, folder, state, seen(folder, one), seen(folder, other)));
        }
        return rows;
    }

    /** Of all that begins with the prefix: what there is, was added, changed and removed. */
    private static List<Tally> counts(String prefix, Map<String, Integer> at, @Nullable Map<String, Integer> since) {
        Map<String, Integer> other = since == null ? at : since;
        return Stream.<Predicate<String>>of(
                        at::containsKey,
                        key -> !other.containsKey(key),
                        key -> at.containsKey(key)
                                && other.containsKey(key)
                                && !Objects.equals(at.get(key), other.get(key)),
                        key -> !at.containsKey(key))
                .map(wanted -> Stream.concat(at.keySet().stream(), other.keySet().stream())
                        .distinct()
                        .filter(key -> key.startsWith(prefix))
                        .filter(wanted)
                        .map(key -> Tally.of(at.getOrDefault(key, other.getOrDefault(key, 0))))
                        .reduce(Tally.ZERO, Tally::plus))
                .toList();
    }

    @Test
    void aMapOfAnyFolderHasAFewThousandKeysThatAreEquallyFarFromEachOther() throws IOException {
        int many = 450_000;
        SnapshotReader snapshot = new SnapshotReader(new Shelf(data)
                .snapshot(
                        "photos", IntStream.range(0, many).mapToObj(i -> Shelf.entry("a/%06d".formatted(i), 1, "e"))));
        FolderMap map = FolderMap.of(new FolderView.Opening(snapshot, null, "photos", "a/", null), () -> false);
        assertThat(map.total()).isEqualTo(many);
        assertThat(map.every()).isEqualTo(400);
        assertThat(map.keys())
                .isEqualTo(IntStream.range(0, many / 400)
                        .mapToObj(i -> "a/%06d".formatted(i * 400))
                        .toList());
        assertThatThrownBy(() -> FolderMap.of(new FolderView.Opening(snapshot, null, "photos", "a/", null), () -> true))
                .isInstanceOf(CancellationException.class);
    }

    private static SortedMap<String, SortedMap<String, Integer>> level(String prefix, Map<String, Integer> all) {
        SortedMap<String, SortedMap<String, Integer>> level = new TreeMap<>(KeyOrder.COMPARATOR);
        all.forEach((key, size) -> {
            boolean marker = key.equals(prefix) && size == 0 && key.endsWith("/");
            if (key.startsWith(prefix) && !marker) {
                int slash = key.indexOf('/', prefix.length());
                level.computeIfAbsent(slash < 0 ? key : key.substring(0, slash + 1), _ -> new TreeMap<>())
                        .put(key, size);
            }
        });
        return level;
    }

    private static @Nullable Seen seen(boolean folder, @Nullable SortedMap<String, Integer> entries) {
        return entries == null
                ? null
                : new Seen(
                        new Tally(
                                entries.size(),
                                entries.values().stream()
                                        .mapToLong(each -> each)
                                        .sum()),
                        folder ? null : Shelf.entry("a", 1, "e").lastModified());
    }

    /** With a few keys in each frame, so that sums are of whole and of partial ones. */
    private SnapshotReader snapshot(Map<String, Integer> sizes) throws IOException {
        Path folder = data.resolve("hublink_" + made++);
        Files.createDirectories(Layout.tree(folder, "photos"));
        Path manifest = Layout.manifest(folder, "photos");
        Files.createDirectories(manifest.getParent());
        List<ManifestEntry> entries = sizes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(KeyOrder.COMPARATOR))
                .map(each -> Shelf.entry(each.getKey(), each.getValue(), "e" + each.getValue()))
                .toList();
        List<Path> written = new ArrayList<>();
        for (int i = 0; i < entries.size(); i += 3) {
            Path part = data.resolve("part-%d.jsonl.zst".formatted(i));
            try (ManifestWriter writer = new ManifestWriter(part)) {
                for (ManifestEntry entry : entries.subList(i, Math.min(entries.size(), i + 3))) {
                    writer.write(entry);
                }
                writer.finish();
            }
            written.add(part);
        }
        ManifestWriter.join(written, manifest);
        return new SnapshotReader(folder.getFileName().toString(), folder, false);
    }

    @Test
    void aFolderWhoseSumsAreTheSameIsComparedAndOneThatIsTooLargeForThatIsNotJudged() throws IOException {
        Map<String, Integer> one = swappable(List.of("swapped/", "large-but-early/", "large/", "small/"), 45_000);
        Map<String, Integer> other = new TreeMap<>(one);
        swap(other, "swapped/", 0);
        swap(other, "large-but-early/", 0);
        assertThat(states(shelved(other, false), shelved(one, false)))
                .containsExactly(
                        tuple("large-but-early/", State.CHANGED),
                        tuple("large/", null),
                        tuple("small/", State.SAME),
                        tuple("swapped/", State.CHANGED));
    }

    @Test
    void aFolderOfAnySizeIsJudgedByFingerprintsWhereSumsAreTheSame() throws IOException {
        Map<String, Integer> one = swappable(List.of("large-and-late/", "large/", "small/"), 45_000);
        Map<String, Integer> other = new TreeMap<>(one);
        swap(other, "large-and-late/", 44_990);
        // Frames begin elsewhere then.
        other.put("a-new-one", 1);
        assertThat(states(shelved(other, true), shelved(one, true)))
                .containsExactly(
                        tuple("a-new-one", State.ADDED),
                        tuple("large-and-late/", State.CHANGED),
                        tuple("large/", State.SAME),
                        tuple("small/", State.SAME));
    }

    private static List<Tuple> states(SnapshotReader at, SnapshotReader since) throws IOException {
        try (FolderView view = FolderView.open(new FolderView.Opening(at, since, "photos", "", null))) {
            return view.read(new Place(Edge.NONE, "", 0, 10, false), LONG).rows().stream()
                    .map(row -> tuple(row.key(), row.state()))
                    .toList();
        }
    }

    /** So many keys in the large folders, of different sizes. */
    private static Map<String, Integer> swappable(List<String> folders, int many) {
        Map<String, Integer> sizes = new TreeMap<>();
        for (String folder : folders) {
            IntStream.range(0, folder.startsWith("large") ? many : 30)
                    .forEach(i -> sizes.put(folder + "%05d".formatted(i), i % 7 + 1));
        }
        return sizes;
    }

    /** Has two keys of a folder change their contents for each other's, so that its sums stay the same. */
    private static void swap(Map<String, Integer> sizes, String folder, int number) {
        String one = folder + "%05d".formatted(number);
        String other = folder + "%05d".formatted(number + 1);
        int size = Objects.requireNonNull(sizes.get(one));
        sizes.put(one, Objects.requireNonNull(sizes.get(other)));
        sizes.put(other, size);
    }

    private SnapshotReader shelved(Map<String, Integer> sizes, boolean hashed) throws IOException {
        Path folder = data.resolve("hublink_" + made++);
        Files.createDirectories(Layout.tree(folder, "photos"));
        Files.createDirectories(Layout.manifest(folder, "photos").getParent());
        try (ManifestWriter writer = new ManifestWriter(Layout.manifest(folder, "photos"))) {
            for (Map.Entry<String, Integer> each : new TreeMap<>(sizes).entrySet()) {
                ManifestEntry entry = Shelf.entry(each.getKey(), each.getValue(), "e" + each.getValue());
                writer.write(
                        hashed
                                ? new ManifestEntry(
                                        entry.key(),
                                        entry.path(),
                                        new ManifestEntry.Content(
                                                entry.size(),
                                                entry.etag(),
                                                "hash of " + entry.size(),
                                                null,
                                                ManifestEntry.Upload.UNKNOWN),
                                        entry.metadata(),
                                        entry.state())
                                : entry);
            }
            writer.finish();
        }
        return new SnapshotReader(folder.getFileName().toString(), folder, false);
    }
}
