package io.hubstorage.cli;

import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import java.time.Duration;

/** Numbers, sizes, times and names in the words of the command line. Pure. */
final class Amounts {
    private Amounts() {}

    /** With thousands set apart. */
    static String number(long count) {
        return Sizes.number(count);
    }

    /** Bytes in binary units, three or four digits of them. */
    static String bytes(double bytes) {
        return Sizes.bytes(bytes);
    }

    /** {@code 1,234 (5.60 MiB)}; {@code 0} alone for none. */
    static String tally(Tally tally) {
        return tally.objects() == 0 ? "0" : "%s (%s)".formatted(number(tally.objects()), bytes((double) tally.bytes()));
    }

    static String objects(long count) {
        return count == 1 ? "1 object" : number(count) + " objects";
    }

    /** Two units at most: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    static String time(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        }
        return seconds < 86_400
                ? two(seconds / 3600, "h", seconds % 3600 / 60, "min")
                : two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0
                ? "%d %s".formatted(large, largeUnit)
                : "%d %s %d %s".formatted(large, largeUnit, small, smallUnit);
    }

    /** A key or another text from elsewhere, without the characters that would make a terminal do things. */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (Character.isISOControl(point) || Character.getType(point) == Character.FORMAT) {
                clean.append("\\u%04x".formatted(point));
            } else {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString();
    }
}
