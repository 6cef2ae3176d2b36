package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import io.hubstorage.testkit.RandomKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class PathAllocatorTest {
    @Test
    void theFileKeepsTheNameAndTheFolderIsNumbered() {
        assertThat(allocate("a", 1, "a!", 1, "a/b", 1, "a/c", 1, "b", 1))
                .containsExactly("a", "a!", "~hub1~a/b", "~hub1~a/c", "b");
    }

    @Test
    void clashesNest() {
        assertThat(allocate("a", 1, "a/b", 1, "a/b/c", 1)).containsExactly("a", "~hub1~a/b", "~hub1~a/~hub1~b/c");
    }

    @Test
    void aDirectoryMarkerGivesWayToAFile() {
        assertThat(allocate("a", 0, "a/", 0, "a/b", 0)).containsExactly("a", "~hub1~a", "~hub1~a/b");
    }

    @Test
    void aDirectoryMarkerIsTheFolderOfItsChildren() {
        assertThat(allocate("a/", 0, "a/b", 3)).containsExactly("a", "a/b");
    }

    @Test
    void aMarkerWithContentIsAFileBesideItsChildren() {
        assertThat(allocate("a/", 5, "a//b", 1, "a/b", 1)).containsExactly("a/~hub~", "a/~hub1~/b", "a/b");
    }

    @Test
    void keysOutOfOrderAreRefused() {
        PathAllocator allocator = new PathAllocator();
        allocator.allocate("b", 1);
        assertThatThrownBy(() -> allocator.allocate("a", 1)).hasMessageContaining("a came after b");
        assertThatThrownBy(() -> allocator.allocate("b", 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLastKeyMayTurnOutToHaveAnotherSize() {
        PathAllocator allocator = new PathAllocator();
        assertThatThrownBy(() -> allocator.withSize(1)).isInstanceOf(IllegalStateException.class);
        allocator.allocate("a", 1);
        assertThat(allocator.allocate("a/", 0)).isEqualTo("~hub1~a");
        assertThat(allocator.withSize(5)).isEqualTo("~hub1~a/~hub~");
        assertThat(allocator.withSize(0)).isEqualTo("~hub1~a");
    }

    @Test
    void theLastKeyDoesNotClashWithItself() {
        PathAllocator allocator = new PathAllocator();
        assertThat(allocator.allocate("a", 1)).isEqualTo("a");
        assertThat(allocator.withSize(2)).isEqualTo("a");
    }

    @Test
    void aFileOfARangeBeforeStandsInTheWayOfAFolderToo() {
        PathAllocator allocator = new PathAllocator(List.of("a/b", "a"), Set.of());
        assertThat(allocator.allocate("a/b/c", 1)).isEqualTo("~hub1~a/~hub1~b/c");
        assertThat(allocator.allocate("a/c", 1)).isEqualTo("~hub1~a/c");
        assertThat(allocator.allocate("b/c", 1)).isEqualTo("b/c");
    }

    @Test
    void onlyPrefixesThatCanStillBecomeFoldersAreAskedAbout() {
        assertThat(PathAllocator.clashCandidates("data/2026/f-1.txt"))
                .containsExactly("data", "data/2026", "data/2026/f", "data/2026/f-1", "data/2026/f-1.txt");
        assertThat(PathAllocator.clashCandidates("")).isEmpty();
    }

    @Test
    void noTwoKeysShareAPathAndNoFileIsAFolder() {
        qt().withExamples(Examples.upTo(5_000)).forAll(objects()).checkAssert(objects -> {
            PathAllocator allocator = new PathAllocator();
            Set<String> files = new HashSet<>();
            Set<String> folders = new HashSet<>();
            objects.forEach((key, size) -> {
                String path = allocator.allocate(key, size);
                boolean marker = KeyPath.isDirectoryMarker(key, size);
                assertThat(KeyPath.toKey(path, marker)).isEqualTo(key);
                if (marker) {
                    folders.add(path);
                } else {
                    assertThat(files.add(path)).as(key).isTrue();
                }
                for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                    folders.add(path.substring(0, slash));
                }
            });
            assertThat(files).noneMatch(folders::contains);
        });
    }

    @Test
    void aRangeInTheMiddleGivesTheSamePathsAsTheWhole() {
        qt().withExamples(Examples.upTo(5_000))
                .forAll(objects(), RandomKeys.clashing())
                .checkAssert((objects, after) -> {
                    List<String> whole = new ArrayList<>();
                    PathAllocator all = new PathAllocator();
                    objects.forEach((key, size) -> whole.add(all.allocate(key, size)));

                    List<String> earlier = PathAllocator.clashCandidates(after).stream()
                            .filter(key ->
                                    objects.containsKey(key) && !KeyPath.isDirectoryMarker(key, objects.get(key)))
                            .toList();
                    PathAllocator second = new PathAllocator(earlier, Set.of());
                    List<String> part = new ArrayList<>();
                    objects.forEach((key, size) -> {
                        if (KeyOrder.compare(key, after) > 0) {
                            part.add(second.allocate(key, size));
                        }
                    });
                    assertThat(part).isEqualTo(whole.subList(whole.size() - part.size(), whole.size()));
                });
    }

    private static Gen<SortedMap<String, Long>> objects() {
        return lists().of(RandomKeys.clashing())
                .ofSizeBetween(1, 30)
                .zip(integers().all(), (keys, bits) -> {
                    SortedMap<String, Long> objects = new TreeMap<>(KeyOrder.COMPARATOR);
                    keys.forEach(key -> objects.put(key, (long) ((bits ^ key.hashCode()) & 1)));
                    return objects;
                });
    }

    private static List<String> allocate(Object... keysAndSizes) {
        PathAllocator allocator = new PathAllocator();
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < keysAndSizes.length; i += 2) {
            paths.add(allocator.allocate((String) keysAndSizes[i], (Integer) keysAndSizes[i + 1]));
        }
        return paths;
    }
}
