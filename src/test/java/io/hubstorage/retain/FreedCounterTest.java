package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.retain.FreedCounter.Question;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Counts that take until the test lets them end. */
final class FreedCounterTest {
    private static final Question TWO = question("a", "b");
    private static final Question ONE = question("a");
    private static final long ANSWER = 4_096;

    private final Semaphore mayEnd = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();
    private volatile @Nullable IOException failure;
    private final AtomicLong nanos = new AtomicLong();
    private final FreedCounter counter = new FreedCounter(this::count, nanos::get);

    private static Question question(String... going) {
        return new Question(Path.of("/data"), List.of("a", "b", "c"), Set.of(going));
    }

    private long count(Question asked) throws IOException, InterruptedException {
        begun.incrementAndGet();
        try {
            mayEnd.acquire();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
            throw e;
        }
        if (failure != null) {
            throw failure;
        }
        return ANSWER * asked.going().size();
    }

    @AfterEach
    void stop() throws InterruptedException {
        counter.stop();
    }

    private @Nullable Long now(Question asked) throws IOException {
        return counter.soon(asked, Duration.ZERO);
    }

    @Test
    void whoeverDoesNotWaitIsToldNothingUntilItIsCountedAndNobodyCountsTwice() throws Exception {
        assertThat(now(TWO)).isNull();
        assertThat(now(TWO)).isNull();
        mayEnd.release();

        assertThat(counter.await(TWO)).isEqualTo(2 * ANSWER);
        assertThat(now(TWO)).isEqualTo(2 * ANSWER);
        assertThat(begun).hasValue(1);
    }

    @Test
    void aQuestionThatComesMeanwhileIsCountedNext() throws Exception {
        assertThat(now(TWO)).isNull();
        assertThat(now(ONE)).as("while the other is counted").isNull();
        mayEnd.release(2);

        assertThat(counter.await(ONE)).isEqualTo(ANSWER);
        assertThat(begun).hasValue(2);
    }

    @Test
    void aCountThatNobodyAsksAboutAnyMoreGivesWayAndOneThatIsAwaitedDoesNot() throws Exception {
        assertThat(now(TWO)).isNull();
        await().until(() -> begun.get() == 1);
        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(now(ONE)).isNull();
        assertThat(interrupted).as("asked about a moment ago").hasValue(0);
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(now(ONE)).isNull();
        await().until(() -> begun.get() == 2);
        assertThat(interrupted).hasValue(1);

        Thread job = Thread.ofPlatform()
                .start(() -> assertThatCode(() -> counter.await(ONE)).doesNotThrowAnyException());
        await().until(() -> job.getState() == Thread.State.TIMED_WAITING);
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        assertThat(now(TWO)).isNull();
        assertThat(interrupted).hasValue(1);
        mayEnd.release();
        job.join();
        assertThat(begun).hasValue(2);
    }

    @Test
    void theLastAnswersAreKept() throws Exception {
        mayEnd.release(2);
        assertThat(counter.await(TWO)).isEqualTo(2 * ANSWER);
        assertThat(counter.await(ONE)).isEqualTo(ANSWER);
        assertThat(now(TWO)).isEqualTo(2 * ANSWER);
        assertThat(begun).hasValue(2);
    }

    @Test
    void whoeverWaitsCanBeInterruptedAndTheCountGoesOn() throws Exception {
        AtomicReference<@Nullable Exception> ended = new AtomicReference<>();
        Thread job = Thread.ofPlatform().start(() -> {
            try {
                counter.await(TWO);
            } catch (IOException e) {
                ended.set(e);
            }
        });
        await().until(() -> begun.get() == 1);
        job.interrupt();
        job.join();
        assertThat(ended.get()).isInstanceOf(InterruptedIOException.class);
        mayEnd.release();

        assertThat(counter.await(TWO)).isEqualTo(2 * ANSWER);
        assertThat(begun).hasValue(1);
        assertThat(interrupted).hasValue(0);
    }

    @Test
    void aFailureIsToldOnceAlsoToWhoeverAsksLaterAndThenItIsCountedAnew() throws Exception {
        failure = new IOException("the disk is gone");
        assertThat(now(TWO)).isNull();
        mayEnd.release();
        await().until(() -> mayEnd.availablePermits() == 0);
        assertThatThrownBy(() -> counter.await(TWO)).hasMessageContaining("the disk is gone");

        failure = null;
        mayEnd.release();
        assertThat(counter.await(TWO)).isEqualTo(2 * ANSWER);
    }

    @Test
    void atTheEndWhatIsBeingCountedIsInterrupted() throws Exception {
        assertThat(now(TWO)).isNull();
        await().until(() -> begun.get() == 1);
        counter.stop();
        assertThat(interrupted).hasValue(1);
    }
}
