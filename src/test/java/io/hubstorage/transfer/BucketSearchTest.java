package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.s3.S3Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BucketSearchTest {
    private static final S3Message.Buckets FOUND = new S3Message.Buckets(List.of());

    /** Of a run. */
    private final RetryPolicy patient = new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), 5);

    private final AtomicInteger asked = new AtomicInteger();

    /** Longer than a busy machine takes. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    private BucketSearch failing(int times) {
        return new BucketSearch(patient, _ -> {
            if (asked.incrementAndGet() <= times) {
                throw S3Failure.corrupt("for a moment");
            }
            return FOUND;
        });
    }

    private static S3Message.Buckets find(BucketSearch search, @Nullable String run) throws Exception {
        return search.find(new S3Message.Discover(run));
    }

    @Test
    void whoeverLooksOnGetsPastAMomentsFaultAndIsToldOfOneThatLasts() throws Exception {
        assertThat(find(failing(2), null)).isSameAs(FOUND);

        asked.set(0);
        assertThatThrownBy(() -> find(failing(9), null)).hasMessageContaining("for a moment");
        assertThat(asked).hasValue(3);
    }

    @Test
    void aRunIsAsPatientAsItIsWithEverythingElse() throws Exception {
        assertThat(find(failing(4), "run")).isSameAs(FOUND);

        asked.set(0);
        assertThatThrownBy(() -> find(failing(9), "run")).hasMessageContaining("for a moment");
        assertThat(asked).hasValue(5);
    }

    @Test
    void onlyWhatIsUnderWayForARunIsTold() throws Exception {
        CountDownLatch going = new CountDownLatch(1);
        BucketSearch search = new BucketSearch(patient, _ -> {
            asked.incrementAndGet();
            going.await();
            return FOUND;
        });
        CompletableFuture<S3Message.Buckets> ofRun = begin(search, "run");
        CompletableFuture<S3Message.Buckets> ofSomebody = begin(search, null);
        await().until(() -> asked.get() == 2);

        assertThat(search.underWay())
                .extracting(TransferMessage.Discovering::runId)
                .containsExactly("run");
        going.countDown();

        assertThat(ofRun.get()).isSameAs(FOUND);
        assertThat(ofSomebody.get()).isSameAs(FOUND);
        assertThat(search.underWay()).isEmpty();
    }

    @Test
    void aSearchEndsWithItsRunAndAllDoWithTheProgram() {
        BucketSearch search =
                new BucketSearch(new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), Integer.MAX_VALUE), _ -> {
                    asked.incrementAndGet();
                    throw S3Failure.corrupt("again and again");
                });
        CompletableFuture<S3Message.Buckets> first = begin(search, "first");
        CompletableFuture<S3Message.Buckets> second = begin(search, "second");
        await().until(() -> search.underWay().size() == 2);

        search.cancel("unknown");
        search.cancel("first");

        assertThatThrownBy(first::get).isInstanceOf(CancellationException.class);
        int before = asked.get();
        await().until(() -> asked.get() > before + 5);
        assertThat(second).isNotDone();
        search.cancelAll();
        assertThatThrownBy(second::get).isInstanceOf(CancellationException.class);
    }

    private static CompletableFuture<S3Message.Buckets> begin(BucketSearch search, @Nullable String run) {
        CompletableFuture<S3Message.Buckets> found = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                found.complete(find(search, run));
            } catch (Throwable e) {
                found.completeExceptionally(e);
            }
        });
        return found;
    }
}
