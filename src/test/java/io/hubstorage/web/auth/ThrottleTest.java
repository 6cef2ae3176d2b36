package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ThrottleTest {
    private Instant now = Instant.parse("2026-11-20T08:00:00Z");
    private final Throttle throttle = new Throttle(() -> now, 3, Duration.ofSeconds(30), 100);

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private long allowed(String client, int asked) {
        long allowed = 0;
        for (int i = 0; i < asked; i++) {
            allowed += throttle.take(client).isEmpty() ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void someTriesAreFreeAndThenOneComesAtATime() {
        assertThat(allowed("a", 1000)).isEqualTo(3);
        assertThat(throttle.take("a")).contains(Duration.ofSeconds(30));
        pass(29);
        assertThat(throttle.take("a")).contains(Duration.ofSeconds(1));
        pass(1);
        assertThat(allowed("a", 10)).isEqualTo(1);
    }

    @Test
    void whoWaitsLongEnoughHasThemAllAgainAndNeverMore() {
        allowed("a", 3);
        pass(24 * 3600);
        assertThat(allowed("a", 1000)).isEqualTo(3);
    }

    @Test
    void oneClientCostsAnotherNothing() {
        allowed("a", 1000);
        assertThat(allowed("b", 5)).isEqualTo(3);
    }

    @Test
    void aRightTryDoesNotCountAndForgivesNoOther() {
        allowed("a", 2);
        for (int i = 0; i < 50; i++) {
            assertThat(throttle.take("a")).isEmpty();
            throttle.giveBack("a");
        }
        assertThat(allowed("a", 10)).isEqualTo(1);
    }

    @Test
    void whatCountsIsToldAndBecomesLessWithTime() {
        assertThat(throttle.taken("a")).isZero();
        allowed("a", 2);
        assertThat(throttle.taken("a")).isEqualTo(2);
        pass(1);
        assertThat(throttle.taken("a")).isEqualTo(2);
        pass(29);
        assertThat(throttle.taken("a")).isEqualTo(1);
        throttle.giveBack("a");
        assertThat(throttle.taken("a")).isZero();
        assertThat(throttle.taken("b")).isZero();
    }

    @Test
    void itsMemoryIsBoundedAndEmptiesByItself() {
        for (int i = 0; i < 5_000; i++) {
            throttle.take("client " + i);
        }
        assertThat(throttle.remembered()).isEqualTo(100);
        throttle.sweep();
        assertThat(throttle.remembered()).isEqualTo(100);
        pass(31);
        throttle.sweep();
        assertThat(throttle.remembered()).isZero();
    }
}
