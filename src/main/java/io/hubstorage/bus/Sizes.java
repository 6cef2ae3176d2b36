package io.hubstorage.bus;

import java.util.Locale;

/** Numbers and sizes in words that are the same on the command line and on the pages. Pure. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Sizes() {}

    /** With thousands set apart. */
    public static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Bytes in binary units, three or four digits of them. */
    public static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        // 1023.5 would print as 1024, hence the early step; the page does the same.
        while (value >= 1023.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 ? "%.0f" : value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits + " %s", value, UNITS[unit]);
    }
}
