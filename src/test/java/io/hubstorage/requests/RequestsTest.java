package io.hubstorage.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import io.hubstorage.testkit.Running;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class RequestsTest {
    private final RequestPermits permits = new RequestPermits(64);
    private final Requests requests = new Requests(
            permits, new RateLimiter(System::nanoTime), new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3));
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void aRequestIsSentAgainUntilItWorks() throws Exception {
        String answer = requests.send(() -> {
            if (sent.incrementAndGet() < 3) {
                throw S3Failure.corrupt("on the way");
            }
            return "there";
        });

        assertThat(answer).isEqualTo("there");
        assertThat(sent).hasValue(3);
    }

    @Test
    void aServerThatAsksToSlowDownGetsFewerRequestsAtOnceOfAllThatShareTheLimits() {
        S3Failure slowDown = S3Failure.of(
                S3Exception.builder().statusCode(503).message("Slow down").build(), "asking");

        assertThatThrownBy(() -> requests.stoppedBy(new Cancellation()).limited(() -> {
                    throw slowDown;
                }))
                .isSameAs(slowDown);

        assertThat(permits.limit()).isEqualTo(16);
    }

    @Test
    void otherFailuresSayNothingOfHowMuchItCanBear() {
        assertThatThrownBy(() -> requests.limited(() -> {
                    throw S3Failure.corrupt("on the way");
                }))
                .isInstanceOf(S3Failure.class);

        assertThat(permits.limit()).isEqualTo(32);
    }

    /** Reads on beyond its beginning, for which it has to wait. */
    private static void brake(Requests.Allowance allowance) throws IOException {
        allowance.counting(_ -> {}).accept(RateLimiter.LEAST_BURST);
        allowance.more();
    }

    private static Requests braked(RequestPermits permits) {
        // By this clock 256 KiB have not come when somebody looks first, but when they look again.
        AtomicLong looks = new AtomicLong();
        RateLimiter bandwidth = new RateLimiter(() -> looks.incrementAndGet() * 20_000_000);
        bandwidth.rate(8 << 20);
        return within(bandwidth, permits);
    }

    private static Requests within(RateLimiter bandwidth, RequestPermits permits) {
        return new Requests(permits, bandwidth, RetryPolicy.USUAL);
    }

    /** By its clock no bandwidth ever comes back by itself. */
    private static RateLimiter ofOneBurst() {
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(RateLimiter.LEAST_BURST);
        return bandwidth;
    }

    private static String readBraked(Requests some) throws Exception {
        return some.<String>reading(2 * RateLimiter.LEAST_BURST, allowance -> {
            brake(allowance);
            return "there";
        });
    }

    /** As many requests are under way as there may be, but for one, and a round of answers has taken its time. */
    private static void crowd(RequestPermits permits, AtomicLong now) throws InterruptedException {
        for (int i = 0; i < 31; i++) {
            permits.acquire();
        }
        now.addAndGet(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void howLongABrakedAnswerTookSaysNothingOfTheServer() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        Requests some = braked(judging);
        crowd(judging, now);

        readBraked(some);
        assertThat(judging.limit()).isEqualTo(32);

        some.<String>limited(() -> "not braked");
        assertThat(judging.limit()).isEqualTo(64);
    }

    @Test
    void thatAConnectionBreaksWhichWeDidNotReadFromSaysNothingOfTheServer() {
        RequestPermits few = new RequestPermits(4);
        Requests some = braked(few);
        S3Failure silence = S3Failure.of(new TimeoutException("no data"), "reading");
        assertThat(silence.isBroken()).isTrue();

        assertThatThrownBy(() -> some.reading(2 * RateLimiter.LEAST_BURST, allowance -> {
                    brake(allowance);
                    throw silence;
                }))
                .isSameAs(silence);
        assertThat(few.limit()).isEqualTo(4);

        assertThatThrownBy(() -> some.limited(() -> {
                    throw silence;
                }))
                .isSameAs(silence);
        assertThat(few.limit()).isEqualTo(2);
    }

    @Test
    void aBodyThatWaitsForBandwidthHoldsUpNoQuestionAndEndsWhenItsThreadIsInterrupted() throws Exception {
        RateLimiter bandwidth = ofOneBurst();
        Requests some = within(bandwidth, permits);
        Running<Boolean> staysInterrupted = Running.<Boolean>of(() -> {
                    try {
                        return fail("it did not wait for %s", readBraked(some));
                    } catch (InterruptedIOException e) {
                        return Thread.currentThread().isInterrupted();
                    }
                })
                .settled();
        assertThat(staysInterrupted.end()).isNotDone();

        Running<String> question = Running.of(() -> some.<String>limited(() -> "answered"));
        assertThat(question.get()).isEqualTo("answered");
        staysInterrupted.thread().interrupt();

        assertThat(staysInterrupted.get()).isTrue();
    }

    @Test
    @Timeout(60)
    void bandwidthForWhatDidNotComeIsThereForTheNext() throws Exception {
        RateLimiter bandwidth = ofOneBurst();
        Requests some = within(bandwidth, permits);
        for (int i = 0; i < 3; i++) {
            some.<String>reading(RateLimiter.LEAST_BURST, _ -> "nothing came");
        }
        AtomicLong told = new AtomicLong();

        some.<String>reading(RateLimiter.LEAST_BURST, allowance -> {
            allowance.counting(told::addAndGet).accept(RateLimiter.LEAST_BURST);
            return "all of it came";
        });

        assertThat(told).hasValue(RateLimiter.LEAST_BURST);
        assertThat(bandwidth.tryToTake(1)).isPositive();
    }

    @Test
    void whoeverIsStoppedKnows() {
        Cancellation cancellation = new Cancellation();
        Requests some = requests.stoppedBy(cancellation);
        assertThat(some.isStopped()).isFalse();

        cancellation.request();

        assertThat(some.isStopped()).isTrue();
        assertThat(requests.isStopped()).as("the others").isFalse();
    }

    @Test
    void soFewBodiesAreUnderWayAtALowRateThatNoneIsLeftUnreadForLong() {
        assertThat(Requests.mostAt(Double.POSITIVE_INFINITY, 256)).isEqualTo(256);
        assertThat(Requests.mostAt(256 * 1024, 256)).isEqualTo(10);
        assertThat(Requests.mostAt(100 << 20, 256)).isEqualTo(256);
        assertThat(Requests.mostAt(1, 256)).as("not one after the other").isEqualTo(4);
        assertThat(Requests.mostAt(1, 2)).as("more than may be").isEqualTo(2);
    }

    @Test
    void permitsComeBackWhateverBecomesOfTheRequest() throws Exception {
        Requests one = within(new RateLimiter(System::nanoTime), new RequestPermits(1));

        assertThatThrownBy(() -> one.limited(() -> {
                    throw S3Failure.vanished("gone");
                }))
                .isInstanceOf(S3Failure.Vanished.class);

        assertThat(one.<String>limited(() -> "there")).isEqualTo("there");
        assertThat(one.<String>limited(() -> "again")).isEqualTo("again");
    }

    @Test
    void oneWorksCancellationStopsItsRequestsAndNobodyElses() throws Exception {
        Cancellation cancelled = new Cancellation();
        cancelled.request();

        assertThatThrownBy(() -> requests.stoppedBy(cancelled).send(sent::incrementAndGet))
                .isInstanceOf(CancellationException.class);

        assertThat(sent).hasValue(0);
        assertThat(requests.stoppedBy(new Cancellation()).<Integer>send(sent::incrementAndGet))
                .isEqualTo(1);
    }

    /** Begins a body of so many bytes of which none will come, and ends it at once. */
    private static Running<String> begin(Requests some, long bytes) {
        return Running.of(() -> some.<String>reading(bytes, _ -> "begun")).settled();
    }

    @Test
    void whileABodyWaitsForItsPermitNoOtherTakesBandwidth() throws Exception {
        RateLimiter bandwidth = ofOneBurst();
        RequestPermits one = new RequestPermits(1);
        Requests some = within(bandwidth, one);
        long quarter = RateLimiter.LEAST_BURST / 4;
        one.acquire();
        Running<String> first = begin(some, quarter);
        Running<String> second = begin(some, quarter);

        assertThat(bandwidth.tryToTake(3 * quarter)).as("is left for others").isZero();
        assertThat(first.end()).isNotDone();
        one.release();

        // The second takes what did not come of the first.
        assertThat(first.get()).isEqualTo("begun");
        assertThat(second.get()).isEqualTo("begun");
    }

    @Test
    void aBodyThatWaitsForItsBeginningHoldsUpNoQuestion() throws Exception {
        RateLimiter bandwidth = ofOneBurst();
        Requests some = within(bandwidth, permits);
        assertThat(bandwidth.tryToTake(RateLimiter.LEAST_BURST)).isZero();
        Running<String> body = begin(some, 1);

        assertThat(begin(some, 0).get()).isEqualTo("begun");
        assertThat(body.end()).isNotDone();
        bandwidth.giveBack(1);

        assertThat(body.get()).isEqualTo("begun");
    }

    @Test
    @Timeout(60)
    void aBodyOfWhichAllHasComeTakesNoMoreBandwidth() throws Exception {
        RateLimiter bandwidth = ofOneBurst();
        Requests some = within(bandwidth, permits);

        assertThat(some.<String>reading(RateLimiter.LEAST_BURST, allowance -> {
                    brake(allowance);
                    return "there";
                }))
                .isEqualTo("there");
    }

    @Test
    void aBodyThatWaitsForBandwidthIsNoReasonToAskForMoreAtOnce() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        Requests some = within(ofOneBurst(), judging);
        Running<String> body = Running.of(() -> readBraked(some)).settled();
        assertThat(body.end()).isNotDone();
        crowd(judging, now);
        judging.answered(1, 1);
        assertThat(judging.limit()).as("31 of 32 are under way").isEqualTo(32);

        body.thread().interrupt();
        assertThatThrownBy(body::get).hasCauseInstanceOf(InterruptedIOException.class);
        judging.acquire();
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        judging.answered(1, 1);
        assertThat(judging.limit()).as("32 of 32, and none waits any more").isEqualTo(64);
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aBodyThatCameFasterThanItsBandwidthWaitsForWhatIsLeftOfItAndNoLonger() throws Exception {
        // By this clock there is always bandwidth when somebody looks.
        AtomicLong looks = new AtomicLong();
        RateLimiter bandwidth = new RateLimiter(() -> looks.addAndGet(1_000_000_000));
        bandwidth.rate(RateLimiter.LEAST_BURST);
        Requests some = within(bandwidth, permits);

        assertThat(some.<String>reading(RateLimiter.LEAST_BURST + 1, allowance -> {
                    allowance.counting(_ -> {}).accept(RateLimiter.LEAST_BURST + 1);
                    allowance.more();
                    return "there";
                }))
                .isEqualTo("there");
    }

    @Test
    void aLargeBodyThatNeverWaitedTellsHowLongTheServerTakes() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        // As much at once as a tenth of a second brings.
        bandwidth.rate(100 * RateLimiter.LEAST_BURST);
        Requests some = within(bandwidth, judging);
        crowd(judging, now);

        readBraked(some);

        assertThat(judging.limit()).isEqualTo(64);
    }

    @Test
    void answersThatHadToWaitForBandwidthCountForTheRecovery() throws Exception {
        AtomicLong now = new AtomicLong();
        // By this clock a fifth of 1 MiB has come when somebody looks first, and two fifths when they look again.
        RateLimiter bandwidth = new RateLimiter(() -> now.addAndGet(20_000_000));
        bandwidth.rate(10 * RateLimiter.LEAST_BURST);
        RequestPermits four = new RequestPermits(4);
        Requests some = within(bandwidth, four);
        four.broken();
        assertThat(four.limit()).isEqualTo(2);

        for (int i = 0; i < 8; i++) {
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            readBraked(some);
        }

        assertThat(four.limit()).isEqualTo(3);
    }
}
