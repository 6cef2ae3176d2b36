package io.hubstorage.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.s3.S3Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class RetryPolicyTest {
    private static final RetryPolicy QUICK = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 3);

    private final S3Failure throttled = S3Failure.of(
            S3Exception.builder().statusCode(503).message("Slow down").build(), "asking");

    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void noWaitIsLongerThanTheCapHoweverManyAttempts() {
        qt().forAll(integers().between(1, Integer.MAX_VALUE))
                .check(attempt -> RetryPolicy.USUAL.after(attempt).compareTo(RetryPolicy.USUAL.cap()) <= 0
                        && !RetryPolicy.USUAL.after(attempt).isNegative());
    }

    @Test
    void aFaultThatPassesIsTriedAgain() throws Exception {
        String answer = QUICK.retrying(new Cancellation(), () -> {
            if (tries.incrementAndGet() < 3) {
                throw S3Failure.corrupt("on the way");
            }
            return "there";
        });

        assertThat(answer).isEqualTo("there");
    }

    @Test
    void theLastFailureIsTheOneThatIsTold() {
        assertThatThrownBy(() -> QUICK.retrying(new Cancellation(), () -> {
                    throw S3Failure.corrupt("attempt " + tries.incrementAndGet());
                }))
                .hasMessage("attempt 3");
    }

    @Test
    void aFaultThatStaysIsNotTriedAgain() {
        assertThatThrownBy(() -> QUICK.retrying(new Cancellation(), () -> {
                    tries.incrementAndGet();
                    throw S3Failure.vanished("gone");
                }))
                .hasMessage("gone");
        assertThat(tries).hasValue(1);
    }

    @Test
    void nothingIsTriedOnceTheWorkIsCancelled() {
        Cancellation cancelled = new Cancellation();
        assertThat(cancelled.request()).isTrue();
        assertThat(cancelled.request()).as("a second time").isFalse();

        assertThatThrownBy(() -> QUICK.retrying(cancelled, tries::incrementAndGet))
                .isInstanceOf(CancellationException.class);
        assertThat(tries).hasValue(0);
    }

    @Test
    void aMinuteWithoutS3IsBorneWhateverLuckHasTheWaitsBe() {
        for (int luck = 0; luck < 200; luck++) {
            RetryPolicy.Failures made = RetryPolicy.USUAL.new Failures();
            long now = 0;
            int tried = 0;
            Optional<Duration> pause = made.pause(throttled, now);
            while (pause.isPresent()) {
                tried++;
                now += pause.get().toNanos();
                pause = made.pause(throttled, now);
            }
            assertThat(Duration.ofNanos(now)).isBetween(Duration.ofMinutes(2), Duration.ofSeconds(131));
            assertThat(tried).as("requests to a server in trouble").isLessThan(100);
        }
    }

    @Test
    void anOutageDoesNotUseUpTheAttemptsOfItsObject() {
        RetryPolicy policy = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 2, Duration.ofSeconds(5));
        RetryPolicy.Failures made = policy.new Failures();
        for (int second = 0; second < 5; second++) {
            assertThat(made.pause(throttled, Duration.ofSeconds(second).toNanos()))
                    .isPresent();
        }
        assertThat(made.pause(S3Failure.corrupt("once"), 0)).isPresent();
        assertThat(made.pause(throttled, Duration.ofSeconds(60).toNanos()))
                .as("another outage begins anew")
                .isPresent();
        assertThat(made.pause(throttled, Duration.ofSeconds(65).toNanos())).isEmpty();
        assertThat(made.pause(S3Failure.corrupt("twice"), 0)).isEmpty();
    }

    @Test
    void twoMinutesOfWhichAnAttemptHasSpentMostWaitingForItsTurnAreNoOutage() {
        RetryPolicy.Failures made = RetryPolicy.USUAL.new Failures();
        for (int minute = 0; minute < 5 * 3; minute += 3) {
            assertThat(made.pause(throttled, Duration.ofMinutes(minute).toNanos()))
                    .isPresent();
        }
        assertThat(made.pause(throttled, Duration.ofMinutes(15).toNanos())).isEmpty();
    }

    @Test
    void anAttemptThatBroughtTheWorkOnEndsAnOutage() {
        RetryPolicy.Failures made = RetryPolicy.USUAL.new Failures();
        for (int second = 0; second < 120; second += 10) {
            assertThat(made.pause(throttled, Duration.ofSeconds(second).toNanos()))
                    .isPresent();
        }

        made.forget();

        for (int second = 120; second < 240; second += 10) {
            assertThat(made.pause(throttled, Duration.ofSeconds(second).toNanos()))
                    .isPresent();
        }
        assertThat(made.pause(throttled, Duration.ofMinutes(4).toNanos())).isEmpty();
    }

    @Test
    void attemptsThatBroughtTheWorkOnAreNotCounted() {
        RetryPolicy policy = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 2);
        RetryPolicy.Failures made = policy.new Failures();
        for (int attempt = 0; attempt < 20; attempt++) {
            made.forget();
            assertThat(made.pause(S3Failure.corrupt("half of it came"), 0)).isPresent();
        }
        assertThat(made.pause(S3Failure.corrupt("nothing came"), 0)).isEmpty();
    }

    /** Of something that fails each time, of which so many bytes more are there after each attempt. */
    private int attemptsAt(long before, long each) {
        AtomicLong arrived = new AtomicLong(before);
        RetryPolicy twice = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 2);
        assertThatThrownBy(() -> twice.retrying(new Cancellation(), arrived::get, () -> {
                    if (tries.incrementAndGet() == 20) {
                        throw S3Failure.vanished("enough");
                    }
                    arrived.addAndGet(each);
                    throw S3Failure.corrupt("on the way");
                }))
                .isInstanceOf(S3Failure.class);
        return tries.getAndSet(0);
    }

    @Test
    void whatGetsOnByAMebibyteEachTimeIsTriedOnAndOn() {
        assertThat(attemptsAt(0, 1 << 20)).isEqualTo(20);
        assertThat(attemptsAt(10 << 20, 1 << 20)).isEqualTo(20);
        assertThat(attemptsAt(0, 0)).isEqualTo(2);
        assertThat(attemptsAt(10 << 20, 0)).as("what was there before").isEqualTo(2);
        assertThat(attemptsAt(0, (1 << 19) - 1)).isEqualTo(2);
    }

    @Test
    void theLongestWaitDoublesFromAttemptToAttempt() {
        for (int attempt = 1; attempt <= 4; attempt++) {
            long longest = 0;
            for (int luck = 0; luck < 2_000; luck++) {
                longest = Math.max(longest, RetryPolicy.USUAL.after(attempt).toMillis());
            }
            long ceiling = 200L << (attempt - 1);
            assertThat(longest).as("after attempt %d", attempt).isBetween(ceiling / 2 + 1, ceiling);
        }
    }

    @Test
    void aThrottlingServerIsLeftAloneForAsLongAsItAsks() {
        RetryPolicy.Failures made = QUICK.new Failures();

        assertThat(made.pause(throttledFor("17"), 0)).contains(Duration.ofSeconds(17));
        assertThat(made.pause(throttledFor("86400"), 0)).as("but not for a day").contains(Duration.ofMinutes(1));
        assertThat(QUICK.new Failures().pause(throttledFor("Thu, 26 Nov 2026 12:00:00 GMT"), 0))
                .hasValueSatisfying(pause -> assertThat(pause).isLessThanOrEqualTo(QUICK.cap()));
    }

    private static S3Failure throttledFor(String retryAfter) {
        SdkHttpResponse answer = SdkHttpResponse.builder()
                .statusCode(503)
                .putHeader("Retry-After", retryAfter)
                .build();
        return S3Failure.of(
                S3Exception.builder()
                        .statusCode(503)
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("SlowDown")
                                .sdkHttpResponse(answer)
                                .build())
                        .build(),
                "asking");
    }

    @Test
    void aWaitingAttemptEndsAtOnceWhenTheWorkIsCancelled() throws Exception {
        Cancellation cancellation = new Cancellation();
        RetryPolicy patient = new RetryPolicy(Duration.ofDays(1), Duration.ofDays(2), 9);
        CountDownLatch failed = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Object> waiting = threads.submit(() -> patient.retrying(cancellation, () -> {
                tries.incrementAndGet();
                failed.countDown();
                throw S3Failure.corrupt("once");
            }));
            failed.await();

            cancellation.request();

            assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
            assertThat(tries).hasValue(1);
        }
    }
}
