package io.hubstorage.space;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;

/**
 * By how much something grows a day: the median of what it grew by within a week, for each week that there is. What comes and goes in the
 * rhythm of a week is even so, and a single day on which much came or went changes nothing. Pure.
 */
final class Growth {
    private static final int WEEK = 7;

    private Growth() {}

    /**
     * Bytes a day.
     *
     * @param amounts by day, some weeks of them, of which days may be missing; empty where they span less than a week
     */
    static OptionalDouble perDay(NavigableMap<LocalDate, Long> amounts) {
        double[] daily = amounts.entrySet().stream()
                .filter(each -> amounts.floorKey(each.getKey().minusDays(WEEK)) != null)
                .mapToDouble(each -> since(amounts.floorEntry(each.getKey().minusDays(WEEK)), each))
                .sorted()
                .toArray();
        return daily.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((daily[(daily.length - 1) / 2] + daily[daily.length / 2]) / 2);
    }

    private static double since(Map.Entry<LocalDate, Long> then, Map.Entry<LocalDate, Long> now) {
        return (double) (now.getValue() - then.getValue()) / ChronoUnit.DAYS.between(then.getKey(), now.getKey());
    }
}
