package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.requests.RetryPolicy;
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

    private static BucketSearch.InAccount in(@Nullable String account, BucketSearch.Search search) {
        return new BucketSearch.InAccount(account, search, why -> "for people: " + why);
    }

    @Test
    void oneOfSeveralAccountsThatDoesNotTellIsNamedBesideWhatTheOthersHave() throws Exception {
        S3Message.Buckets photos = new S3Message.Buckets(List.of(new S3Message.Bucket("photos", null, null)));
        BucketSearch search = new BucketSearch(
                patient,
                () -> List.of(
                        in(null, _ -> photos),
                        in("down", _ -> {
                            asked.incrementAndGet();
                            throw S3Failure.corrupt("always");
                        }),
                        in("nas", _ -> photos)));

        S3Message.Buckets found = find(search, "run");

        assertThat(found.buckets()).extracting(S3Message.Bucket::name).containsExactly("photos", "photos@nas");
        assertThat(found.undiscovered()).containsExactly(new S3Message.Undiscovered("down", "for people: always"));
        assertThat(asked).hasValue(5);
        assertThat(search.underWay()).isEmpty();
    }

    @Test
    void aSearchInSeveralAccountsEndsWithItsRun() {
        BucketSearch search = new BucketSearch(
                new RetryPolicy(Duration.ofMillis(1), Duration.ofMillis(2), Integer.MAX_VALUE),
                () -> List.of(in(null, _ -> FOUND), in("down", _ -> {
                    throw S3Failure.corrupt("again and again");
                })));
        CompletableFuture<S3Message.Buckets> running = begin(search, "run");
        await().until(() -> search.underWay().size() == 1);

        search.cancel("run");

        assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
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
