package io.hubstorage.keys;

import java.util.List;

/**
 * Keys to relative paths and back, without loss. An ordinary segment keeps its name. One that cannot or should not be a
 * file name is written as {@code ~hub~} and the segment with the offending bytes as {@code %XX}; one over 255 bytes
 * becomes a chain of folders {@code ~hub+~…} that ends in {@code ~hub~…}. A marker may carry a number
 * ({@code ~hub1~name}) that tells two things of the same name apart and means nothing else, see {@link PathAllocator}. A
 * key whose path would be too long for the system is written as if it were one segment, its slashes as {@code %2F}.
 *
 * <p>A zero-byte object whose key ends in {@code /} is a directory marker and maps to the folder itself; a non-empty one
 * is a file whose last segment is the empty one ({@code a/~hub~}).
 */
public final class KeyPath {
    /** What one name may have in bytes on every usual file system. */
    static final int MAX_SEGMENT = 255;

    /** Longest path kept segment by segment: a key of 1,024 bytes written as one segment is never longer. */
    static final int MAX_PATH = 3_200;

    /**
     * A segment that gets a number.
     *
     * @param end the length of the key up to the segment's end
     * @param number from 1
     */
    record Mark(int end, int number) {}

    /** How the name of a file ends that holds its object compressed. */
    public static final String COMPRESSED = ".zst";

    private KeyPath() {}

    /** Whether an object is only a folder: zero bytes and a key that ends in {@code /}. */
    public static boolean isDirectoryMarker(String key, long size) {
        return size == 0 && key.endsWith("/");
    }

    /** The path of the key as a file, when nothing clashes. */
    public static String toPath(String key) {
        return SegmentCodec.isPlain(key) ? key : encode(key, List.of());
    }

    /** The path of the key as a file, or as a folder when it is a directory marker; when nothing clashes. */
    public static String toPath(String key, long size) {
        return isDirectoryMarker(key, size) ? toPath(key.substring(0, key.length() - 1)) : toPath(key);
    }

    /** Whether a path that a manifest names cannot lead out of the folder that it is relative to, and is one at all. */
    public static boolean staysInside(String path) {
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\0') >= 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The path of the key's file in its compressed form, when nothing clashes: that which the key with {@link #COMPRESSED} behind
     * it would have as a plain file.
     */
    public static String toCompressedPath(String key) {
        return toPath(key + COMPRESSED);
    }

    /** What the file at this path is called that holds its object compressed, once it is no more: a path that no other key has. */
    public static String toPathOfContent(String compressed) {
        if (!compressed.endsWith(COMPRESSED)) {
            return compressed;
        }
        int start = compressed.lastIndexOf('/') + 1;
        StringBuilder path = new StringBuilder(compressed.length()).append(compressed, 0, start);
        SegmentCodec.secure(compressed.substring(start, compressed.length() - COMPRESSED.length()), path);
        return path.toString();
    }

    /** The key of a file at this path that holds its object compressed. */
    public static String toKeyOfCompressed(String path) {
        String name = toKey(path);
        return name.endsWith(COMPRESSED) ? name.substring(0, name.length() - COMPRESSED.length()) : name;
    }

    /** The key of a file at this path. */
    public static String toKey(String path) {
        return toKey(path, false);
    }

    /** The key of the file or of the directory marker at this path, whatever numbers its markers carry. */
    public static String toKey(String path, boolean directory) {
        if (!path.contains(SegmentCodec.MARKER)) {
            return directory ? path + "/" : path;
        }
        StringBuilder key = new StringBuilder(path.length());
        boolean joined = true;
        for (String name : path.split("/", -1)) {
            if (!joined) {
                key.append('/');
            }
            joined = SegmentCodec.decode(name, key);
        }
        if (directory) {
            key.append('/');
        }
        return key.toString();
    }

    /**
     * The path with a number in the marker of some segments.
     *
     * @param key without the trailing slash when it stands for a folder
     * @param marks the segments that need a number, in order
     */
    static String encode(String key, List<Mark> marks) {
        StringBuilder path = new StringBuilder(key.length() + 16);
        int start = 0;
        int next = 0;
        while (true) {
            int slash = key.indexOf('/', start);
            int end = slash < 0 ? key.length() : slash;
            boolean numbered = next < marks.size() && marks.get(next).end() == end;
            SegmentCodec.encode(
                    key.substring(start, end), numbered ? marks.get(next++).number() : 0, path);
            if (slash < 0) {
                break;
            }
            path.append('/');
            start = slash + 1;
        }
        if (SegmentCodec.utf8Length(path) <= MAX_PATH) {
            return path.toString();
        }
        boolean numbered = !marks.isEmpty() && marks.getLast().end() == key.length();
        StringBuilder whole = new StringBuilder(key.length() * 2);
        SegmentCodec.encodeMarked(key, numbered ? marks.getLast().number() : 0, whole);
        return whole.toString();
    }
}
