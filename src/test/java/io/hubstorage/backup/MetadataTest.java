package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the manifest knows of an object beside its bytes, and how it hears of changes that leave the bytes alone. */
final class MetadataTest extends EngineTest {
    private static final Instant LATER = SyntheticObject.FIRST_MODIFIED.plus(Duration.ofDays(3));

    private SyntheticBucket bucket;

    @BeforeEach
    void threeObjects() {
        hub.patience(Duration.ofSeconds(20), 3).configure("photos");
        bucket = bucket("photos", "a", "b", "c");
    }

    private long asked(RequestKind kind) {
        return s3.log().requests(request -> request.kind() == kind).size();
    }

    private static SyntheticObject touched(SyntheticObject object) {
        return object.withLastModified(LATER);
    }

    @Test
    void newMetadataOfTheSameBytesCostsOneHeadAndTheBytesAreLinked() throws IOException {
        RunRecord first = hub.backUp();
        Path file = hub.files(first, "photos").resolve("b");
        FileTime time = Files.getLastModifiedTime(file);
        bucket.put(touched(bucket.get("b"))
                .withMetadata(Map.of("Content-Type", "image/png", "Expires", "tomorrow"), Map.of("mood", "good")));
        s3.log().clear();

        RunRecord run = hub.backUp();

        assertThat(run.newSnapshot()).isTrue();
        assertThat(run.message()).contains("3 objects unchanged, 1 with new metadata");
        assertThat(run.totals().linked().objects()).isEqualTo(3);
        assertThat(run.totals().metadataRefreshed().objects()).isEqualTo(1);
        assertThat(asked(RequestKind.HEAD)).isEqualTo(1);
        assertThat(s3.counts().all()).as("a listing and a HEAD").isEqualTo(2);
        Audit audit = audit(run).holds("photos", bucket);
        ManifestEntry entry = audit.entry("photos", "b");
        assertThat(entry.metadata().headers())
                .containsEntry("content-type", "image/png")
                .containsEntry("expires", "tomorrow");
        assertThat(entry.metadata().user()).containsExactly(Map.entry("mood", "good"));
        assertThat(entry.state()).isEqualTo(EntryState.LINKED);
        assertThat(entry.verified()).isEqualTo("md5");
        assertThat(entry.fileTime()).as("the file is shared, and stays").isEqualTo(SyntheticObject.FIRST_MODIFIED);
        assertThat(inode(audit.file("photos", "b"))).isEqualTo(inode(file));
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(time);
        assertThat(audit.certificate("photos").counts().metadataRefreshed().objects())
                .isEqualTo(1);

        s3.log().clear();
        RunRecord next = hub.backUp();
        assertThat(next.newSnapshot()).isFalse();
        assertThat(s3.counts().all()).isEqualTo(1);

        bucket.change("a");
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void anObjectThatMovesToAnArchiveKeepsItsBytes() throws IOException {
        RunRecord first = hub.backUp();
        bucket.put(bucket.get("b").withStorageClass("GLACIER", false));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().archived().objects()).isZero();
        assertThat(run.totals().metadataRefreshed().objects()).isEqualTo(1);
        Audit audit = audit(run).holds("photos", bucket);
        assertThat(audit.entry("photos", "b").metadata().storageClass()).isEqualTo("GLACIER");
        assertThat(inode(audit.file("photos", "b")))
                .isEqualTo(inode(hub.files(first, "photos").resolve("b")));
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void whereNoHeadIsAllowedTheListingAloneIsBelieved() {
        hub.backUp();
        bucket.put(touched(bucket.get("b")));
        s3.faults().when(RequestKind.HEAD).then(Fault.accessDenied());

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        s3.log().clear();
        assertThat(hub.backUp().newSnapshot()).isFalse();
        assertThat(asked(RequestKind.HEAD)).as("not again in every run").isZero();
    }

    @Test
    void whatAHeadCannotTellNowIsAskedByTheNextRun() {
        RunRecord first = hub.backUp();
        bucket.put(touched(bucket.get("b")));
        s3.faults().when(RequestKind.HEAD).then(Fault.internalError());

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        s3.faults().clear();
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void anObjectThatChangesBeforeTheHeadIsDownloaded() {
        hub.backUp();
        bucket.put(touched(bucket.get("b")));
        s3.onRequest(
                request -> request.kind() == RequestKind.HEAD && bucket.get("b").size() == 300,
                _ -> bucket.add("b", 400));

        RunRecord run = hub.backUp();

        assertThat(run.totals().downloaded().objects()).isEqualTo(1);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aWholeBucketWithNewTimesIsAskedAboutOnce() {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(1_200, 10, "####"));
        hub.backUp();
        bucket.objects().toList().forEach(object -> bucket.put(touched(object)));
        s3.log().clear();

        audit(hub.backUp()).holds("photos", bucket);

        assertThat(asked(RequestKind.HEAD)).isEqualTo(1_200);
        assertThat(asked(RequestKind.GET)).isZero();
        s3.log().clear();
        assertThat(hub.backUp().newSnapshot()).isFalse();
        assertThat(s3.counts().all()).isEqualTo(2);
    }

    @Test
    void aServerWhoseTimesMoveWithEachListingIsFoundOutAndNotAskedForEver() {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(400, 10, "###"));
        AtomicInteger listings = new AtomicInteger();
        s3.onRequest(request -> request.kind() == RequestKind.LIST, _ -> {
            Instant now = SyntheticObject.FIRST_MODIFIED.plusSeconds(listings.incrementAndGet());
            bucket.objects().toList().forEach(object -> bucket.put(object.withLastModified(now)));
        });
        hub.backUp();
        RunRecord second = hub.backUp();
        assertThat(second.totals().metadataRefreshed().objects()).isEqualTo(400);
        s3.log().clear();

        RunRecord third = hub.backUp();

        assertThat(third.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(third.snapshot()).as("nothing is new").isEqualTo(second.snapshot());
        assertThat(asked(RequestKind.HEAD)).isZero();
        assertThat(asked(RequestKind.LIST)).isLessThan(20);
    }

    @Test
    void aFolderWhoseTimeIsThatOfTheListingMakesNoSnapshotEachTime() {
        bucket.add("folder/", 0);
        AtomicInteger listings = new AtomicInteger();
        s3.onRequest(
                request -> request.kind() == RequestKind.LIST,
                _ -> bucket.put(bucket.get("folder/")
                        .withLastModified(SyntheticObject.FIRST_MODIFIED.plusSeconds(listings.incrementAndGet()))));
        RunRecord first = hub.backUp();

        RunRecord second = hub.backUp();

        assertThat(second.snapshot()).isEqualTo(first.snapshot());
    }

    @Test
    void aDryRunTellsOfNewMetadataAndAsksForNone() {
        hub.backUp();
        bucket.put(touched(bucket.get("b")));
        s3.log().clear();

        RunRecord run = hub.dryRun();

        assertThat(run.totals().metadataRefreshed().objects()).isEqualTo(1);
        assertThat(s3.counts().all()).isEqualTo(1);
    }

    @Test
    void whatNoLaterRunCanFindOutIsKept() {
        bucket = s3.bucket("photos", bucket.withChecksums(ChecksumKind.CRC64NVME));
        Map<String, String> properties = Map.of(
                "x-amz-server-side-encryption",
                "aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id",
                "arn:aws:kms:key",
                "x-amz-server-side-encryption-bucket-key-enabled",
                "true",
                "x-amz-object-lock-mode",
                "GOVERNANCE",
                "x-amz-object-lock-retain-until-date",
                "2030-01-01T00:00:00Z",
                "x-amz-object-lock-legal-hold",
                "ON",
                "x-amz-expiration",
                "expiry-date=\"Fri, 21 Dec 2029 00:00:00 GMT\", rule-id=\"old\"",
                "x-amz-website-redirect-location",
                "/elsewhere");
        bucket.put(bucket.get("b").withMetadata(properties, Map.of()));
        bucket.tag("b", Map.of("class", "secret", "owner", "me"));

        RunRecord run = hub.backUp();

        ManifestEntry entry = audit(run).entry("photos", "b");
        assertThat(entry.metadata().properties()).isEqualTo(properties);
        assertThat(entry.metadata().tags()).containsOnly(Map.entry("class", "secret"), Map.entry("owner", "me"));
        assertThat(entry.content().upload().checksums()).containsOnlyKeys("CRC64NVME");
        assertThat(entry.content().upload().checksumType()).isEqualTo("FULL_OBJECT");
        assertThat(audit(run).entry("photos", "a").metadata().tags()).isEmpty();
        assertThat(s3.counts().all())
                .as("one LIST, one GET an object, one question for tags")
                .isEqualTo(1 + 3 + 1);
    }

    @Test
    void theSizesOfAnUploadsPartsAreKept() {
        bucket = s3.bucket(
                "photos",
                SyntheticBucket.empty().withChecksums(ChecksumKind.CRC64NVME).tellingParts());
        bucket.put(SyntheticObject.of("told", 3 << 20, 1).inParts(1 << 20));
        bucket.put(SyntheticObject.of("single", 9_000, 2).inParts(9_000));
        bucket.put(SyntheticObject.of("plain", 9_000, 3).inOnePiece());
        bucket.put(SyntheticObject.of("large", 10 << 20, 6).inOnePiece());
        SyntheticBucket unchecked = s3.bucket("music", SyntheticBucket.empty().tellingParts());
        unchecked.put(SyntheticObject.of("odd", 2_500_000, 4).inParts(List.of(1_000_000L, 700_000L, 800_000L)));
        unchecked.put(SyntheticObject.of("even", 2_500_000, 5).inParts(1_200_000));
        hub.configure("photos", "music");

        Audit audit = audit(hub.backUp());

        assertThat(audit.entry("photos", "told").content().upload().partSize()).isEqualTo(1 << 20);
        assertThat(audit.entry("photos", "told").content().upload().checksums()).containsOnlyKeys("CRC64NVME");
        assertThat(audit.entry("photos", "single").content().upload().partSize())
                .isEqualTo(9_000);
        assertThat(audit.entry("photos", "large").content().upload().checksums())
                .as("which no range tells, and the proof does not need")
                .containsOnlyKeys("CRC64NVME");
        assertThat(audit.entry("photos", "plain").content().upload().partSize()).isZero();
        assertThat(audit.entry("music", "odd").content().upload().partSizes())
                .containsExactly(1_000_000L, 700_000L, 800_000L);
        assertThat(audit.entry("music", "even").content().upload().partSize()).isEqualTo(1_200_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 405, 501})
    void aServerThatTellsNoTagsIsAskedOnce(int status) {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(100, 10, "###"));
        bucket.objects().toList().forEach(object -> bucket.tag(object.key(), Map.of("a", "b")));
        s3.faults()
                .when(RequestKind.TAGGING)
                .then(new Fault.Status(status, status == 403 ? "AccessDenied" : "NotImplemented", "no"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(asked(RequestKind.TAGGING)).isEqualTo(1);
        ManifestEntry.Metadata metadata = audit(run).entry("photos", "007").metadata();
        assertThat(metadata.tags()).isEmpty();
        assertThat(metadata.properties()).as("that there are some").containsEntry("x-amz-tagging-count", "1");
    }

    @Test
    void tagsThatChangeAreFoundByAndByAndEachRunAsksForAFew() {
        bucket = s3.bucket("photos", SyntheticBucket.uniform(300, 10, "###"));
        bucket.objects().toList().forEach(object -> bucket.tag(object.key(), Map.of("state", "old")));
        RunRecord first = hub.backUp();
        s3.log().clear();

        RunRecord second = hub.backUp();

        assertThat(second.snapshot()).as("tags as they were are no change").isEqualTo(first.snapshot());
        assertThat(asked(RequestKind.TAGGING)).isBetween(1L, 40L);
        assertThat(s3.counts().gets() + s3.counts().heads()).isZero();

        bucket.objects().toList().forEach(object -> bucket.tag(object.key(), Map.of("state", "new")));
        s3.log().clear();
        RunRecord third = hub.backUp();

        assertThat(third.newSnapshot()).isTrue();
        long found = audit(third).entries("photos").values().stream()
                .filter(entry -> entry.metadata().tags().containsValue("new"))
                .count();
        assertThat(found)
                .isEqualTo(asked(RequestKind.TAGGING))
                .isEqualTo(third.totals().metadataRefreshed().objects())
                .isBetween(1L, 40L);
    }
}
