package io.hubstorage.testkit;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Keys by arithmetic: each {@code #} of the pattern is one digit of the zero-padded index, left to right, so that the keys
 * are in the order of their indexes and each key gives its index back. {@code year-#/month-##/file-####.bin} has room for ten
 * million keys.
 */
final class NumberedKeys {
    private final String pattern;
    private final int[] places;

    NumberedKeys(String pattern, int count) {
        this.pattern = pattern;
        places = IntStream.range(0, pattern.length())
                .filter(i -> pattern.charAt(i) == '#')
                .toArray();
        if (Math.pow(10, places.length) < count) {
            throw new IllegalArgumentException(
                    "the pattern %s has %d digits, too few for %d keys".formatted(pattern, places.length, count));
        }
    }

    /** The key at an index. */
    String key(int index) {
        char[] chars = pattern.toCharArray();
        int rest = index;
        for (int i = places.length - 1; i >= 0; i--) {
            chars[places[i]] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        return new String(chars);
    }

    /** The index of a key, or -1 if the pattern does not make it. */
    int index(String key) {
        if (key.length() != pattern.length()) {
            return -1;
        }
        long index = 0;
        for (int i = 0; i < key.length(); i++) {
            char unit = key.charAt(i);
            if (pattern.charAt(i) != '#') {
                if (unit != pattern.charAt(i)) {
                    return -1;
                }
            } else if (unit < '0' || unit > '9') {
                return -1;
            } else {
                index = index * 10 + (unit - '0');
            }
        }
        return index > Integer.MAX_VALUE ? -1 : (int) index;
    }

    /** The first index below {@code count} whose key is not before {@code key} (after it, if not inclusive). */
    int seek(String key, boolean inclusive, int count, Comparator<String> order) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int compared = order.compare(key(middle), key);
            if (compared < 0 || (compared == 0 && !inclusive)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
