package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ShrinkGuardTest {
    private final ShrinkGuard half = new ShrinkGuard(50);

    @Test
    void losingMoreThanAllowedRaisesAnAlarmThatNamesTheNumbers() {
        assertThat(half.alarm("photos", 1_000, 499)).hasValueSatisfying(alarm -> {
            assertThat(alarm.message()).contains("photos", "from 1,000 to 499", "50.1 %", "max_shrink_percent");
            assertThat(alarm.before()).isEqualTo(1_000);
            assertThat(alarm.now()).isEqualTo(499);
        });
        assertThat(half.alarm("photos", 1, 0)).isPresent();
    }

    @Test
    void losingJustWhatIsAllowedIsFine() {
        assertThat(half.alarm("photos", 1_000, 500)).isEmpty();
        assertThat(new ShrinkGuard(0).alarm("photos", 1_000, 999)).isPresent();
    }

    @Test
    void growingOrBeginningIsFine() {
        assertThat(half.alarm("photos", 10, 11)).isEmpty();
        assertThat(half.alarm("photos", 0, 0)).isEmpty();
        assertThat(new ShrinkGuard(0).alarm("photos", 10, 10)).isEmpty();
    }

    @Test
    void aHundredPercentNeverAlarms() {
        assertThat(new ShrinkGuard(100).alarm("photos", 10, 0)).isEmpty();
    }
}
