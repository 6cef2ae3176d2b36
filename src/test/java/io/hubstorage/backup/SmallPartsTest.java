package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rate and disk space. */
final class SmallPartsTest {
    @Test
    void theRateComesCloseToASteadyOne() {
        Rate rate = new Rate();
        double last = 0;
        for (int second = 0; second <= 30; second++) {
            last = rate.update(second * 1_000L, TimeUnit.SECONDS.toNanos(second));
        }

        assertThat(last).isCloseTo(1_000, within(5.0));
    }

    @Test
    void theRateFallsTowardsNoughtWhenNothingMoves() {
        Rate rate = new Rate();
        for (int second = 0; second <= 30; second++) {
            rate.update(second * 1_000L, TimeUnit.SECONDS.toNanos(second));
        }

        assertThat(rate.update(30_000, TimeUnit.SECONDS.toNanos(90))).isLessThan(1);
    }

    @Test
    void aCounterThatBeginsAnewNeverMakesANegativeRate() {
        Rate rate = new Rate();
        rate.update(0, 0);
        rate.update(10_000, TimeUnit.SECONDS.toNanos(1));

        assertThat(rate.update(5, TimeUnit.SECONDS.toNanos(2))).isPositive();
        assertThat(rate.update(1_005, TimeUnit.SECONDS.toNanos(3))).isPositive();
    }

    @Test
    void roomIsEnoughOnlyWithATenthToSpare() {
        Path disk = Path.of("disk");

        assertThat(DiskSpace.shortage(disk, 1_000, 1_100)).isEmpty();
        assertThat(DiskSpace.shortage(disk, 1_000, 1_099))
                .hasValue("not enough room on disk: 1.07 KiB needed (with 10 % headroom), 1.07 KiB free. Make room or"
                        + " use a larger disk; what was downloaded is kept and every earlier snapshot is"
                        + " untouched");
    }

    @Test
    void theRoomOfAFolderThatIsNotThereYetIsThatOfItsDisk(@TempDir Path folder) throws IOException {
        assertThat(DiskSpace.usable(folder.resolve("not/yet"))).isPositive();
    }
}
