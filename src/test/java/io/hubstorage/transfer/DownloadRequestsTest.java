package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.testkit.Running;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DownloadRequestsTest {
    private final DownloadRequests requests = new DownloadRequests(
            new RequestPermits(64), new RateLimiter(System::nanoTime), 4096, RetryPolicy.USUAL, new ParallelMd5());
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void whatFitsBesideEachOtherIsTakenAtOnce() throws Exception {
        try (DownloadRequests.Memory _ = requests.memory(2048);
                DownloadRequests.Memory _ = requests.memory(1024);
                DownloadRequests.Memory _ = requests.memory(1)) {
            assertThat(requests.largeObjects()).hasValue(0);
        }
    }

    @Test
    void aBodyThatIsLargerThanAllMemoryGetsAllOfIt() throws Exception {
        DownloadRequests.Memory all = requests.memory(1 << 20);
        Running<DownloadRequests.Memory> other =
                Running.of(() -> requests.memory(1)).settled();
        assertThat(other.end()).isNotDone();

        all.close();

        other.get().close();
    }

    @Test
    void bodiesThatWaitForTheDiskHoldUpFurtherBodiesAndNothingElse() throws Exception {
        DownloadRequests.Memory waitingForTheDisk = requests.memory(4096);
        Running<Integer> further = Running.<Integer>of(() -> {
                    try (DownloadRequests.Memory _ = requests.memory(1024)) {
                        return requests.<Integer>reading(1024, _ -> sent.incrementAndGet());
                    }
                })
                .settled();

        assertThat(requests.<String>send(() -> "no body")).isEqualTo("no body");
        assertThat(sent).hasValue(0);
        waitingForTheDisk.close();

        assertThat(further.get()).isEqualTo(1);
    }

    @Test
    void whatIsSharedIsTheSameForAll() {
        DownloadRequests other = requests.stoppedBy(new Cancellation());

        assertThat(other.fetching()).isSameAs(requests.fetching());
        assertThat(other.largeObjects()).isSameAs(requests.largeObjects());
        assertThat(other.partials()).isSameAs(requests.partials());
    }

    @ParameterizedTest
    @CsvSource({"32, 8", "77, 16", "256, 32", "512, 64", "4096, 128"})
    void bodiesTakeAnEighthOfTheHeapAndAQuarterOfASmallOne(long heap, long bodies) {
        assertThat(DownloadRequests.memoryOfHeap(heap << 20)).isEqualTo(bodies << 20);
    }

    @ParameterizedTest
    @CsvSource({"77, 1, 154", "77, 8, 19", "256, 1, 500", "256, 0, 500", "256, 8, 62", "4096, 8, 62", "32, 8, 16"})
    void thoseWhoFetchShareTheObjectsThatMayBeOnTheirWayInTheHeap(long heap, int pieces, int each) {
        assertThat(DownloadRequests.objectsAtOnce(heap << 20, pieces)).isEqualTo(each);
    }

    @Test
    void whereOthersFetchTooFewerObjectsMayBeOnTheirWay() {
        requests.fetching().set(1);
        int alone = requests.objectsAtOnce();

        requests.stoppedBy(new Cancellation()).fetching().incrementAndGet();

        assertThat(requests.objectsAtOnce()).isEqualTo(alone / 2);
    }

    @Test
    void anotherAccountHasLimitsOfItsOwnButTheHeapIsOne() {
        DownloadRequests other = requests.ofAccount(new RequestPermits(64), 1024);

        assertThat(other.fetching()).isSameAs(requests.fetching());
        assertThat(other.largeObjects()).isNotSameAs(requests.largeObjects());
    }
}
