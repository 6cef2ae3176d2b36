package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketCounts.Fate;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

final class ShardProgressTest {
    private final ShardProgress progress = new ShardProgress(TransferMessage.Progress.NONE);

    private static final List<Fate> FATES = List.of(Fate.values());

    private static Tally tally(Fate fate) {
        int number = FATES.indexOf(fate) + 1;
        return new Tally(number, 100L * number);
    }

    @Test
    void itGoesOnFromWhatWasCountedBefore() {
        TransferMessage.Progress before =
                new TransferMessage.Progress(BucketCounts.of(ShardProgressTest::tally), new Tally(3, 300), 250, true);

        ShardProgress next = new ShardProgress(before);

        assertThat(next.soFar(true)).isEqualTo(before);
        assertThat(next.isListingComplete()).isTrue();
        next.downloaded.add(11);
        next.toDownload.add(11);
        next.bytesReceived.add(11);
        assertThat(next.soFar(false))
                .isEqualTo(new TransferMessage.Progress(
                        BucketCounts.of(
                                fate -> fate == Fate.DOWNLOADED ? tally(fate).plus(new Tally(1, 11)) : tally(fate)),
                        new Tally(4, 311),
                        261,
                        false));
    }

    @Test
    void eachFateHasItsCounter() {
        Map<Fate, ShardProgress.Counter> counters = Map.ofEntries(
                Map.entry(Fate.LISTED, progress.listed),
                Map.entry(Fate.LINKED, progress.linked),
                Map.entry(Fate.DOWNLOADED, progress.downloaded),
                Map.entry(Fate.FILTERED, progress.filtered),
                Map.entry(Fate.ARCHIVED, progress.archived),
                Map.entry(Fate.VANISHED, progress.vanished),
                Map.entry(Fate.FAILED, progress.failed),
                Map.entry(Fate.CARRIED, progress.carried),
                Map.entry(Fate.KEPT, progress.kept),
                Map.entry(Fate.DELETED, progress.deleted),
                Map.entry(Fate.REFETCHED, progress.refetched),
                Map.entry(Fate.METADATA_REFRESHED, progress.metadataRefreshed));
        assertThat(counters).hasSameSizeAs(FATES);
        counters.forEach((fate, counter) -> counter.add(FATES.indexOf(fate)));

        assertThat(progress.soFar(false).counts())
                .isEqualTo(BucketCounts.of(fate -> new Tally(1, FATES.indexOf(fate))));
    }

    @Test
    void whatIsTakenBackIsAsIfItHadNotBeen() {
        progress.failed.add(7);
        progress.failed.add(5);
        progress.failed.undo(7);
        progress.failed.addBytes(2);

        assertThat(progress.failed.tally()).isEqualTo(new Tally(1, 7));
    }

    @Test
    void theListingIsCompleteOnceThatIsSaid() {
        assertThat(progress.isListingComplete()).isFalse();

        progress.listingComplete();

        assertThat(progress.isListingComplete()).isTrue();
    }

    @Test
    void ofWhatIsOnItsWayTheEightThatAreLongestAreShown() {
        for (int number = 9; number >= 0; number--) {
            progress.begin("k" + number, number);
        }
        progress.end("k9");
        progress.receiver("k8").accept(5);
        progress.receiver("k8").accept(2);

        assertThat(progress.shownInFlight())
                .hasSize(8)
                .startsWith(new TransferMessage.InFlight("k8", 8, 7), new TransferMessage.InFlight("k7", 7, 0))
                .endsWith(new TransferMessage.InFlight("k1", 1, 0));
        assertThat(progress.hasInFlight()).isTrue();
    }

    @Test
    void whatArrivesCountsAlsoWhereNobodyIsShown() {
        progress.begin("a", 9);
        LongConsumer receiver = progress.receiver("a");
        progress.end("a");

        receiver.accept(4);
        progress.receiver("unknown").accept(3);

        assertThat(progress.hasInFlight()).isFalse();
        assertThat(progress.shownInFlight()).isEmpty();
        assertThat(progress.soFar(false).bytesReceived()).isEqualTo(7);
    }

    @Test
    void whatItCostIsTold() {
        progress.lookNanos.add(2_999_999);
        progress.writableFiles.add(4);
        progress.allocatedBytes.add(8192);

        assertThat(progress.usage(3)).isEqualTo(new TransferMessage.Usage(3, 2, 4, 8192));
    }
}
