package io.hubstorage.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.testkit.Examples;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class RateLimiterTest {
    private static final long BURST = RateLimiter.LEAST_BURST;
    private static final double RATE = BURST / 4.0;

    private final AtomicLong now = new AtomicLong();
    private final RateLimiter bandwidth = new RateLimiter(now::get);
    private final Cancellation cancellation = new Cancellation();

    /** Whoever waits still must not outlive the test. */
    @AfterEach
    void end() {
        cancellation.request();
    }

    private void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** From now on, and nothing of it is left. */
    private void limit(double rate) throws InterruptedException {
        bandwidth.rate(rate);
        assertThat(bandwidth.take(BURST, cancellation)).as("waited").isFalse();
    }

    /** Takes on a thread of its own. */
    private final class Taker {
        final CompletableFuture<Boolean> taken = new CompletableFuture<>();
        final Thread thread;

        Taker(long bytes, Cancellation until) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    taken.complete(bandwidth.take(bytes, until));
                } catch (Throwable e) {
                    taken.completeExceptionally(e);
                }
            });
        }

        Taker waits() {
            Awaitility.await()
                    .until(() -> thread.getState() == Thread.State.WAITING
                            || thread.getState() == Thread.State.TIMED_WAITING);
            return this;
        }

        boolean waited() throws Exception {
            return taken.get(20, TimeUnit.SECONDS);
        }
    }

    private Taker taker(long bytes) {
        return new Taker(bytes, cancellation).waits();
    }

    /** What happens after so many milliseconds: somebody asks, again until there is enough; and the rate may change. */
    private record Event(int millis, long bytes, double newRate) {}

    private static Gen<Event> events() {
        return integers()
                .between(0, 3_000)
                .zip(
                        longs().between(1, BURST),
                        integers().between(-6, 8),
                        (millis, bytes, rate) -> new Event(millis, bytes, rate <= 0 ? 0 : rate * rate * 50_000.0));
    }

    /** Whatever happens, to a limiter that begins with {@link #RATE}. */
    private static void whatever(Histories histories) {
        qt().withExamples(Examples.upTo(400))
                .forAll(lists().of(events()).ofSizeBetween(1, 60))
                .checkAssert(events -> {
                    AtomicLong clock = new AtomicLong();
                    RateLimiter limited = new RateLimiter(clock::get);
                    limited.rate(RATE);
                    histories.check(events, clock, limited);
                });
    }

    @FunctionalInterface
    private interface Histories {
        void check(List<Event> events, AtomicLong clock, RateLimiter limited);
    }

    @Test
    void inNoStretchOfTimeComesMoreThanTheRateAllowsAndOneBurst() {
        whatever((events, clock, limited) -> {
            double rate = RATE;
            double allowed = 0;
            double largestBurst = BURST;
            // How much was taken of what the rate allowed, at its lowest so far: no stretch may rise above that by
            // more.
            double lowest = 0;
            double taken = 0;
            for (Event event : events) {
                clock.addAndGet(Duration.ofMillis(event.millis()).toNanos());
                allowed += event.millis() / 1_000.0 * rate;
                if (event.newRate() > 0) {
                    limited.rate(event.newRate());
                    rate = event.newRate();
                    largestBurst = Math.max(largestBurst, rate / 10);
                }
                lowest = Math.min(lowest, taken - allowed);
                if (limited.tryToTake(event.bytes()).isZero()) {
                    taken += event.bytes();
                }
                assertThat(taken - allowed - lowest).isLessThanOrEqualTo(largestBurst + 1);
            }
        });
    }

    @Test
    void whoeverWaitsAsLongAsToldGetsIt() {
        whatever((events, clock, limited) -> {
            for (Event event : events) {
                if (event.newRate() > 0) {
                    limited.rate(event.newRate());
                }
                Duration wait = limited.tryToTake(event.bytes());
                if (!wait.isZero()) {
                    // One more for what is rounded.
                    clock.addAndGet(wait.plusMillis(1).toNanos());
                    assertThat(limited.tryToTake(event.bytes())).isZero();
                }
            }
        });
    }

    @Test
    void withoutALimitNobodyWaits() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            assertThat(bandwidth.take(Long.MAX_VALUE / 2, cancellation)).isFalse();
        }
    }

    @Test
    void theFirstComesFirstHoweverLittleTheOthersWant() throws Exception {
        limit(RATE);
        List<Long> wanted = List.of(BURST, BURST / 4, BURST / 2, BURST / 4, BURST);
        List<Taker> takers = wanted.stream().map(this::taker).toList();
        advance(Duration.ofSeconds(3));

        assertThat(takers)
                .as("there is enough for the others, but not for the first")
                .noneMatch(taker -> taker.taken.isDone());
        advance(Duration.ofSeconds(1));
        for (int i = 0; i < takers.size(); i++) {
            assertThat(takers.get(i).waited()).isTrue();
            assertThat(takers.stream().skip(i + 1)).noneMatch(taker -> taker.taken.isDone());
            advance(Duration.ofSeconds(i + 1 < wanted.size() ? 4 * wanted.get(i + 1) / BURST : 0));
        }
    }

    @Test
    void whoeverHasJustHadTheirTurnStandsBehindThoseWhoWait() throws Exception {
        limit(RATE);
        AtomicInteger taken = new AtomicInteger();
        Thread greedy = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    bandwidth.take(BURST, cancellation);
                    taken.incrementAndGet();
                }
            } catch (InterruptedException | CancellationException over) {
                // The test has ended.
            }
        });
        Awaitility.await().until(() -> greedy.getState() == Thread.State.TIMED_WAITING);
        Taker waiting = taker(BURST);

        advance(Duration.ofSeconds(4));
        Awaitility.await().until(() -> taken.get() == 1);
        advance(Duration.ofSeconds(4));

        assertThat(waiting.waited()).isTrue();
        assertThat(taken).hasValue(1);
    }

    @Test
    void whoeverIsToldToStopWhileOthersHaveTheirTurnTakesNothing() throws Exception {
        limit(RATE);
        Taker first = taker(BURST / 2);
        Cancellation stopped = new Cancellation();
        Taker behind = new Taker(BURST / 2, stopped).waits();

        stopped.request();
        advance(Duration.ofSeconds(4));

        assertThat(first.waited()).isTrue();
        assertThatThrownBy(behind::waited).isInstanceOf(CancellationException.class);
        assertThat(bandwidth.tryToTake(BURST / 2)).isZero();
    }

    @Test
    void whoeverWaitsAlreadyGoesOnAtTheNewRate() throws Exception {
        limit(1);
        Taker waiting = taker(BURST);

        assertThat(bandwidth.rate(BURST)).isTrue();
        advance(Duration.ofSeconds(1));

        assertThat(waiting.waited()).isTrue();
    }

    @Test
    void whoeverWaitsAlreadyGoesOnAtOnceWhenTheLimitEnds() throws Exception {
        limit(1);
        Taker first = taker(BURST);
        Taker second = taker(BURST);

        bandwidth.rate(Double.POSITIVE_INFINITY);

        assertThat(first.waited()).isTrue();
        assertThat(second.waited()).isTrue();
    }

    @Test
    void aLowerRateCountsFromItsMomentOn() {
        bandwidth.rate(BURST);
        assertThat(bandwidth.tryToTake(BURST)).isZero();
        advance(Duration.ofMillis(500));

        bandwidth.rate(BURST / 4.0);

        assertThat(bandwidth.tryToTake(BURST)).isEqualTo(Duration.ofSeconds(2));
        assertThat(bandwidth.rate(BURST / 4.0)).as("another rate").isFalse();
    }

    @Test
    void aPauseIsMadeUpForByOneBurstAndNoMore() {
        bandwidth.rate(RATE);
        advance(Duration.ofDays(400));

        assertThat(bandwidth.tryToTake(BURST)).isZero();
        assertThat(bandwidth.tryToTake(BURST)).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void atAHighRateATenthOfASecondMayComeAtOnce() {
        bandwidth.rate(BURST * 100.0);

        assertThat(bandwidth.tryToTake(BURST * 10)).isZero();
        assertThat(bandwidth.tryToTake(BURST)).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void whatIsLargerThanABurstIsNotHeldUpForEverButByItsTimeAfterwards() {
        bandwidth.rate(RATE);

        assertThat(bandwidth.tryToTake(3 * BURST)).isZero();
        assertThat(bandwidth.tryToTake(1)).isGreaterThan(Duration.ofSeconds(8)).isLessThan(Duration.ofSeconds(9));
    }

    @Test
    void whatDidNotComeIsThereForOthers() throws InterruptedException {
        limit(RATE);

        bandwidth.giveBack(BURST / 2);
        assertThat(bandwidth.tryToTake(BURST / 2)).isZero();

        bandwidth.giveBack(100 * BURST);
        assertThat(bandwidth.tryToTake(BURST)).isZero();
        assertThat(bandwidth.tryToTake(1)).as("no more than a burst").isPositive();
    }

    @Test
    void aCancellationEndsTheWaitOfItsWorkAndOfNobodyElse() throws Exception {
        limit(RATE);
        Cancellation stopped = new Cancellation();
        Taker head = new Taker(BURST, stopped).waits();
        Taker behind = new Taker(BURST, stopped).waits();
        Taker other = taker(BURST);

        stopped.request();

        for (Taker taker : List.of(head, behind)) {
            assertThatThrownBy(taker::waited).isInstanceOf(CancellationException.class);
        }
        assertThat(other.taken).isNotDone();
        advance(Duration.ofSeconds(4));
        assertThat(other.waited()).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitWhereverOneStands() throws Exception {
        limit(RATE);
        Taker head = taker(BURST);
        Taker behind = taker(BURST);

        behind.thread.interrupt();
        assertThatThrownBy(behind::waited).hasCauseInstanceOf(InterruptedException.class);
        head.thread.interrupt();
        assertThatThrownBy(head::waited).hasCauseInstanceOf(InterruptedException.class);

        advance(Duration.ofSeconds(4));
        assertThat(bandwidth.take(BURST, cancellation)).as("waited").isFalse();
    }
}
