package io.hubstorage.keys;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The one order of keys in every listing, manifest and sort of ours: by UTF-8 bytes, which is the order of code points
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

    /** Whether any key compares with this one as {@link String#compareTo} says too. */
    public static boolean isSameInUtf16(String key) {
        return key.chars().allMatch(unit -> unit < Character.MIN_SURROGATE);
    }

    /** The least text that is greater than all that begin with this; null when there is none, as for the empty one. */
    public static @Nullable String beyond(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // No text of whole characters has a surrogate of its own.
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, end) + Character.toString(next);
            }
        }
        return null;
    }

    /** Lifts surrogates over U+E000 to U+FFFF, where the code points they stand for belong. */
    private static int rank(char unit) {
        if (unit < 0xD800) {
            return unit;
        }
        return unit < 0xE000 ? unit + 0x2000 : unit - 0x800;
    }
}
