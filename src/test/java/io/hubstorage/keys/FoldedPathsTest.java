package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

final class FoldedPathsTest {
    private static final List<String> PIECES = List.of(
            "a",
            "A",
            "/",
            "b",
            "B",
            "é",
            "e\u0301",
            "É",
            "!",
            "ß",
            "ss",
            "SS",
            "~hub1~",
            "~HUB1~",
            "\\",
            ".",
            "a/",
            "A/",
            "//",
            "K",
            "k",
            "x".repeat(260),
            "X".repeat(260));

    @TempDir
    Path scratch;

    @Test
    void theFirstKeepsItsNameAndTheOthersAreNumbered() {
        assertThat(paths(Map.of("README", 1L, "Readme", 1L, "readme", 1L, "other", 1L))
                        .values())
                .containsExactly("README", "~hub1~Readme", "other", "~hub2~readme");
    }

    @Test
    void whatDiffersInNormalisationOnlyIsNumberedToo() {
        assertThat(paths(Map.of("\u00e9", 1L, "e\u0301", 1L)).values()).containsExactly("e\u0301", "~hub1~\u00e9");
    }

    @Test
    void aFolderGivesWayToAFileOfAnotherSpelling() {
        assertThat(paths(Map.of("A", 1L, "a/x", 1L, "a/y", 1L, "A/z", 1L)).values())
                .containsExactly("A", "~hub1~A/z", "~hub1~a/x", "~hub1~a/y");
        assertThat(paths(Map.of("A", 1L, "a", 1L, "a/x", 1L)).values()).containsExactly("A", "~hub1~a", "~hub2~a/x");
    }

    @Test
    void foldersThatDifferInSpellingAreOneFolderAndTheirFilesKeepTheirNames() {
        assertThat(paths(Map.of("Photos/1", 1L, "photos/2", 1L, "photos/1", 1L)).values())
                .containsExactly("Photos/1", "photos/~hub1~1", "photos/2");
    }

    @Test
    void aKeyThatLooksLikeANumberedNameInCapitalsGetsAMarkerOfItsOwn() {
        assertThat(paths(Map.of("A", 1L, "a", 1L, "~HUB1~a", 1L)).values())
                .containsExactly("A", "~hub1~a", "~hub~~HUB1~a");
    }

    @Test
    void keysMustComeInOrder() throws IOException {
        try (FoldedPaths.Collector keys = new FoldedPaths.Collector(scratch);
                FoldedPaths paths = keys.paths()) {
            paths.allocate("b", 1);
            assertThatThrownBy(() -> paths.allocate("a", 1)).hasMessageContaining("a came after b");
        }
    }

    @Test
    void noTwoFilesOrFileAndFolderAreTheSameOnSuchADiskAndEveryPathLeadsBack() {
        qt().withExamples(Examples.upTo(600)).forAll(objects()).checkAssert(objects -> {
            Set<String> files = new HashSet<>();
            Set<String> folders = new HashSet<>();
            paths(objects).forEach((key, path) -> {
                boolean marker = KeyPath.isDirectoryMarker(key, Objects.requireNonNull(objects.get(key)));
                assertThat(KeyPath.toKey(path, marker)).isEqualTo(key);
                String folded = NameFolding.fold(path);
                if (marker) {
                    folders.add(folded);
                } else {
                    assertThat(files.add(folded)).as(key).isTrue();
                }
                for (int slash = folded.indexOf('/'); slash >= 0; slash = folded.indexOf('/', slash + 1)) {
                    folders.add(folded.substring(0, slash));
                }
            });
            assertThat(files).noneMatch(folders::contains);
        });
    }

    @Test
    void whereNothingClashesButFilesAndFoldersThePathsAreThoseOfAnyDisk() {
        qt().withExamples(Examples.upTo(400))
                .forAll(lists().of(RandomKeys.clashing()).ofSizeBetween(1, 20))
                .checkAssert(keys -> {
                    SortedMap<String, Long> objects = new TreeMap<>(KeyOrder.COMPARATOR);
                    keys.forEach(key -> objects.put(key, 1L));
                    PathAllocator exact = new PathAllocator();
                    SortedMap<String, String> expected = new TreeMap<>(KeyOrder.COMPARATOR);
                    objects.forEach((key, size) -> expected.put(key, exact.allocate(key, size)));
                    assertThat(paths(objects)).isEqualTo(expected);
                });
    }

    /** In key order; sorted three at a time, so that the disk is used. */
    private SortedMap<String, String> paths(Map<String, Long> objects) {
        SortedMap<String, Long> ordered = new TreeMap<>(KeyOrder.COMPARATOR);
        ordered.putAll(objects);
        SortedMap<String, String> paths = new TreeMap<>(KeyOrder.COMPARATOR);
        try (FoldedPaths.Collector keys = new FoldedPaths.Collector(scratch, 3)) {
            for (Map.Entry<String, Long> object : ordered.entrySet()) {
                keys.add(object.getKey(), object.getValue());
                keys.add(object.getKey(), object.getValue() + 1);
            }
            try (FoldedPaths folded = keys.paths()) {
                for (Map.Entry<String, Long> object : ordered.entrySet()) {
                    paths.put(object.getKey(), folded.allocate(object.getKey(), object.getValue()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(scratch).isEmptyDirectory();
        return paths;
    }

    private static Gen<SortedMap<String, Long>> objects() {
        Gen<String> keys = lists().of(integers().between(0, PIECES.size() - 1))
                .ofSizeBetween(1, 4)
                .map(picks -> String.join("", picks.stream().map(PIECES::get).toList()));
        return lists().of(keys).ofSizeBetween(1, 30).zip(integers().all(), (all, bits) -> {
            SortedMap<String, Long> objects = new TreeMap<>(KeyOrder.COMPARATOR);
            all.forEach(key -> objects.put(key, (long) ((bits ^ key.hashCode()) & 1)));
            return objects;
        });
    }
}
