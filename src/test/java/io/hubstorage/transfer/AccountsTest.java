package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class AccountsTest {
    /** What heeds no interrupt, as a name server that is asked for an address, until it is let go. */
    private static String stubborn(CountDownLatch letGo) {
        boolean waits = true;
        while (waits) {
            try {
                letGo.await();
                waits = false;
            } catch (InterruptedException _) {
                // Waits on.
            }
        }
        return "late";
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anAnswerThatCannotBeInterruptedIsNotWaitedFor() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        try {
            List<Callable<String>> questions = List.of(() -> "here", () -> stubborn(letGo));

            List<Future<String>> answers = Accounts.ask(questions, Duration.ofMillis(100));

            assertThat(answers.get(1).isCancelled()).isTrue();
        } finally {
            letGo.countDown();
        }
    }

    @Test
    void thePartOfAnAccountHasRoomForABodyHoweverManyThereAre() {
        assertThat(Accounts.memoryOf(128L << 20, 2)).isEqualTo(64L << 20);
        assertThat(Accounts.memoryOf(16L << 20, 1000))
                .isGreaterThanOrEqualTo(ObjectFetch.SMALL)
                .isGreaterThanOrEqualTo(RangedDownload.RANGE_MEMORY);
    }
}
