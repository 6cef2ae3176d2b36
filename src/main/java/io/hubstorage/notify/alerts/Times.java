package io.hubstorage.notify.alerts;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Moments and lists of names as messages have them. They are read later than they are written, so nothing is "ago". */
record Times(ZoneId zone) {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("d MMMM, HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM", Locale.ENGLISH);
    private static final int NAMED = 3;

    /** {@code 3 November, 02:00}. */
    String at(Instant moment) {
        return MOMENT.format(moment.atZone(zone));
    }

    /** {@code 3 November}. */
    String day(Instant moment) {
        return DAY.format(moment.atZone(zone));
    }

    static String day(LocalDate day) {
        return DAY.format(day);
    }

    /** {@code photos}, {@code photos and docs}, {@code photos, docs, music and 3 more}. */
    static String names(List<String> names) {
        int left = names.size() - NAMED;
        if (left > 0) {
            return "%s and %d more".formatted(String.join(", ", names.subList(0, NAMED)), left);
        }
        return names.size() < 2
                ? String.join("", names)
                : "%s and %s".formatted(String.join(", ", names.subList(0, names.size() - 1)), names.getLast());
    }
}
