package io.hubstorage.snapshot;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives each key of a bucket its path, where a key can clash with another: {@code a} beside {@code a/b}, or beside the
 * directory marker {@code a/}. The file keeps the name, the folder becomes {@code ~hub1~a}. Keys must come in
 * {@link KeyOrder}, so that only files whose key is a prefix of the present one can clash; only those are remembered.
 * Not thread-safe.
 */
public final class PathAllocator {
    private static final int[] NONE = new int[0];

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

    /**
     * The path of the next key: of the folder for a directory marker, of the file otherwise.
     *
     * @throws IllegalArgumentException when the key is not greater than the one before
     */
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

    /**
     * The path that the key last given to {@link #allocate} has with another size: a directory marker that is no longer
     * empty is a file, and the other way round.
     */
    public String withSize(long size) {
        if (last == null) {
            throw new IllegalStateException("no key has been given a path yet");
        }
        return path(last, size);
    }

    private String path(String key, long size) {
        String name = KeyPath.isDirectoryMarker(key, size) ? key.substring(0, key.length() - 1) : key;
        int[] clashes = files.isEmpty() ? NONE : clashes(key);
        return clashes.length == 0 ? KeyPath.toPath(name) : KeyPath.encode(name, clashes);
    }

    private int[] clashes(String key) {
        return files.stream()
                .mapToInt(String::length)
                .filter(length -> length < key.length() && key.charAt(length) == '/')
                .toArray();
    }
}
