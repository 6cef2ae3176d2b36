package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked about an object beside its bytes, and when. */
final class ObjectMetadataTest extends WithTestShard {
    private static final Instant LATER = SyntheticObject.FIRST_MODIFIED.plus(Duration.ofDays(3));
    private static final long LARGE = 12_000_000;

    @BeforeEach
    void fill() {
        shard.bucket().add("a", 300);
        shard.bucket().add("b", 300);
    }

    private static ManifestEntry line(Instant time, @Nullable String storageClass, Map<String, String> tags) {
        return line("a", time, storageClass, tags);
    }

    private static ManifestEntry line(
            String key, Instant time, @Nullable String storageClass, Map<String, String> tags) {
        return new ManifestEntry(
                key,
                key,
                new ManifestEntry.Content(300, "e"),
                new ManifestEntry.Metadata(time, storageClass, null, Map.of(), Map.of(), tags, Map.of()),
                EntryState.LINKED);
    }

    private boolean isDue(ManifestEntry line, Instant time, @Nullable String storageClass) throws IOException {
        return ObjectMetadata.isRefreshDue(
                line,
                new ListedObject("a", 300, "e", time, storageClass, false),
                new Shard(shard.message(Mode.COPY)),
                new ServerQuirks("photos", () -> true));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T00:00:00Z,        2026-01-01T00:00:00Z,        false",
        "2026-01-01T00:00:00Z,        2026-01-01T00:00:01Z,        true",
        "2026-01-01T00:00:00.5Z,      2026-01-01T00:00:00Z,        false",
        "2026-01-01T00:00:00Z,        2026-01-01T00:00:00.5Z,      false",
        "2026-01-01T00:00:01Z,        2026-01-01T00:00:00.5Z,      true",
        "2026-01-01T00:00:00.4Z,      2026-01-01T00:00:00.5Z,      true",
        "2026-01-01T00:00:00.5001Z,   2026-01-01T00:00:00.5002Z,   false"
    })
    void anotherTimeIsNewMetadataUnlessOnlyItsFractionsAreTold(Instant known, Instant listed, boolean due)
            throws IOException {
        assertThat(isDue(line(known, null, Map.of()), listed, null)).isEqualTo(due);
    }

    @Test
    void soIsAnotherStorageClassAndStandardIsNone() throws IOException {
        assertThat(isDue(line(LATER, null, Map.of()), LATER, "STANDARD")).isFalse();
        assertThat(isDue(line(LATER, "STANDARD_IA", Map.of()), LATER, "STANDARD_IA"))
                .isFalse();
        assertThat(isDue(line(LATER, "STANDARD_IA", Map.of()), LATER, null)).isTrue();
        assertThat(isDue(line(LATER, null, Map.of()), LATER, "GLACIER")).isTrue();
    }

    @Test
    void whereTimesMoveTheyAreNoReason() throws Exception {
        ServerQuirks quirks = new ServerQuirks("photos", () -> true);
        for (int object = 0; object < 10; object++) {
            quirks.doesTimeMove("a", false, () -> true);
        }

        assertThat(ObjectMetadata.isRefreshDue(
                        line(LATER, null, Map.of()),
                        new ListedObject("a", 300, "e", Instant.EPOCH, null, false),
                        new Shard(shard.message(Mode.COPY)),
                        quirks))
                .isFalse();
    }

    @Test
    void tagsHaveTheirTurnInOneRunOfThirty() throws IOException {
        ManifestEntry tagged = line(LATER, null, Map.of("colour", "red"));
        Shard copy = new Shard(shard.message(Mode.COPY));
        Shard dry = new Shard(shard.message(Mode.DRY_RUN));
        ServerQuirks quirks = new ServerQuirks("photos", () -> true);

        List<Integer> due = IntStream.range(0, 3_000)
                .filter(number -> ObjectMetadata.isRefreshDue(
                        line("k" + number, LATER, null, Map.of("colour", "red")),
                        new ListedObject("k" + number, 300, "e", LATER, null, false),
                        copy,
                        quirks))
                .boxed()
                .toList();

        assertThat(due).hasSizeBetween(60, 150);
        assertThat(IntStream.range(0, 100)
                        .anyMatch(number -> ObjectMetadata.isRefreshDue(
                                tagged, new ListedObject("a", 300, "e", LATER, null, false), dry, quirks)))
                .isFalse();
    }

    private ManifestEntry touched() throws IOException {
        shard.backUp();
        SyntheticObject object = shard.bucket().get("a").withLastModified(LATER);
        shard.bucket().put(object.withMetadata(Map.of("Content-Type", "image/png"), Map.of("mood", "good")));
        shard.s3().log().clear();
        return object.lastModified().equals(LATER) ? shard.line("a") : line(LATER, null, Map.of());
    }

    @Test
    void newMetadataOfTheSameBytesCostsOneHead() throws IOException {
        ManifestEntry before = touched();

        TransferMessage.Result result = shard.backUp();

        assertThat(result.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(result.progress().counts().metadataRefreshed().objects()).isEqualTo(1);
        assertThat(shard.heads()).isEqualTo(1);
        assertThat(shard.gets()).isZero();
        ManifestEntry entry = shard.line("a");
        assertThat(entry.metadata().headers()).containsEntry("content-type", "image/png");
        assertThat(entry.metadata().user()).containsExactly(Map.entry("mood", "good"));
        assertThat(entry.lastModified()).isEqualTo(LATER);
        assertThat(entry.timeOnDisk()).isEqualTo(before.lastModified());
        assertThat(entry.sha256()).isEqualTo(before.sha256());
        assertThat(entry.verified()).isEqualTo("md5");
        assertThat(entry.state()).isEqualTo(EntryState.LINKED);
    }

    @Test
    void whereNoHeadIsAllowedTheListingIsBelieved() throws IOException {
        touched();
        shard.s3().faults().when(RequestKind.HEAD).then(Fault.accessDenied());

        shard.backUp();

        assertThat(shard.line("a").lastModified()).isEqualTo(LATER);
        assertThat(shard.line("a").metadata().user()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"500, InternalError", "404, NoSuchKey"})
    void whatAHeadCannotTellNowIsAskedTheNextTime(int status, String code) throws IOException {
        ManifestEntry before = touched();
        shard.s3().faults().when(RequestKind.HEAD).then(new Fault.Status(status, code, "not now"));

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);

        assertThat(before.lastModified()).isEqualTo(SyntheticObject.FIRST_MODIFIED);
    }

    @Test
    void anObjectThatIsAnotherAtTheHeadIsDownloaded() throws IOException {
        touched();
        shard.s3()
                .onRequest(
                        request -> request.kind() == RequestKind.HEAD
                                && shard.bucket().get("a").size() == 300,
                        _ -> shard.bucket().add("a", 400));

        shard.backUp();

        assertThat(shard.line("a").size()).isEqualTo(400);
    }

    @Test
    void newTagsComeWithNewMetadataAndGoneOnesGo() throws IOException {
        shard.bucket().tag("a", Map.of("colour", "red"));
        shard.backUp();
        assertThat(shard.line("a").metadata().tags()).containsEntry("colour", "red");
        shard.bucket().tag("a", Map.of("colour", "blue"));
        shard.bucket().put(shard.bucket().get("a").withLastModified(LATER));

        shard.backUp();
        assertThat(shard.line("a").metadata().tags()).containsExactly(Map.entry("colour", "blue"));
        assertThat(shard.line("a").metadata().properties()).doesNotContainKey("x-amz-tagging-count");

        shard.bucket().tag("a", Map.of());
        shard.bucket().put(shard.bucket().get("a").withLastModified(LATER.plusSeconds(60)));
        shard.backUp();
        assertThat(shard.line("a").metadata().tags()).isEmpty();
    }

    @Test
    void tagsThatAreRefusedStayAsTheyWereKnown() throws IOException {
        shard.bucket().tag("a", Map.of("colour", "red"));
        shard.backUp();
        shard.bucket().tag("a", Map.of("colour", "blue"));
        shard.bucket().put(shard.bucket().get("a").withLastModified(LATER));
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.TAGGING)
                .then(Fault.accessDenied());

        shard.backUp();

        assertThat(shard.line("a").metadata().tags()).containsExactly(Map.entry("colour", "red"));
    }

    @Test
    void tagsThatAreRefusedOnceAreNotAskedForAgain() throws IOException {
        for (int number = 0; number < 20; number++) {
            shard.bucket().add("k" + number, 300);
            shard.bucket().tag("k" + number, Map.of("colour", "red"));
        }
        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.TAGGING)
                .then(Fault.accessDenied());

        TransferMessage.Result result = shard.backUp();

        assertThat(result.failures().total()).isZero();
        assertThat(shard.s3().log().requests(request -> request.kind() == RequestKind.TAGGING))
                .hasSize(1);
    }

    @Test
    void aCopyOfWhichTheServerTellsChecksumsHasThem() throws IOException {
        touched();
        shard.on(bucket -> bucket.withChecksums(ChecksumKind.CRC64NVME));

        shard.backUp();

        assertThat(shard.line("a").content().upload().checksums()).containsKey("CRC64NVME");
        assertThat(shard.line("a").content().upload().checksumType()).isEqualTo("FULL_OBJECT");
        assertThat(shard.line("b").content().upload().checksums())
                .as("was not asked for")
                .isEmpty();
    }

    @Test
    void unevenPartsAreAskedForOneByOne() throws IOException {
        shard.on(SyntheticBucket::tellingParts);
        shard.bucket().put(SyntheticObject.of("odd", LARGE, 1).inParts(List.of(6_000_000L, 5_100_000L, 900_000L)));

        shard.backUp();

        ManifestEntry entry = shard.line("odd");
        assertThat(entry.verified()).isEqualTo("multipart-md5");
        assertThat(entry.content().upload().partSizes()).containsExactly(6_000_000L, 5_100_000L, 900_000L);
        assertThat(shard.heads()).as("the whole, the first and the second part").isEqualTo(3);
    }

    @Test
    void anUploadInOnePartIsOne() throws IOException {
        shard.bucket().put(SyntheticObject.of("one", LARGE, 1).inParts(LARGE));

        shard.backUp();

        assertThat(shard.line("one").content().upload().partSize()).isEqualTo(LARGE);
        assertThat(shard.line("one").verified()).isEqualTo("multipart-md5");
    }

    @Test
    void partsAreForTheRecordWhereTheWholeIsProvenOtherwise() throws IOException {
        shard.on(bucket -> bucket.tellingParts().withChecksums(ChecksumKind.CRC64NVME));
        shard.bucket().put(SyntheticObject.of("odd", LARGE, 1).inParts(7_000_000));
        shard.bucket().put(SyntheticObject.of("small", ObjectFetch.SMALL, 1).inParts(700_000));

        shard.backUp();

        assertThat(shard.line("odd").verified()).isEqualTo("crc64nvme");
        assertThat(shard.line("odd").content().upload().partSize()).isEqualTo(7_000_000);
        assertThat(shard.line("small").content().upload().partSize())
                .as("would cost as much as the object")
                .isZero();
    }

    @Test
    void aServerThatTellsNoPartsIsNotAskedForEachObject() throws Exception {
        shard.on(bucket -> bucket.withChecksums(ChecksumKind.CRC64NVME));
        ObjectFetch fetch = shard.fetch();
        for (int number = 0; number < 8; number++) {
            SyntheticObject object =
                    SyntheticObject.of("k" + number, 1_200_000, number).inParts(700_000);
            shard.bucket().put(object);
            fetch.fetch(new FetchTask(
                    object.key(),
                    null,
                    new ListedObject(object.key(), object.size(), object.etag(), object.lastModified(), null, false),
                    null,
                    null,
                    false));
        }

        assertThat(shard.s3().log().requests(request -> request.query().containsKey("partNumber")))
                .hasSize(3);
    }

    @Test
    void foldersWithTheTimeOfTheListingCostNoFurtherRequestOnceThatIsKnown() throws IOException {
        for (int number = 0; number < 30; number++) {
            shard.bucket().add("folder%02d/".formatted(number), 0);
        }
        shard.backUp();
        int[] seconds = {0};
        shard.s3().onRequest(request -> request.kind() == RequestKind.LIST, _ -> {
            seconds[0]++;
            shard.bucket()
                    .objects()
                    .filter(object -> object.size() == 0)
                    .toList()
                    .forEach(object -> shard.bucket().put(object.withLastModified(LATER.plusSeconds(seconds[0]))));
        });
        shard.s3().log().clear();

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);

        assertThat(shard.s3().counts().lists()).as("a listing, and ten looks").isEqualTo(11);
        assertThat(shard.heads()).isZero();
    }

    /** Adds an object whose tags are asked for again in each run of the test. */
    private String due() throws IOException {
        Shard copy = new Shard(shard.message(Mode.COPY));
        ServerQuirks quirks = new ServerQuirks("photos", () -> true);
        String due = IntStream.range(0, 1_000)
                .mapToObj(number -> "tagged" + number)
                .filter(key -> ObjectMetadata.isRefreshDue(
                        line(key, LATER, null, Map.of("colour", "red")),
                        new ListedObject(key, 300, "e", LATER, null, false),
                        copy,
                        quirks))
                .findFirst()
                .orElseThrow();
        shard.bucket().add(due, 300);
        shard.bucket().tag(due, Map.of("colour", "red"));
        return due;
    }

    @Test
    void tagsWhoseTurnItIsAreAskedForAloneAndTakenOver() throws IOException {
        String due = due();
        shard.backUp();
        shard.bucket().tag(due, Map.of("colour", "blue"));
        shard.s3().log().clear();

        TransferMessage.Result result = shard.backUp();

        assertThat(result.progress().counts().metadataRefreshed().objects()).isEqualTo(1);
        assertThat(shard.line(due).metadata().tags()).containsExactly(Map.entry("colour", "blue"));
        assertThat(shard.line(due).state()).isEqualTo(EntryState.LINKED);
        assertThat(shard.gets() + shard.heads()).isZero();
    }

    @Test
    void tagsThatAreTheSameOrRefusedChangeNothing() throws IOException {
        due();
        shard.backUp();
        shard.s3().log().clear();

        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(shard.s3().log().requests(request -> request.kind() == RequestKind.TAGGING))
                .hasSize(1);

        shard.s3()
                .faults()
                .when(request -> request.kind() == RequestKind.TAGGING)
                .then(Fault.accessDenied());
        assertThat(shard.run(Mode.COPY).outcome()).isEqualTo(Outcome.UNCHANGED);
    }
}
