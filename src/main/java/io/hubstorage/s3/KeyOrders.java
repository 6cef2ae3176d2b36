package io.hubstorage.s3;

/** The orders that servers list keys in: by UTF-8 bytes as S3 promises, or by UTF-16 units as Java programs do. */
final class KeyOrders {
    private KeyOrders() {}

    /** Compares as the UTF-8 bytes would, which is by code point. */
    static int utf8(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int index = 0; index < shorter; index++) {
            char a = left.charAt(index);
            char b = right.charAt(index);
            if (a != b) {
                return rank(a) - rank(b);
            }
        }
        return left.length() - right.length();
    }

    /** Whether both orders agree on how any key compares with this one. */
    static boolean agreeOn(String boundary) {
        return boundary.chars().allMatch(unit -> unit < Character.MIN_SURROGATE);
    }

    /** Surrogates stand for code points above all others. */
    private static int rank(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit;
    }
}
