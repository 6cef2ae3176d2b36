package io.hubstorage.browse;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.testkit.Shelf;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CertificateWordsTest {
    @Test
    void whatIsUsualIsSaidInFewWords() {
        BucketCounts counts = new BucketCounts(Map.of(
                BucketCounts.Fate.LISTED,
                new Tally(1_204, 3_435_973_837L),
                BucketCounts.Fate.LINKED,
                new Tally(1_190, 3_000_000_000L),
                BucketCounts.Fate.DOWNLOADED,
                new Tally(14, 435_973_837L)));
        assertThat(words(counts, new ManifestSummary(1_204, 3_435_973_837L, "", Map.of())))
                .isEqualTo("1,204 files, 3.20 GiB: 1,190 unchanged, 14 downloaded, none failed.");
    }

    @Test
    void whatIsUnusualIsSaidToo() {
        BucketCounts counts = new BucketCounts(Map.of(
                BucketCounts.Fate.LISTED,
                new Tally(10, 100),
                BucketCounts.Fate.LINKED,
                new Tally(1, 10),
                BucketCounts.Fate.FILTERED,
                new Tally(2, 20),
                BucketCounts.Fate.ARCHIVED,
                new Tally(3, 30),
                BucketCounts.Fate.VANISHED,
                new Tally(1, 10),
                BucketCounts.Fate.FAILED,
                new Tally(3, 30),
                BucketCounts.Fate.CARRIED,
                new Tally(2, 20),
                BucketCounts.Fate.KEPT,
                new Tally(1, 10),
                BucketCounts.Fate.DELETED,
                new Tally(5, 50)));
        assertThat(words(counts, new ManifestSummary(4, 40, "", Map.of())))
                .isEqualTo("4 files, 40 B: 1 unchanged, 0 downloaded, 1 kept in its previous version,"
                        + " 2 gone from S3 and kept, 3 archived and not readable, 1 gone before it was read,"
                        + " 2 left out by filters, 5 deleted since the snapshot before, 3 failed.");
    }

    @Test
    void anEmptyBucketIsOneToo() {
        assertThat(words(BucketCounts.ZERO, null)).isEqualTo("No files.");
    }

    private static String words(BucketCounts counts, @Nullable ManifestSummary summary) {
        Certificate certificate = Shelf.certificate("x", Instant.EPOCH, "photos", summary, counts);
        String whole = CertificateWords.of(certificate);
        assertThat(CertificateWords.of(certificate.buckets().getFirst())).isEqualTo(whole);
        return whole;
    }
}
