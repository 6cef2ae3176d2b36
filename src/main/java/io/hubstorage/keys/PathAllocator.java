package io.hubstorage.keys;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives each key of a bucket its path, where a key can clash with another: {@code a} beside {@code a/b}, or beside the
 * directory marker {@code a/}. The file keeps the name, the folder becomes {@code ~hub1~a}. Keys must come in
 * {@link KeyOrder}, so that only files whose key is a prefix of the present one can clash; only those are remembered.
 * Not thread-safe.
 */
public final class PathAllocator implements Paths {
    /** The files so far whose keys are prefixes of the last key, each a prefix of the next. */
    private final List<String> files = new ArrayList<>();

    private @Nullable String last;

    /** For a range that begins at the bucket's first key. */
    public PathAllocator() {}

    /**
     * For a range that begins in the middle.
     *
     * @param earlierFileKeys those of {@link #clashCandidates} that exist in the bucket and are no directory markers, in
     *     any order
     */
    public PathAllocator(List<String> earlierFileKeys) {
        earlierFileKeys.stream().distinct().sorted(KeyOrder.COMPARATOR).forEach(files::add);
    }

    /**
     * The keys before a range, which holds only keys greater than {@code after}, that may clash with keys in it: prefixes
     * of {@code after} such that a key beginning with the prefix and a slash can still come. None other can.
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
        if (last != null && KeyOrder.compare(last, key) >= 0) {
            throw new IllegalArgumentException("keys must come in order, but " + key + " came after " + last);
        }
        last = key;
        files.removeIf(file -> !key.startsWith(file));
        String path = path(key, size);
        if (!KeyPath.isDirectoryMarker(key, size)) {
            files.add(key);
        }
        return path;
    }

    @Override
    public String withSize(long size) {
        if (last == null) {
            throw new IllegalStateException("no key has been given a path yet");
        }
        return path(last, size);
    }

    private String path(String key, long size) {
        String name = KeyPath.isDirectoryMarker(key, size) ? key.substring(0, key.length() - 1) : key;
        List<KeyPath.Mark> clashes = files.isEmpty() ? List.of() : clashes(key);
        return clashes.isEmpty() ? KeyPath.toPath(name) : KeyPath.encode(name, clashes);
    }

    private List<KeyPath.Mark> clashes(String key) {
        return files.stream()
                .map(String::length)
                .filter(length -> length < key.length() && key.charAt(length) == '/')
                .map(length -> new KeyPath.Mark(length, 1))
                .toList();
    }
}
