package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RequestPermitsTest {
    private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long FAST = TimeUnit.MICROSECONDS.toNanos(500);

    private final RequestPermits permits = new RequestPermits(256);

    private void answers(int count, long nanos) {
        for (int i = 0; i < count; i++) {
            permits.answered(nanos);
        }
    }

    private void throttles(int count) {
        for (int i = 0; i < count; i++) {
            permits.throttled();
        }
    }

    @Test
    void aServerFarAwayIsAskedMoreAtOnce() {
        answers(256, SLOW);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aServerNearbyIsNotFloodedForNothing() {
        answers(256, FAST);

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void theVeryFirstAnswerMayAlreadyAskToSlowDown() {
        permits.throttled();

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void aWholeBurstOfRefusalsHalvesTheLimitOnce() {
        throttles(64);

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void aServerThatGoesOnRefusingIsAskedLessAndLessButNeverNotAtAll() {
        throttles(64 + 32);
        assertThat(permits.limit()).isEqualTo(16);

        throttles(1_000);

        assertThat(permits.limit()).isEqualTo(4);
    }

    @Test
    void theLimitRecoversStepByStepWhenTheServerAnswersAgain() {
        throttles(64);
        int halved = permits.limit();

        answers(64 + 256, SLOW);
        int recovering = permits.limit();
        answers(256 * 40, SLOW);

        assertThat(recovering).isBetween(halved + 1, halved * 2);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aPermitTakenAwayWhileInUseIsNotGivenOutAgain() throws InterruptedException {
        RequestPermits four = new RequestPermits(4);
        four.acquire();
        four.release();

        assertThat(four.limit()).isEqualTo(4);
        four.throttled();
        assertThat(four.limit()).as("never below the floor").isEqualTo(4);
    }
}
