package io.hubstorage.keys;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * One segment of a key to one name, or to a chain of names joined by {@code /}, and back: as it is where every disk takes it for
 * just that, marked and escaped otherwise.
 */
final class SegmentCodec {
    /** How every name begins that is not simply a segment. */
    static final String MARKER = "~hub";

    private static final String LAST = MARKER + "~";
    private static final String CONTINUED = MARKER + "+~";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** A continuing piece keeps two bytes free for its last character to become {@code %2E} or {@code %20}. */
    private static final int PIECE = KeyPath.MAX_SEGMENT - CONTINUED.length() - 2;

    private static final Set<String> RESERVED = Set.of(
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6",
            "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6",
            "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³");

    private static final int LONGEST_RESERVED = 7;

    private SegmentCodec() {}

    /** Whether every segment of the key is plain and the whole not too long, so that the path is the key. */
    static boolean isPlain(String key) {
        if (key.length() > KeyPath.MAX_PATH / 3 && utf8Length(key) > KeyPath.MAX_PATH) {
            return false;
        }
        int start = 0;
        for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', start)) {
            if (!isPlainSegment(key, start, slash)) {
                return false;
            }
            start = slash + 1;
        }
        return isPlainSegment(key, start, key.length());
    }

    /** Whether the part of the key from {@code start} to {@code end}, which holds no slash, may be a name. */
    private static boolean isPlainSegment(String key, int start, int end) {
        int length = end - start;
        if (length == 0 || isStripped(key.charAt(end - 1)) || beginsLikeMarker(key, start)) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (offends(key.charAt(i))) {
                return false;
            }
        }
        if (length > KeyPath.MAX_SEGMENT / 3 && utf8Length(key.substring(start, end)) > KeyPath.MAX_SEGMENT) {
            return false;
        }
        return !isReserved(key, start, end);
    }

    /** In any case: on some disks {@code ~HUB1~a} would be the same as a name of ours. */
    private static boolean beginsLikeMarker(String key, int start) {
        return key.regionMatches(true, start, MARKER, 0, MARKER.length());
    }

    /** Control characters and the backslash. */
    private static boolean offends(char unit) {
        return unit < 0x20 || unit == 0x7F || unit == '\\';
    }

    /** What Windows strips from the end of a name; also covers {@code .} and {@code ..}. */
    private static boolean isStripped(char unit) {
        return unit == '.' || unit == ' ';
    }

    private static boolean isReserved(String key, int start, int end) {
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

    /** Appends the name or the chain for a segment; with the number in its marker if that is not 0. */
    static void encode(String segment, int number, StringBuilder path) {
        if (number == 0 && isPlainSegment(segment, 0, segment.length())) {
            path.append(segment);
        } else {
            encodeMarked(segment, number, path);
        }
    }

    /** Appends the marked form of a segment, or of a whole key: a slash inside becomes {@code %2F}. */
    static void encodeMarked(String segment, int number, StringBuilder path) {
        String last = number == 0 ? LAST : MARKER + number + "~";
        String text = escape(segment);
        int start = 0;
        for (int left = utf8Length(text); left + last.length() > KeyPath.MAX_SEGMENT; ) {
            int end = pieceEnd(text, start);
            path.append(CONTINUED);
            appendPiece(text, start, end, path);
            path.append('/');
            left -= utf8Length(text.substring(start, end));
            start = end;
        }
        path.append(last).append(text, start, text.length());
    }

    /** Appends a name that has lost its ending, as it would have been written without. */
    static void secure(String name, StringBuilder path) {
        if (!name.startsWith(MARKER)) {
            encode(name, 0, path);
        } else if (isStripped(name.charAt(name.length() - 1))) {
            path.append(name, 0, name.length() - 1);
            percent(name.charAt(name.length() - 1), path);
        } else {
            path.append(name);
        }
    }

    /**
     * Appends what the name stands for.
     *
     * @return whether the next name continues the same segment
     */
    static boolean decode(String name, StringBuilder key) {
        int i = MARKER.length();
        if (!name.startsWith(MARKER)) {
            key.append(name);
            return false;
        }
        while (i < name.length() && name.charAt(i) >= '0' && name.charAt(i) <= '9') {
            i++;
        }
        boolean continued = i < name.length() && name.charAt(i) == '+';
        if (continued) {
            i++;
        }
        if (i >= name.length() || name.charAt(i) != '~') {
            key.append(name);
            return false;
        }
        unescape(name, i + 1, key);
        return continued;
    }

    private static String escape(String segment) {
        StringBuilder text = new StringBuilder(segment.length() + 8);
        for (int i = 0; i < segment.length(); i++) {
            char unit = segment.charAt(i);
            boolean end = i + 1 == segment.length();
            if (unit == '%' || unit == '/' || offends(unit) || (end && isStripped(unit))) {
                percent(unit, text);
            } else {
                text.append(unit);
            }
        }
        return text.toString();
    }

    private static void percent(char unit, StringBuilder text) {
        text.append('%').append(HEX.toHexDigits((byte) unit));
    }

    private static void unescape(String name, int from, StringBuilder key) {
        for (int i = from; i < name.length(); i++) {
            char unit = name.charAt(i);
            int value = unit == '%' && i + 2 < name.length() ? hex(name.charAt(i + 1), name.charAt(i + 2)) : -1;
            if (value >= 0 && value < 0x80) {
                key.append((char) value);
                i += 2;
            } else {
                key.append(unit);
            }
        }
    }

    private static int hex(char high, char low) {
        int first = Character.digit(high, 16);
        int second = Character.digit(low, 16);
        return first < 0 || second < 0 ? -1 : first * 16 + second;
    }

    /** Where a piece that begins at {@code start} must end so as to break neither a character nor a {@code %XX}. */
    private static int pieceEnd(String text, int start) {
        int bytes = 0;
        int i = start;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            int width = point == '%' ? 3 : utf8Length(point);
            if (bytes + width > PIECE) {
                break;
            }
            bytes += width;
            i += point == '%' ? 3 : Character.charCount(point);
        }
        return i;
    }

    private static void appendPiece(String text, int start, int end, StringBuilder path) {
        char last = text.charAt(end - 1);
        if (isStripped(last)) {
            path.append(text, start, end - 1);
            percent(last, path);
        } else {
            path.append(text, start, end);
        }
    }

    /** Bytes in UTF-8; a lone surrogate counts as three. */
    static int utf8Length(CharSequence text) {
        return text.codePoints().map(SegmentCodec::utf8Length).sum();
    }

    private static int utf8Length(int point) {
        return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
}
