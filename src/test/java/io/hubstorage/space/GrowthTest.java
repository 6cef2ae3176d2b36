package io.hubstorage.space;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

final class GrowthTest {
    private static final LocalDate FIRST = LocalDate.parse("2026-10-01");

    private static double growth(int days, IntToLongFunction amount) {
        return growth(days, amount, 1);
    }

    private static double growth(int days, IntToLongFunction amount, int step) {
        NavigableMap<LocalDate, Long> amounts = new TreeMap<>();
        for (int day = 0; day < days; day += step) {
            amounts.put(FIRST.plusDays(day), amount.applyAsLong(day));
        }
        return Growth.perDay(amounts).orElse(Double.NaN);
    }

    @Test
    void whatGrowsEvenlyGrowsByThatMuchADay() {
        assertThat(growth(30, day -> 5_000 + 100L * day)).isEqualTo(100);
        assertThat(growth(30, day -> 5_000 - 100L * day)).isEqualTo(-100);
        assertThat(growth(30, _ -> 5_000)).isZero();
    }

    @Test
    void oneDayOnWhichMuchCameOrWentChangesNothing() {
        assertThat(growth(42, day -> 100L * day + (day > 20 ? 1_000_000 : 0)))
                .as("somebody put something else on the disk")
                .isEqualTo(100);
        assertThat(growth(42, day -> 100L * day + (day == 20 ? 1_000_000 : 0)))
                .as("and took it away again")
                .isEqualTo(100);
    }

    @Test
    void aBurstOnceAWeekCountsAsWhatItIsOnAverage() {
        assertThat(growth(42, day -> 700L * (day / 7))).isEqualTo(100);
    }

    @Test
    void missingDaysAreNoMatter() {
        assertThat(growth(40, day -> 100L * day, 3)).isEqualTo(100);
    }

    @Test
    void nothingIsSaidBeforeAWeekHasPassed() {
        assertThat(growth(7, day -> 100L * day)).isNaN();
        assertThat(growth(8, day -> 100L * day)).isEqualTo(100);
        assertThat(Growth.perDay(new TreeMap<>())).isEmpty();
    }
}
