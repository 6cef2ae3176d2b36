package io.hubstorage.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class RequestPermitsTest {
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private long now;
    private final RequestPermits permits = new RequestPermits(256, () -> now);

    /** What becomes of a request that is sent now, with so many under way. */
    private interface Server {
        long answersAt(long now, int underWay);
    }

    private record Sent(long at, long done, long bytes) {}

    private final PriorityQueue<Sent> sent = new PriorityQueue<>((a, b) -> Long.compare(a.done(), b.done()));
    private int most;

    /** Sends as many as are allowed, always, until so many were answered. */
    private void serve(Server server, int requests, long... bytes) throws InterruptedException {
        int next = 0;
        for (int answered = 0; answered < requests; answered++) {
            while (sent.size() < permits.limit()) {
                permits.acquire();
                sent.add(new Sent(now, server.answersAt(now, sent.size() + 1), bytes[next++ % bytes.length]));
            }
            most = Math.max(most, sent.size());
            Sent first = sent.remove();
            now = Math.max(now, first.done());
            permits.answered(now - first.at(), first.bytes());
            permits.release();
        }
    }

    /** Far away, and as quick for many as for one. */
    private static Server distant(long nanos) {
        return (now, _) -> now + nanos;
    }

    /** One after the other, in the order of their coming. */
    private static Server oneAfterTheOther(long nanos) {
        return new Server() {
            private long free;

            @Override
            public long answersAt(long now, int underWay) {
                free = Math.max(free, now) + nanos;
                return free;
            }
        };
    }

    /** All at the same time, each the slower the more there are. */
    private static Server shared(long nanos) {
        return (now, underWay) -> now + nanos * underWay;
    }

    private void throttles(int count) {
        for (int i = 0; i < count; i++) {
            permits.throttled();
        }
    }

    @Test
    void aServerFarAwayIsAskedMoreAtOnceWithinAFewRounds() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 32 + 32 + 64 + 64 + 128 + 128 + 256, 4_096);

        assertThat(permits.limit()).isEqualTo(256);
    }

    /** Around this time, as answers of S3 itself are: one in ten takes less than 0.4 of it, one in ten 2.8 times as long. */
    private static Server distantAndUneven(long nanos) {
        Random random = new Random(7);
        return (now, _) -> now + (long) (nanos * Math.exp(0.8 * random.nextGaussian()));
    }

    @Test
    void aServerWhoseAnswersVaryIsAskedMoreAtOnceAllTheSame() throws InterruptedException {
        serve(distantAndUneven(40 * MILLISECOND), 20_000, 4_096);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aServerThatIsFurtherAwayThanItWasIsAskedAsMuchAgainAfterAMinute() throws InterruptedException {
        serve(distant(10 * MILLISECOND), 5_000, 4_096);
        assertThat(permits.limit()).isEqualTo(256);
        serve(distant(200 * MILLISECOND), 5_000, 4_096);
        assertThat(permits.limit()).as("as if there were a queue").isLessThan(64);

        serve(distant(200 * MILLISECOND), 32 * 5 * 60 + 1_000, 4_096);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aQueueIsNeverTakenForTheDistanceHoweverLongItGoesOn() throws InterruptedException {
        serve(oneAfterTheOther(2 * MILLISECOND), 500, 4_096);
        most = 0;

        serve(oneAfterTheOther(2 * MILLISECOND), 500 * 60 * 20, 4_096);

        assertThat(most).isLessThanOrEqualTo(64);
        assertThat(permits.limit()).isLessThanOrEqualTo(32);
    }

    @Test
    void oneAnswerThatTookNoTimeIsNoMeasureForAll() throws InterruptedException {
        int[] next = {0};
        serve((time, _) -> time + (next[0]++ % 50 == 0 ? 1 : 20) * MILLISECOND, 3_000, 4_096);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aServerNearbyIsNotFloodedForNothing() throws InterruptedException {
        serve(oneAfterTheOther(MILLISECOND / 5), 5_000, 4_096);

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void asManyAreUnderWayAsTheServerCanDoAndAsManyMoreOnTheirWay() throws InterruptedException {
        // 2,000 a second at most, 40 ms away: 80 hide the distance.
        Server server = oneAfterTheOther(MILLISECOND / 2);
        serve((time, count) -> server.answersAt(time, count) + 40 * MILLISECOND, 20_000, 4_096);
        assertThat(permits.limit()).isBetween(80, 200);
        most = 0;

        serve((time, count) -> server.answersAt(time, count) + 40 * MILLISECOND, 2_000 * 60 * 10, 4_096);
        assertThat(most).as("over ten minutes").isBetween(80, 200);
    }

    @Test
    void aSlowServerIsNotAskedForMoreThanItAnswersInSeconds() throws InterruptedException {
        serve(oneAfterTheOther(150 * MILLISECOND), 2_000, 4_096);

        assertThat(most * 150L * MILLISECOND).as("the longest wait").isLessThan(10 * SECOND);
    }

    @Test
    void theSlowerTheServerTheShorterItsQueue() throws InterruptedException {
        serve(oneAfterTheOther(2 * SECOND), 200, 4_096);

        assertThat(permits.limit()).isLessThanOrEqualTo(4);
    }

    @Test
    void aServerThatSharesItsTimeAmongAllIsNotAskedMoreAndMore() throws InterruptedException {
        serve(shared(150 * MILLISECOND), 5_000, 4_096);

        assertThat(most * 150L * MILLISECOND).as("the longest wait").isLessThan(10 * SECOND);
    }

    @Test
    void aServerThatBecomesSlowIsAskedLess() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 1_000, 4_096);
        int before = permits.limit();

        serve(oneAfterTheOther(200 * MILLISECOND), 600, 4_096);

        assertThat(before).isEqualTo(256);
        assertThat(permits.limit()).isLessThanOrEqualTo(32);
    }

    @Test
    void largeBodiesDoNotHoldUpSmallOnes() throws InterruptedException {
        long[] sizes = {4_096, 4_096, 900_000, 4_096};
        long[] next = {0};
        serve(
                (time, _) -> time + (sizes[(int) (next[0]++ % 4)] > 4_096 ? 120 : 20) * MILLISECOND,
                3_000,
                4_096,
                4_096,
                900_000,
                4_096);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void fewRequestsSayNothingAboutMany() throws InterruptedException {
        for (int i = 0; i < 2_000; i++) {
            permits.acquire();
            now += 20 * MILLISECOND;
            permits.answered(20 * MILLISECOND, 4_096);
            permits.release();
        }

        assertThat(permits.limit()).isEqualTo(32);
    }

    /** Somebody who wants to send one more. */
    private Thread newcomer() {
        return Thread.ofVirtual().start(() -> {
            try {
                permits.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void assertWaits(Thread newcomer) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> newcomer.getState() == Thread.State.WAITING || !newcomer.isAlive());
        assertThat(newcomer.isAlive()).as("still waits").isTrue();
    }

    private void send(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            permits.acquire();
        }
    }

    private void end(int count) {
        for (int i = 0; i < count; i++) {
            permits.release();
        }
    }

    @Test
    @Timeout(60)
    void whoComesWhenAllAreUnderWayWaitsUntilOneIsAnswered() throws InterruptedException {
        send(32);
        Thread newcomer = newcomer();
        assertWaits(newcomer);
        end(1);
        newcomer.join();
    }

    @Test
    @Timeout(60)
    void whenTheLimitIsHalvedHalfMustBeAnsweredBeforeOneMoreIsSent() throws InterruptedException {
        send(32);
        permits.throttled();
        Thread newcomer = newcomer();
        end(16);
        assertWaits(newcomer);
        end(1);
        newcomer.join();
    }

    @Test
    @Timeout(60)
    void whenTheLimitRisesAsManyMoreAreSentAndNotOneBeyond() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 32 + 32, 4_096);
        assertThat(permits.limit()).isGreaterThan(32);
        send(permits.limit() - sent.size());
        Thread newcomer = newcomer();
        assertWaits(newcomer);
        end(1);
        newcomer.join();
    }

    @Test
    void whatIsKnownOfAServerIsForgottenAfterTenQuietSeconds() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 1_000, 4_096);
        end(sent.size());
        sent.clear();
        now += 10 * SECOND;
        send(1);
        assertThat(permits.limit()).as("not yet").isEqualTo(256);
        end(1);
        now += 10 * SECOND + 1;
        send(1);
        assertThat(permits.limit()).isEqualTo(32);
        end(1);

        // Further away than before, which is no sign of a queue.
        serve(distant(200 * MILLISECOND), 1_000, 4_096);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void aServerThatTakesSecondsForEachIsNotAskedMoreAtOnceForIt() throws InterruptedException {
        serve(distant(2 * SECOND + 1), 1_000, 4_096);
        assertThat(permits.limit()).isLessThanOrEqualTo(32);
    }

    @Test
    void oneThatIsJustQuickEnoughIs() throws InterruptedException {
        serve(distant(2 * SECOND), 1_000, 4_096);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void asLongAsItsQueueIsShortASlowServerHasOne() throws InterruptedException {
        serve(oneAfterTheOther(SECOND), 200, 4_096);
        assertThat(permits.limit()).isBetween(3, 8);
    }

    @Test
    void eachSizeIsComparedWithItsLike() throws InterruptedException {
        long[] sizes = {1_000, 20_000, 400_000, 6_000_000};
        int[] next = {0};
        serve((time, _) -> time + 10 * MILLISECOND * (1L << (2 * (next[0]++ % 4))), 4_000, sizes);
        assertThat(permits.limit()).isEqualTo(256);

        permits.answered(SECOND, Long.MAX_VALUE);
        permits.answered(0, -1);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void manyLargeBodiesThatTakeLongAreNoQueue() throws InterruptedException {
        long[] sizes = {4_096, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20};
        int[] next = {0};
        serve((time, _) -> time + (next[0]++ % 8 == 0 ? 1 : 100) * MILLISECOND, 4_000, sizes);

        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void afterAQuietTimeAWholeRoundOfAnswersIsAwaitedBeforeTheyAreJudged() throws InterruptedException {
        now += 1_000 * SECOND;
        serve(distant(20 * MILLISECOND), 31, 4_096);
        assertThat(permits.limit()).isEqualTo(32);

        serve(distant(20 * MILLISECOND), 1, 4_096);

        assertThat(permits.limit()).isEqualTo(64);
    }

    @Test
    void answersToWhatWasSentBeforeTheLastJudgementCountForTheRecovery() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 32, 4_096);
        assertThat(permits.limit()).isEqualTo(64);
        permits.throttled();

        for (int i = 0; i < 127; i++) {
            permits.answered(20 * MILLISECOND, 4_096);
        }
        assertThat(permits.limit()).isEqualTo(32);
        permits.answered(20 * MILLISECOND, 4_096);
        assertThat(permits.limit()).isEqualTo(36);
    }

    @Test
    void answersToWhatWasSentBeforeTheLastJudgementMayHavePaused() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 32, 4_096);
        for (int i = 0; i < 32; i++) {
            permits.answeredWithPauses();
        }

        serve(distant(20 * MILLISECOND), 64, 4_096);

        assertThat(permits.limit()).isEqualTo(128);
    }

    @Test
    void whoeverAsksOneAfterTheOtherIsNotQuiet() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 1_000, 4_096);
        end(sent.size());
        sent.clear();

        for (int i = 0; i < 20; i++) {
            permits.acquire();
            now += SECOND;
            permits.release();
            assertThat(permits.limit()).isEqualTo(256);
        }
    }

    @Test
    void whatWaitedForUsSaysNothingOfTheServer() throws InterruptedException {
        serve(distant(20 * MILLISECOND), 1_000, 4_096);

        for (int i = 0; i < 2_000; i++) {
            permits.acquire();
            permits.pause();
            now += SECOND;
            permits.resume();
            permits.answeredWithPauses();
            permits.release();
        }
        assertThat(permits.limit()).isEqualTo(256);

        serve(distant(20 * MILLISECOND), 1_000, 4_096);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void permitsOfWhatWaitsForUsAreNoReasonForMore() throws InterruptedException {
        for (int i = 0; i < 31; i++) {
            permits.acquire();
            permits.pause();
        }
        for (int i = 0; i < 2_000; i++) {
            permits.acquire();
            now += 20 * MILLISECOND;
            permits.answered(20 * MILLISECOND, 4_096);
            permits.release();
        }

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void answersAfterAPauseCountForTheRecovery() {
        throttles(32);
        for (int i = 0; i < 4 * 16; i++) {
            permits.answeredWithPauses();
        }

        assertThat(permits.limit()).isGreaterThan(16);
    }

    @Test
    void aSlowDiskIsNoReasonToAskForMore() throws InterruptedException {
        // The server sends at once; each range then waits until the one disk has written it.
        Server disk = oneAfterTheOther(100 * MILLISECOND);
        serve((time, count) -> disk.answersAt(time + 20 * MILLISECOND, count), 2_000, 8 << 20);

        assertThat(permits.limit()).isLessThanOrEqualTo(50);
        assertThat(most * 100L * MILLISECOND).as("the longest wait").isLessThan(10 * SECOND);
    }

    @Test
    void neverMoreThanIsAllowedAreUnderWay() throws InterruptedException {
        permits.ceiling(10);
        serve(distant(20 * MILLISECOND), 1_000, 4_096);

        assertThat(most).isEqualTo(10);

        permits.ceiling(256);
        serve(distant(20 * MILLISECOND), 1_000, 4_096);
        assertThat(permits.limit()).isEqualTo(256);
    }

    @Test
    void theVeryFirstAnswerMayAlreadyAskToSlowDown() {
        permits.throttled();

        assertThat(permits.limit()).isEqualTo(16);
    }

    @Test
    void aWholeBurstOfRefusalsHalvesTheLimitOnce() {
        throttles(32);

        assertThat(permits.limit()).isEqualTo(16);

        throttles(1);

        assertThat(permits.limit()).as("one more than were under way").isEqualTo(8);
    }

    @Test
    void aServerThatGoesOnRefusingIsAskedLessAndLessButNeverNotAtAll() {
        throttles(32 + 16);
        assertThat(permits.limit()).isEqualTo(8);

        throttles(1_000);

        assertThat(permits.limit()).isEqualTo(4);
    }

    @Test
    void manyBrokenConnectionsAreADemandToSlowDownAndAFewAreChance() {
        for (int i = 0; i < 3; i++) {
            permits.broken();
        }
        assertThat(permits.limit()).isEqualTo(32);

        permits.broken();
        assertThat(permits.limit()).isEqualTo(16);

        for (int i = 0; i < 1_000; i++) {
            permits.broken();
        }
        assertThat(permits.limit()).isEqualTo(1);
    }

    @Test
    void theLimitRecoversStepByStepWhenTheServerAnswersAgain() throws InterruptedException {
        serve(distant(40 * MILLISECOND), 1_000, 4_096);
        throttles(256);
        int halved = permits.limit();

        serve(distant(40 * MILLISECOND), 256 + 256, 4_096);
        int recovering = permits.limit();
        serve(distant(40 * MILLISECOND), 256 * 40, 4_096);

        assertThat(recovering).isBetween(halved + 1, halved * 2 - 1);
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
