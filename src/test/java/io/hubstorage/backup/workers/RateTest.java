package io.hubstorage.backup.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RateTest {
    private static final long SECOND = 1_000_000_000L;

    private final Rate rate = new Rate();

    @Test
    void aSteadyStreamHasItsTrueRateFromTheSecondSampleOn() {
        assertThat(rate.update(0, 0)).isZero();
        for (int i = 1; i <= 50; i++) {
            assertThat(rate.update(200L * i, i * SECOND / 5)).isCloseTo(1000, within(1e-6));
        }
    }

    @Test
    void aBurstIsSmoothedAndAPauseFades() {
        rate.update(0, 0);
        for (int i = 1; i <= 20; i++) {
            rate.update(100L * i, i * SECOND);
        }
        assertThat(rate.update(3_000, 21 * SECOND)).isBetween(200.0, 500.0);
        assertThat(rate.update(3_000, 81 * SECOND)).isLessThan(1);
    }

    @Test
    void aCounterThatBeginsAnewIsNoNegativeRate() {
        rate.update(0, 0);
        rate.update(1_000, SECOND);
        assertThat(rate.update(10, 2 * SECOND)).isCloseTo(1000, within(1e-6));
        assertThat(rate.update(20, 3 * SECOND)).isPositive();
    }

    @Test
    void theRateComesCloseToASteadyOne() {
        double last = 0;
        for (int second = 0; second <= 30; second++) {
            last = rate.update(second * 1_000L, second * SECOND);
        }

        assertThat(last).isCloseTo(1_000, within(5.0));
    }

    @Test
    void theRateFallsTowardsNoughtWhenNothingMoves() {
        for (int second = 0; second <= 30; second++) {
            rate.update(second * 1_000L, second * SECOND);
        }

        assertThat(rate.update(30_000, 90 * SECOND)).isLessThan(1);
    }

    @Test
    void aCounterThatBeginsAnewNeverMakesANegativeRate() {
        rate.update(0, 0);
        rate.update(10_000, SECOND);

        assertThat(rate.update(5, 2 * SECOND)).isPositive();
        assertThat(rate.update(1_005, 3 * SECOND)).isPositive();
    }
}
