package io.hubstorage.restore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestEntry.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class UploadPlanTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    /** The most that S3 keeps as one object. */
    private static final long LARGEST = 50_000 * GIB;

    private final PartSizeInference guesses = new PartSizeInference();

    private static ManifestEntry entry(long size, String etag, Upload upload) {
        return new ManifestEntry(
                "k",
                "k",
                new ManifestEntry.Content(size, etag, null, null, upload),
                new ManifestEntry.Metadata(Instant.EPOCH),
                EntryState.DOWNLOADED);
    }

    private static Upload inPartsOf(long each) {
        return new Upload(each, List.of(), Map.of(), null);
    }

    private List<Long> parts(long size, String etag, Upload upload) {
        return UploadPlan.of(entry(size, etag, upload), guesses).parts();
    }

    @Test
    void anObjectOfOneRequestIsWrittenWithOne() {
        assertThat(parts(0, MD5, Upload.UNKNOWN)).isEmpty();
        assertThat(parts(5 * GIB, MD5, Upload.UNKNOWN)).isEmpty();
        assertThat(UploadPlan.of(entry(9, MD5, Upload.UNKNOWN), guesses).requests())
                .isEqualTo(1);
    }

    @Test
    void oneOfMoreThanFiveGibibytesIsWrittenInPartsHoweverItWasUploaded() {
        assertThat(parts(5 * GIB + 1, MD5, Upload.UNKNOWN)).hasSize(81).first().isEqualTo(64 * MIB);
    }

    @Test
    void recordedPartsAreTheSameAgain() {
        assertThat(parts(20 * MIB, MD5 + "-3", inPartsOf(8 * MIB))).containsExactly(8 * MIB, 8 * MIB, 4 * MIB);
        List<Long> uneven = List.of(6 * MIB, 5 * MIB, 9 * MIB);
        assertThat(parts(20 * MIB, MD5 + "-3", new Upload(0, uneven, Map.of(), null)))
                .isEqualTo(uneven);
        assertThat(parts(7, MD5 + "-1", Upload.UNKNOWN)).containsExactly(7L);
    }

    @Test
    void whereNoneAreRecordedTheLikeliestThatMakeSoManyAreTaken() {
        assertThat(parts(20 * MIB, MD5 + "-3", Upload.UNKNOWN)).containsExactly(8 * MIB, 8 * MIB, 4 * MIB);
        guesses.right(7 * MIB);
        assertThat(parts(20 * MIB, MD5 + "-3", Upload.UNKNOWN))
                .as("as others of this bucket")
                .containsExactly(7 * MIB, 7 * MIB, 6 * MIB);
    }

    @Test
    void recordsThatContradictTheirObjectAreNotBelieved() {
        assertThat(parts(20 * MIB, MD5 + "-3", new Upload(0, List.of(1L, 2L, 3L), Map.of(), null)))
                .containsExactly(8 * MIB, 8 * MIB, 4 * MIB);
        assertThat(parts(20 * MIB, MD5 + "-3", inPartsOf(MIB))).hasSize(3);
        assertThat(parts(100 * MIB, MD5 + "-99999", Upload.UNKNOWN)).containsExactly(64 * MIB, 36 * MIB);
        assertThat(parts(100, MD5 + "-99999", Upload.UNKNOWN)).isEmpty();
    }

    @Test
    void everyPlanBringsAllBytesInPartsThatS3Takes() {
        qt().withExamples(2_000)
                .forAll(longs().between(0, LARGEST), integers().between(0, 12_000), longs().between(0, 6 * GIB))
                .check((size, count, each) -> {
                    String etag = count == 0 ? MD5 : MD5 + "-" + count;
                    List<Long> parts = parts(size, etag, inPartsOf(each));
                    long all = parts.stream().mapToLong(part -> part).sum();
                    return parts.isEmpty()
                            ? size <= UploadPlan.MOST_AT_ONCE
                            : all == size
                                    && parts.size() <= UploadPlan.MOST_PARTS
                                    && parts.stream().allMatch(part -> part > 0 && part <= UploadPlan.MOST_AT_ONCE);
                });
    }

    @Test
    void recordedPartsOfAnySizesComeBackAsTheyWere() {
        qt().withExamples(500)
                .forAll(lists().of(longs().between(1, 5 * GIB)).ofSizeBetween(1, 40))
                .check(sizes -> {
                    long size = sizes.stream().mapToLong(part -> part).sum();
                    return parts(size, MD5 + "-" + sizes.size(), new Upload(0, sizes, Map.of(), null))
                            .equals(sizes);
                });
    }
}
