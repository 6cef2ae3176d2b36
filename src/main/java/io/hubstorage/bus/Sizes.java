package io.hubstorage.bus;

import java.time.Duration;
import java.util.Locale;

/**
 * Numbers, sizes and lengths of time as people read them, in the same words in sentences, on the command line and on the
 * pages ({@code webroot/js/format.js}). Pure.
 */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

    /** With thousands set apart. */
    public static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** {@code 1 object}, {@code 1,234 objects}. */
    public static String objects(long count) {
        return count(count, "object");
    }

    /** {@code 1 file}, {@code 1,234 files}: of a noun whose plural ends in s. */
    public static String count(long count, String noun) {
        return count == 1 ? "1 " + noun : number(count) + ' ' + noun + 's';
    }

    /** Bytes in binary units, three or four digits of them. */
    public static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        // 1023.5 would print as 1024, hence the early step.
        while (value >= 1023.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 ? "%.0f" : value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits + " %s", value, UNITS[unit]);
    }

    /** Two units at most, cut off behind them: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    public static String duration(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return twoUnits(seconds, 60, "min", 1, "s");
        }
        return seconds < 86_400 ? twoUnits(seconds, 3600, "h", 60, "min") : twoUnits(seconds, 86_400, "d", 3600, "h");
    }

    private static String twoUnits(long seconds, long large, String largeUnit, long small, String smallUnit) {
        long rest = seconds % large / small;
        return seconds / large + " " + largeUnit + (rest == 0 ? "" : " " + rest + " " + smallUnit);
    }

    /** One unit, rounded, as coarse as people say it: {@code 36 s}, {@code 12 min}, {@code 4 h}, {@code 3 days}. */
    public static String roughly(Duration time) {
        long seconds = Math.max(1, time.toSeconds());
        if (seconds < 90) {
            return seconds + " s";
        }
        long minutes = Math.round(seconds / 60.0);
        if (minutes < 90) {
            return minutes + " min";
        }
        long hours = Math.round(minutes / 60.0);
        return hours < 36 ? hours + " h" : Math.round(hours / 24.0) + " days";
    }
}
