package io.hubstorage.keys;

/** One segment of a key to one name, or to a chain of names joined by {@code /}, and back. */
final class SegmentCodec {
    /** How every name begins that is not simply a segment. */
    static final String MARKER = "~hub";

    private static final String LAST = MARKER + "~";
    private static final String CONTINUED = MARKER + "+~";
    private static final String HEX = "0123456789ABCDEF";

    /** A continuing piece keeps two bytes free for its last character to become {@code %2E} or {@code %20}. */
    private static final int PIECE = KeyPath.MAX_SEGMENT - CONTINUED.length() - 2;

    private SegmentCodec() {}

    /** Appends the name or the chain for a segment; with the number in its marker if that is not 0. */
    static void encode(String segment, int number, StringBuilder path) {
        if (number == 0 && PlainNames.plainSegment(segment, 0, segment.length())) {
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
        for (int left = Utf8.length(text); left + last.length() > KeyPath.MAX_SEGMENT; ) {
            int end = pieceEnd(text, start);
            path.append(CONTINUED);
            appendPiece(text, start, end, path);
            path.append('/');
            left -= Utf8.length(text.substring(start, end));
            start = end;
        }
        path.append(last).append(text, start, text.length());
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
            if (unit == '%' || unit == '/' || PlainNames.offends(unit) || (end && PlainNames.trailing(unit))) {
                percent(unit, text);
            } else {
                text.append(unit);
            }
        }
        return text.toString();
    }

    private static void percent(char unit, StringBuilder text) {
        text.append('%').append(HEX.charAt(unit >> 4)).append(HEX.charAt(unit & 15));
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
            int units = text.charAt(i) == '%' ? 3 : Character.charCount(text.codePointAt(i));
            int width = text.charAt(i) == '%' ? 3 : Utf8.length(text.substring(i, i + units));
            if (bytes + width > PIECE) {
                break;
            }
            bytes += width;
            i += units;
        }
        return i;
    }

    private static void appendPiece(String text, int start, int end, StringBuilder path) {
        char last = text.charAt(end - 1);
        if (PlainNames.trailing(last)) {
            path.append(text, start, end - 1);
            percent(last, path);
        } else {
            path.append(text, start, end);
        }
    }
}
