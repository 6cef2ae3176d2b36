package io.hubstorage.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quicktheories.core.Gen;

/** The names of compressed files, whatever other keys there are: on disks that tell all names apart, and on those that do not. */
final class CompressedPathsTest {
    private static final List<String> PIECES =
            List.of("a", "A", "b", ".zst", ".ZST", "/", "//", ".", "con", "~hub1~", "x".repeat(252), "é");

    @TempDir
    private Path scratch = Path.of("");

    /** Of a key: whether it has bytes, and whether they may be compressed. */
    private record What(long size, boolean compressible) {}

    private record Both(String plain, String compressed) {}

    @Test
    void aCompressedFileHasItsKeyWithAnEndingAsItsName() {
        PathAllocator paths = new PathAllocator();
        assertThat(paths.allocate("dir/notes.txt", 5, true)).isEqualTo("dir/notes.txt");
        assertThat(paths.compressed()).isEqualTo("dir/notes.txt.zst");
    }

    @Test
    void anObjectOfThatNameGivesWayToIt() {
        PathAllocator paths = new PathAllocator();
        paths.allocate("a", 5, true);
        assertThat(paths.allocate("a.zst", 5, true)).isEqualTo("~hub1~a.zst");
        assertThat(paths.compressed()).isEqualTo("a.zst.zst");
        assertThat(paths.allocate("a.zst/b", 5, false)).isEqualTo("~hub2~a.zst/b");
        assertThat(paths.allocate("b", 5, false)).isEqualTo("b");
        assertThat(paths.allocate("b.zst", 5, true))
                .as("where nothing may be compressed")
                .isEqualTo("b.zst");
    }

    @Test
    void aNameThatBecomesTooLongIsAChainOfNames() {
        String longest = "x".repeat(255);
        PathAllocator paths = new PathAllocator();
        assertThat(paths.allocate(longest, 5, true)).isEqualTo(longest);
        assertThat(paths.compressed().split("/")).hasSizeGreaterThan(1).allMatch(name -> name.length() <= 255);
        assertThat(KeyPath.toKeyOfCompressed(paths.compressed())).isEqualTo(longest);
    }

    @Test
    void withoutItsEndingItsNameIsThatOfTheObject() {
        for (String key : List.of(
                "a.txt",
                "..",
                "a/..",
                ".",
                "a.",
                "a ",
                "a/",
                "con",
                "con.",
                "~hub~x.",
                "\u0001.",
                "x".repeat(250) + ".")) {
            assertThat(KeyPath.toPathOfContent(KeyPath.toCompressedPath(key)))
                    .as(key)
                    .isEqualTo(KeyPath.toPath(key));
        }
        assertThat(KeyPath.toPathOfContent("~hub1~a..zst")).isEqualTo("~hub1~a%2E");
    }

    @Test
    void noTwoFilesShareAPathWhicheverOfThemAreCompressed() {
        qt().withExamples(Examples.upTo(3_000)).forAll(objects()).checkAssert(objects -> {
            NavigableMap<String, Both> paths = new TreeMap<>(KeyOrder.COMPARATOR);
            PathAllocator allocator = new PathAllocator();
            objects.forEach((key, what) -> {
                String plain = allocator.allocate(key, what.size, what.compressible);
                paths.put(key, new Both(plain, what.compressible ? allocator.compressed() : ""));
            });
            check(objects, paths, UnaryOperator.identity());
        });
    }

    @Test
    void neitherDoTheyOnADiskThatDoesNotTellAllNamesApart() {
        qt().withExamples(Examples.upTo(400)).forAll(objects()).checkAssert(objects -> {
            NavigableMap<String, Both> paths = new TreeMap<>(KeyOrder.COMPARATOR);
            try (FoldedPaths.Collector keys = new FoldedPaths.Collector(scratch, 3)) {
                for (Map.Entry<String, What> object : objects.entrySet()) {
                    keys.add(object.getKey(), object.getValue().size);
                    if (object.getValue().compressible) {
                        keys.addCompressed(object.getKey());
                        keys.addCompressed(object.getKey());
                    }
                }
                try (FoldedPaths folded = keys.paths()) {
                    for (Map.Entry<String, What> object : objects.entrySet()) {
                        What what = object.getValue();
                        String plain = folded.allocate(object.getKey(), what.size, what.compressible);
                        paths.put(object.getKey(), new Both(plain, what.compressible ? folded.compressed() : ""));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            check(objects, paths, NameFolding::fold);
        });
    }

    @Test
    void aRangeInTheMiddleGivesTheSamePathsAsTheWhole() {
        qt().withExamples(Examples.upTo(3_000)).forAll(objects(), keys()).checkAssert((objects, after) -> {
            List<String> whole = new ArrayList<>();
            PathAllocator all = new PathAllocator();
            objects.forEach((key, what) -> whole.add(both(all, key, what)));

            Set<String> earlier = PathAllocator.clashCandidates(after).stream()
                    .filter(objects::containsKey)
                    .filter(key -> !KeyPath.isDirectoryMarker(key, size(objects, key)))
                    .collect(Collectors.toSet());
            Set<String> compressible =
                    earlier.stream().filter(key -> isCompressible(objects, key)).collect(Collectors.toSet());
            PathAllocator second = new PathAllocator(List.copyOf(earlier), compressible);
            List<String> part = new ArrayList<>();
            objects.forEach((key, what) -> {
                if (KeyOrder.compare(key, after) > 0) {
                    part.add(both(second, key, what));
                }
            });
            assertThat(part).isEqualTo(whole.subList(whole.size() - part.size(), whole.size()));
        });
    }

    private static String both(PathAllocator paths, String key, What what) {
        String plain = paths.allocate(key, what.size, what.compressible);
        return what.compressible ? plain + " or " + paths.compressed() : plain;
    }

    private static long size(Map<String, What> objects, String key) {
        What what = objects.get(key);
        return what == null ? -1 : what.size;
    }

    private static boolean isCompressible(Map<String, What> objects, String key) {
        What what = objects.get(key);
        return what != null && what.compressible;
    }

    private static void check(Map<String, What> objects, Map<String, Both> paths, UnaryOperator<String> disk) {
        Set<String> files = new HashSet<>();
        Set<String> folders = new HashSet<>();
        Set<String> unpacked = new HashSet<>();
        Set<String> foldersOfUnpacked = new HashSet<>();
        paths.forEach((key, both) -> {
            boolean marker = KeyPath.isDirectoryMarker(key, size(objects, key));
            assertThat(KeyPath.toKey(both.plain, marker)).isEqualTo(key);
            add(disk.apply(both.plain), marker, files, folders, key);
            String name = both.compressed.isEmpty() ? both.plain : KeyPath.toPathOfContent(both.compressed);
            assertThat(KeyPath.staysInside(name)).as(name).isTrue();
            add(name, marker, unpacked, foldersOfUnpacked, key);
            if (!both.compressed.isEmpty()) {
                assertThat(KeyPath.toKeyOfCompressed(both.compressed)).isEqualTo(key);
                add(disk.apply(both.compressed), false, files, folders, key);
            }
        });
        assertThat(files).noneMatch(folders::contains);
        assertThat(unpacked).noneMatch(foldersOfUnpacked::contains);
    }

    private static void add(String path, boolean folder, Set<String> files, Set<String> folders, String key) {
        if (folder) {
            folders.add(path);
        } else {
            assertThat(files.add(path)).as("%s of %s", path, key).isTrue();
        }
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
    }

    private static Gen<String> keys() {
        return lists().of(integers().between(0, PIECES.size() - 1))
                .ofSizeBetween(1, 4)
                .map(picks -> String.join("", picks.stream().map(PIECES::get).toList()));
    }

    private static Gen<NavigableMap<String, What>> objects() {
        return lists().of(keys()).ofSizeBetween(1, 30).zip(integers().all(), (all, bits) -> {
            NavigableMap<String, What> objects = new TreeMap<>(KeyOrder.COMPARATOR);
            all.forEach(key -> {
                int mixed = (bits ^ key.hashCode()) * 0x9E3779B9;
                boolean marker = key.endsWith("/") && mixed < 0;
                objects.put(key, new What(marker ? 0 : 5, !marker && (mixed & 0x10000) != 0));
            });
            return objects;
        });
    }
}
