package io.hubstorage.snapshot;

import java.util.Comparator;

/**
 * The one order of keys in every listing, manifest and spool of ours: by UTF-8 bytes, which is the order of code points
 * and the order S3 lists in. {@link String#compareTo} differs from it above U+D800, where UTF-16 puts pairs of
 * surrogates before U+E000.
 */
public final class KeyOrder {
    /** Smaller keys first. Total, and zero only for equal strings. */
    public static final Comparator<String> COMPARATOR = KeyOrder::compare;

    private KeyOrder() {}

    /** Negative, zero or positive, as {@code left} is before, equal to or after {@code right}. */
    public static int compare(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                return rank(a) - rank(b);
            }
        }
        return left.length() - right.length();
    }

    /** Lifts surrogates over U+E000 to U+FFFF, where the code points they stand for belong. */
    private static int rank(char unit) {
        if (unit < 0xD800) {
            return unit;
        }
        return unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
    }
}
