package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class RequestsTest {
    private final RequestPermits permits = new RequestPermits(64);
    private final Requests requests = new Requests(
            permits,
            new RateLimiter(System::nanoTime),
            4096,
            new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3));
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void whatFitsBesideEachOtherIsTakenAtOnce() throws Exception {
        try (Requests.Memory _ = requests.memory(2048);
                Requests.Memory _ = requests.memory(1024);
                Requests.Memory _ = requests.memory(1)) {
            assertThat(requests.largeObjects()).hasValue(0);
        }
    }

    @Test
    void aBodyThatIsLargerThanAllMemoryGetsAllOfIt() throws Exception {
        Requests.Memory all = requests.memory(1 << 20);
        CompletableFuture<Requests.Memory> other = new CompletableFuture<>();
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                other.complete(requests.memory(1));
            } catch (InterruptedException e) {
                other.completeExceptionally(e);
            }
        });
        Awaitility.await().until(() -> waiting.getState() == Thread.State.WAITING);
        assertThat(other).isNotDone();

        all.close();

        other.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void bodiesThatWaitForTheDiskHoldUpFurtherBodiesAndNothingElse() throws Exception {
        Requests.Memory waitingForTheDisk = requests.memory(4096);
        CompletableFuture<Integer> further = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try (Requests.Memory _ = requests.memory(1024)) {
                further.complete(requests.<Integer>reading(1024, _ -> sent.incrementAndGet()));
            } catch (Exception e) {
                further.completeExceptionally(e);
            }
        });
        Awaitility.await().until(() -> reader.getState() == Thread.State.WAITING);

        assertThat(requests.<String>send(() -> "no body")).isEqualTo("no body");
        assertThat(sent).hasValue(0);
        waitingForTheDisk.close();

        assertThat(further.get(1, TimeUnit.MINUTES)).isEqualTo(1);
    }

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
    void aServerThatAsksToSlowDownGetsFewerRequestsAtOnce() {
        S3Failure slowDown = S3Failure.of(
                S3Exception.builder().statusCode(503).message("Slow down").build(), "asking");

        assertThatThrownBy(() -> requests.limited(() -> {
                    throw slowDown;
                }))
                .isSameAs(slowDown);

        assertThat(permits.limit()).isEqualTo(32);
    }

    @Test
    void otherFailuresSayNothingOfHowMuchItCanBear() {
        assertThatThrownBy(() -> requests.limited(() -> {
                    throw S3Failure.corrupt("on the way");
                }))
                .isInstanceOf(S3Failure.class);

        assertThat(permits.limit()).isEqualTo(64);
    }

    /** Reads on beyond its beginning, for which it has to wait. */
    private static void brake(Requests.Allowance allowance) throws IOException {
        allowance.counting(_ -> {}).accept(ObjectFetch.SMALL);
        allowance.more();
    }

    private static Requests braked(RequestPermits permits) {
        // By this clock 256 KiB have not come when somebody looks first, but when they look again.
        AtomicLong looks = new AtomicLong();
        RateLimiter bandwidth = new RateLimiter(() -> looks.incrementAndGet() * 20_000_000);
        bandwidth.rate(8 << 20);
        return new Requests(permits, bandwidth, 4096, RetryPolicy.USUAL);
    }

    @Test
    void howLongABrakedAnswerTookSaysNothingOfTheServer() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        Requests some = braked(judging);
        for (int i = 0; i < 63; i++) {
            judging.acquire();
        }
        now.addAndGet(Duration.ofSeconds(5).toNanos());

        some.<String>reading(2 * ObjectFetch.SMALL, allowance -> {
            brake(allowance);
            return "there";
        });
        assertThat(judging.limit()).isEqualTo(64);

        some.<String>limited(() -> "not braked");
        assertThat(judging.limit()).isEqualTo(128);
    }

    @Test
    void thatAConnectionBreaksWhichWeDidNotReadFromSaysNothingOfTheServer() {
        RequestPermits few = new RequestPermits(4);
        Requests some = braked(few);
        S3Failure silence = S3Failure.of(new TimeoutException("no data"), "reading");
        assertThat(silence.isBroken()).isTrue();

        assertThatThrownBy(() -> some.reading(2 * ObjectFetch.SMALL, allowance -> {
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
        // By this clock no bandwidth ever comes back.
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        Requests some = new Requests(permits, bandwidth, 4096, RetryPolicy.USUAL);
        CompletableFuture<Boolean> staysInterrupted = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                some.<String>reading(2 * ObjectFetch.SMALL, allowance -> {
                    brake(allowance);
                    return "there";
                });
                staysInterrupted.completeExceptionally(new AssertionError("it did not wait"));
            } catch (InterruptedIOException e) {
                staysInterrupted.complete(Thread.currentThread().isInterrupted());
            } catch (Throwable e) {
                staysInterrupted.completeExceptionally(e);
            }
        });
        Awaitility.await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);

        CompletableFuture<String> question = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                question.complete(some.<String>limited(() -> "answered"));
            } catch (Throwable e) {
                question.completeExceptionally(e);
            }
        });
        assertThat(question.get(20, TimeUnit.SECONDS)).isEqualTo("answered");
        reader.interrupt();

        assertThat(staysInterrupted.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @Timeout(60)
    void bandwidthForWhatDidNotComeIsThereForTheNext() throws Exception {
        // By this clock no bandwidth ever comes back by itself.
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        Requests some = new Requests(permits, bandwidth, 4096, RetryPolicy.USUAL);
        for (int i = 0; i < 3; i++) {
            some.<String>reading(ObjectFetch.SMALL, _ -> "nothing came");
        }
        AtomicLong told = new AtomicLong();

        some.<String>reading(ObjectFetch.SMALL, allowance -> {
            allowance.counting(told::addAndGet).accept(ObjectFetch.SMALL);
            return "all of it came";
        });

        assertThat(told).hasValue(ObjectFetch.SMALL);
        assertThat(bandwidth.tryToTake(1)).isPositive();
    }

    @Test
    void anotherRateIsNews() {
        assertThat(requests.bandwidth(5)).isTrue();
        assertThat(requests.bandwidth(5)).isFalse();
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
        Requests one = new Requests(new RequestPermits(1), new RateLimiter(System::nanoTime), 4096, RetryPolicy.USUAL);

        assertThatThrownBy(() -> one.limited(() -> {
                    throw S3Failure.vanished("gone");
                }))
                .isInstanceOf(S3Failure.Vanished.class);

        assertThat(one.<String>limited(() -> "there")).isEqualTo("there");
        assertThat(one.<String>limited(() -> "again")).isEqualTo("again");
    }

    @Test
    void theCeilingHoldsForAllThatShareTheLimits() {
        requests.stoppedBy(new Cancellation()).ceiling(5);

        assertThat(permits.limit()).isEqualTo(5);
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

    @Test
    void whatIsSharedIsTheSameForAll() {
        Requests other = requests.stoppedBy(new Cancellation());

        assertThat(other.largeObjects()).isSameAs(requests.largeObjects());
        assertThat(other.partials()).isSameAs(requests.partials());
    }

    @Test
    void bodiesTakeAQuarterOfTheHeapAtMost() {
        assertThat(Requests.memoryOfHeap())
                .isBetween(1L << 20, 128L << 20)
                .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory() / 4);
    }

    /** Begins a body of so many bytes of which none will come, and ends it at once. */
    private static CompletableFuture<String> begin(Requests some, long bytes) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                answer.complete(some.<String>reading(bytes, _ -> "begun"));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        Awaitility.await()
                .until(() -> answer.isDone()
                        || reader.getState() == Thread.State.WAITING
                        || reader.getState() == Thread.State.TIMED_WAITING);
        return answer;
    }

    @Test
    void whileABodyWaitsForItsPermitNoOtherTakesBandwidth() throws Exception {
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        RequestPermits one = new RequestPermits(1);
        Requests some = new Requests(one, bandwidth, 4096, RetryPolicy.USUAL);
        long quarter = ObjectFetch.SMALL / 4;
        one.acquire();
        CompletableFuture<String> first = begin(some, quarter);
        CompletableFuture<String> second = begin(some, quarter);

        assertThat(bandwidth.tryToTake(3 * quarter)).as("is left for others").isZero();
        assertThat(first).isNotDone();
        one.release();

        // The second takes what did not come of the first.
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("begun");
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("begun");
    }

    @Test
    void aBodyThatWaitsForItsBeginningHoldsUpNoQuestion() throws Exception {
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        Requests some = new Requests(permits, bandwidth, 4096, RetryPolicy.USUAL);
        assertThat(bandwidth.tryToTake(ObjectFetch.SMALL)).isZero();
        CompletableFuture<String> body = begin(some, 1);

        assertThat(begin(some, 0).get(20, TimeUnit.SECONDS)).isEqualTo("begun");
        assertThat(body).isNotDone();
        bandwidth.giveBack(1);

        assertThat(body.get(20, TimeUnit.SECONDS)).isEqualTo("begun");
    }

    @Test
    @Timeout(60)
    void aBodyOfWhichAllHasComeTakesNoMoreBandwidth() throws Exception {
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        Requests some = new Requests(permits, bandwidth, 4096, RetryPolicy.USUAL);

        assertThat(some.<String>reading(ObjectFetch.SMALL, allowance -> {
                    brake(allowance);
                    return "there";
                }))
                .isEqualTo("there");
    }

    @Test
    void aBodyThatWaitsForBandwidthIsNoReasonToAskForMoreAtOnce() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        // By this clock no bandwidth ever comes back.
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        bandwidth.rate(ObjectFetch.SMALL);
        Requests some = new Requests(judging, bandwidth, 4096, RetryPolicy.USUAL);
        CompletableFuture<String> ended = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                some.<String>reading(2 * ObjectFetch.SMALL, allowance -> {
                    brake(allowance);
                    return "there";
                });
            } catch (Throwable e) {
                ended.complete("interrupted");
            }
        });
        Awaitility.await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);

        for (int i = 0; i < 63; i++) {
            judging.acquire();
        }
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        judging.answered(1, 1);
        assertThat(judging.limit()).as("63 of 64 are under way").isEqualTo(64);

        reader.interrupt();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    @Test
    void aLargeBodyThatNeverWaitedTellsHowLongTheServerTakes() throws Exception {
        AtomicLong now = new AtomicLong();
        RequestPermits judging = new RequestPermits(256, now::get);
        RateLimiter bandwidth = new RateLimiter(() -> 0);
        // As much at once as a tenth of a second brings.
        bandwidth.rate(100 * ObjectFetch.SMALL);
        Requests some = new Requests(judging, bandwidth, 4096, RetryPolicy.USUAL);
        for (int i = 0; i < 63; i++) {
            judging.acquire();
        }
        now.addAndGet(Duration.ofSeconds(5).toNanos());

        some.<String>reading(2 * ObjectFetch.SMALL, allowance -> {
            brake(allowance);
            return "there";
        });

        assertThat(judging.limit()).isEqualTo(128);
    }

    @Test
    void answersThatHadToWaitForBandwidthCountForTheRecovery() throws Exception {
        AtomicLong now = new AtomicLong();
        // By this clock a fifth of 1 MiB has come when somebody looks first, and two fifths when they look again.
        RateLimiter bandwidth = new RateLimiter(() -> now.addAndGet(20_000_000));
        bandwidth.rate(10 * ObjectFetch.SMALL);
        RequestPermits four = new RequestPermits(4);
        Requests some = new Requests(four, bandwidth, 4096, RetryPolicy.USUAL);
        four.broken();
        assertThat(four.limit()).isEqualTo(2);

        for (int i = 0; i < 8; i++) {
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            some.<String>reading(2 * ObjectFetch.SMALL, allowance -> {
                brake(allowance);
                return "there";
            });
        }

        assertThat(four.limit()).isEqualTo(3);
    }
}
