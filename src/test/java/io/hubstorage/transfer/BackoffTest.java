package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import io.hubstorage.s3.S3Failure;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), 3);

    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void noWaitIsLongerThanTheCapHoweverManyAttempts() {
        qt().forAll(integers().between(1, Integer.MAX_VALUE))
                .check(attempt -> Backoff.USUAL.after(attempt).compareTo(Backoff.USUAL.cap()) <= 0
                        && !Backoff.USUAL.after(attempt).isNegative());
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
}
