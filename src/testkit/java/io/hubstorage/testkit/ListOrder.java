package io.hubstorage.testkit;

import java.util.Comparator;

/** The orders in which servers are known to list their keys. */
public enum ListOrder {
    /** What S3 promises: the bytes of the UTF-8 form, which is the order of the code points. */
    UTF8,
    /** What servers written in Java or JavaScript do: keys beyond the BMP come before U+E000 to U+FFFF. */
    UTF16,
    /** None, as in directory buckets; but the same at every request. */
    UNORDERED;

    /** Compares two keys the way a listing orders them. */
    public Comparator<String> comparator() {
        return switch (this) {
            case UTF8 -> ListOrder::compareCodePoints;
            case UTF16 -> Comparator.naturalOrder();
            case UNORDERED ->
                Comparator.<String>comparingLong(key -> SyntheticBody.seedOf(0x0DDE5EEDL, key, 0))
                        .thenComparing(Comparator.naturalOrder());
        };
    }

    private static int compareCodePoints(String left, String right) {
        int shared = Math.min(left.length(), right.length());
        for (int i = 0; i < shared; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                return Integer.compare(rank(a), rank(b));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** A surrogate stands for a code point beyond every other char. */
    private static int rank(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
    }
}
