package io.hubstorage.keys;

import java.util.Locale;
import java.util.Set;

/** Which segments of a key may be file names as they are. */
final class PlainNames {
    private static final Set<String> RESERVED = Set.of(
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6",
            "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6",
            "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³");

    private static final int LONGEST_RESERVED = 7;

    private PlainNames() {}

    /** Whether every segment of the key is plain and the whole not too long, so that the path is the key. */
    static boolean plain(String key) {
        if (key.length() > KeyPath.MAX_PATH / 3 && Utf8.length(key) > KeyPath.MAX_PATH) {
            return false;
        }
        int start = 0;
        for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', start)) {
            if (!plainSegment(key, start, slash)) {
                return false;
            }
            start = slash + 1;
        }
        return plainSegment(key, start, key.length());
    }

    /** Whether the part of the key from {@code start} to {@code end}, which holds no slash, may be a name. */
    static boolean plainSegment(String key, int start, int end) {
        int length = end - start;
        if (length == 0 || trailing(key.charAt(end - 1)) || markerLike(key, start)) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (offends(key.charAt(i))) {
                return false;
            }
        }
        if (length > KeyPath.MAX_SEGMENT / 3 && Utf8.length(key.substring(start, end)) > KeyPath.MAX_SEGMENT) {
            return false;
        }
        return !reserved(key, start, end);
    }

    /** In any case: on some disks {@code ~HUB1~a} would be the same as a name of ours. */
    private static boolean markerLike(String key, int start) {
        return key.regionMatches(true, start, SegmentCodec.MARKER, 0, SegmentCodec.MARKER.length());
    }

    /** Control characters and the backslash. */
    static boolean offends(char unit) {
        return unit < 0x20 || unit == 0x7F || unit == '\\';
    }

    /** What Windows strips from the end of a name; also covers {@code .} and {@code ..}. */
    static boolean trailing(char unit) {
        return unit == '.' || unit == ' ';
    }

    private static boolean reserved(String key, int start, int end) {
        char first = key.charAt(start);
        if ("cpanlCPANL".indexOf(first) < 0) {
            return false;
        }
        int dot = key.indexOf('.', start);
        int stop = dot < 0 || dot > end ? end : dot;
        while (stop > start && key.charAt(stop - 1) == ' ') {
            stop--;
        }
        int length = stop - start;
        return length >= 3
                && length <= LONGEST_RESERVED
                && RESERVED.contains(key.substring(start, stop).toUpperCase(Locale.ROOT));
    }
}
