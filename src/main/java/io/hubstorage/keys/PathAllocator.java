package io.hubstorage.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives each key of a bucket its path, where a key can clash with another: {@code a} beside {@code a/b}, or beside the
 * directory marker {@code a/}. The file keeps the name, the folder becomes {@code ~hub1~a}. Where the file of {@code a} may be
 * compressed, {@code a.zst} is its name as well, and gets a number as a key of its own. Keys must come in {@link KeyOrder},
 * so that only files whose key is a prefix of the present one can clash; only those are remembered. Not thread-safe.
 */
public final class PathAllocator implements Paths {
    /** What stands so far under prefixes of the last key, each a prefix of the next. */
    private final List<Held> held = new ArrayList<>();

    private @Nullable String last;

    /**
     * A key that a later one can clash with.
     *
     * @param file whether it is no directory marker
     * @param compressible whether its compressed form may stand there, or stand there instead
     */
    private record Held(String key, boolean file, boolean compressible) {}

    /** For a range that begins at the bucket's first key. */
    public PathAllocator() {}

    /**
     * For a range that begins in the middle.
     *
     * @param earlierFileKeys those of {@link #clashCandidates} that exist in the bucket and are no directory markers, in
     *     any order
     * @param compressible those of them that may be compressed
     */
    public PathAllocator(List<String> earlierFileKeys, Set<String> compressible) {
        earlierFileKeys.stream()
                .distinct()
                .sorted(KeyOrder.COMPARATOR)
                .forEach(key -> held.add(new Held(key, true, compressible.contains(key))));
    }

    /**
     * The keys before a range, which holds only keys greater than {@code after}, that may clash with keys in it: prefixes
     * of {@code after} such that a key beginning with the prefix and a slash, or a dot, can still come. None other can.
     */
    public static List<String> clashCandidates(String after) {
        List<String> candidates = new ArrayList<>();
        for (int end = 1; end < after.length(); end++) {
            if (after.charAt(end) <= '/') {
                candidates.add(after.substring(0, end));
            }
        }
        if (!after.isEmpty()) {
            candidates.add(after);
        }
        return candidates;
    }

    @Override
    public String allocate(String key, long size) {
        return allocate(key, size, false);
    }

    @Override
    public String allocate(String key, long size, boolean compressible) {
        if (last != null && KeyOrder.compare(last, key) >= 0) {
            throw new IllegalArgumentException("keys must come in order, but " + key + " came after " + last);
        }
        last = key;
        held.removeIf(each -> !key.startsWith(each.key));
        String path = path(key, size);
        boolean file = !KeyPath.isDirectoryMarker(key, size);
        if (file || compressible) {
            held.add(new Held(key, file, compressible));
        }
        return path;
    }

    @Override
    public String withSize(long size) {
        return path(last(), size);
    }

    @Override
    public String compressed() {
        String key = last();
        List<KeyPath.Mark> folders =
                marks(key).stream().filter(mark -> mark.end() < key.length()).toList();
        return folders.isEmpty() ? KeyPath.toCompressedPath(key) : KeyPath.encode(key + KeyPath.COMPRESSED, folders);
    }

    private String last() {
        if (last == null) {
            throw new IllegalStateException("no key has been given a path yet");
        }
        return last;
    }

    private String path(String key, long size) {
        String name = KeyPath.isDirectoryMarker(key, size) ? key.substring(0, key.length() - 1) : key;
        List<KeyPath.Mark> clashes = held.isEmpty() ? List.of() : marks(key);
        return clashes.isEmpty() ? KeyPath.toPath(name) : KeyPath.encode(name, clashes);
    }

    /** Each segment of the key that cannot have its own name, with the number of files that have it already. */
    private List<KeyPath.Mark> marks(String key) {
        NavigableMap<Integer, Integer> taken = new TreeMap<>();
        for (Held each : held) {
            int end = each.key.length();
            if (each.file && end < key.length() && key.charAt(end) == '/') {
                taken.merge(end, 1, Integer::sum);
            }
            int beyond = end + KeyPath.COMPRESSED.length();
            if (each.compressible
                    && key.startsWith(KeyPath.COMPRESSED, end)
                    && (key.length() == beyond || key.charAt(beyond) == '/')) {
                taken.merge(beyond, 1, Integer::sum);
            }
        }
        return taken.entrySet().stream()
                .map(segment -> new KeyPath.Mark(segment.getKey(), segment.getValue()))
                .toList();
    }
}
