package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.Shelf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class FolderPageTest {
    private static final Logger LOG = LoggerFactory.getLogger(FolderPageTest.class);
    private static final int MANY = 1_000_000;
    private static final int FLAT = 100_000;
    /** Far more than it takes (some milliseconds), and far less than reading what is skipped would. */
    private static final Duration INSTANT = Duration.ofMillis(150);

    @TempDir
    private Path data = Path.of("");

    @Test
    void pagesOfAnySizeShowEveryLevelAsS3Does() {
        List<String> parts = List.of("a", "b", "/", "/", "//", "!", "0", "é", "😀", "a/b", ".");
        Gen<String> keys = lists().of(integers().between(0, parts.size() - 1))
                .ofSizeBetween(1, 6)
                .map(picks -> picks.stream().map(parts::get).collect(Collectors.joining()));
        qt().withExamples(Examples.upTo(200))
                .forAll(lists().of(keys).ofSizeBetween(0, 40), keys, integers().between(1, 7))
                .checkAssert((some, prefix, limit) -> {
                    Shelf shelf = new Shelf(data);
                    Map<String, String> etags =
                            Set.copyOf(some).stream().collect(Collectors.toMap(key -> key, key -> "e"));
                    try (KeyCursor cursor = new SnapshotReader(shelf.snapshot("photos", etags)).open("photos")) {
                        for (String level : List.of("", prefix, prefix + "/")) {
                            assertThat(everything(cursor, level, limit)).isEqualTo(level(etags.keySet(), level));
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    @Test
    void theMarkerOfTheFolderItselfIsNotInIt() throws IOException {
        SnapshotReader snapshot = new SnapshotReader(new Shelf(data)
                .snapshot(
                        "photos",
                        Stream.of(Shelf.entry("a/", 0, "e"), Shelf.entry("a/b/", 0, "e"), Shelf.entry("a/c", 0, "e"))));
        try (KeyCursor cursor = snapshot.open("photos")) {
            assertThat(everything(cursor, "", 10)).containsExactly("a/");
            assertThat(everything(cursor, "a/", 10)).containsExactly("a/b/", "a/c");
            assertThat(everything(cursor, "a/b/", 10)).isEmpty();
        }
    }

    @Test
    void aPageIsThereAtOnceHoweverManyKeysThereAre() throws IOException {
        Stream<String> keys = Stream.of(
                        IntStream.range(0, FLAT).mapToObj("flat/%07d.jpg"::formatted),
                        IntStream.range(0, MANY).mapToObj(i -> "many/below/%07d/x".formatted(i)),
                        IntStream.range(0, 300_000).mapToObj(i -> "wide/%04d/%04d".formatted(i / 300, i % 300)))
                .flatMap(each -> each);
        SnapshotReader snapshot = new SnapshotReader(new Shelf(data)
                .snapshot("photos", keys.map(key -> Shelf.entry(key, 1_000, "0cc175b9c0f1b6a831c399e2"))));

        assertThat(page(snapshot, "", null)).containsExactly("flat/", "many/", "wide/");
        assertThat(page(snapshot, "flat/", "flat/0050000.jpg")).hasSize(200).startsWith("flat/0050001.jpg");
        assertThat(page(snapshot, "many/", null)).containsExactly("many/below/");
        assertThat(page(snapshot, "many/below/", "many/below/0999900/"))
                .hasSize(99)
                .endsWith("many/below/0999999/");
        assertThat(page(snapshot, "wide/", "wide/0499/"))
                .hasSize(200)
                .startsWith("wide/0500/")
                .endsWith("wide/0699/");
    }

    /** The page, which at least one of some tries must give in an instant. */
    private static List<String> page(SnapshotReader snapshot, String prefix, @Nullable String after)
            throws IOException {
        List<String> names = List.of();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long begun = System.nanoTime();
            try (KeyCursor cursor = snapshot.open("photos")) {
                names = names(FolderPage.read(cursor, prefix, after, 200));
            }
            best = Math.min(best, System.nanoTime() - begun);
        }
        LOG.info("{} entries of '{}' in {} µs", names.size(), prefix, best / 1_000);
        assertThat(Duration.ofNanos(best)).isLessThan(INSTANT);
        return names;
    }

    @Test
    void aSnapshotOfTheOldToolShowsItsFiles() throws IOException {
        Path tree = Files.createDirectories(data.resolve("hublink_20240101000000/s3/photos"));
        for (String file : List.of("a/1", "a/b/2", "a.txt", "a0", "b")) {
            Files.createDirectories(tree.resolve(file).getParent());
            Files.writeString(tree.resolve(file), file);
        }
        SnapshotReader snapshot = new SnapshotReader(
                new SnapshotInfo("hublink_20240101000000", data.resolve("hublink_20240101000000"), null));
        try (KeyCursor cursor = snapshot.open("photos")) {
            for (int limit = 1; limit < 5; limit++) {
                assertThat(everything(cursor, "", limit)).containsExactly("a.txt", "a/", "a0", "b");
                assertThat(everything(cursor, "a/", limit)).containsExactly("a/1", "a/b/");
            }
        }
    }

    private static List<String> everything(KeyCursor cursor, String prefix, int limit) throws IOException {
        List<String> all = new ArrayList<>();
        String after = null;
        do {
            FolderPage page = FolderPage.read(cursor, prefix, after, limit);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(names(page));
            after = page.next();
        } while (after != null);
        return all;
    }

    private static List<String> names(FolderPage page) {
        return page.items().stream().map(FolderPage.Item::name).toList();
    }

    private static List<String> level(Set<String> keys, String prefix) {
        Set<String> names = new LinkedHashSet<>();
        keys.stream()
                .sorted(KeyOrder.COMPARATOR)
                .filter(key -> key.startsWith(prefix))
                .forEach(key -> {
                    int slash = key.indexOf('/', prefix.length());
                    names.add(slash < 0 ? key : key.substring(0, slash + 1));
                });
        return List.copyOf(names);
    }
}
