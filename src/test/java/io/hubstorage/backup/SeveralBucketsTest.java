package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SeveralBucketsTest extends EngineTest {
    private static RunRecord.BucketRecord record(RunRecord run, String bucket) {
        return run.buckets().stream()
                .filter(each -> each.bucket().equals(bucket))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aBucketThatIsLinkedOverKeepsThePrefixThatWasListedThen() {
        s3.bucket("photos", SyntheticBucket.ofKeys(300, List.of("2025/a", "2026/b")));
        SyntheticBucket music = bucket("music", "x");
        hub.configure(new JsonObject()
                .put(
                        "s3_buckets",
                        new JsonArray()
                                .add(new JsonObject().put("name", "photos").put("prefix", "2025/"))
                                .add("music")));
        hub.backUp();
        hub.configure("photos", "music").stop();
        music.change("x");

        RunRecord run = hub.run(new BackupMessage.Start(null, false, List.of("music")));

        assertThat(audit(run).certificate("photos").prefix()).isEqualTo("2025/");
        assertThat(audit(run).entries("photos")).containsOnlyKeys("2025/a");
    }

    @Test
    void oneSnapshotHoldsEveryBucket() {
        SyntheticBucket photos = bucket("photos", "a", "b");
        SyntheticBucket music = bucket("music", "a", "x/y");
        hub.configure("photos", "music");

        RunRecord run = hub.backUp();

        assertThat(run.message()).startsWith("all 2 buckets are safe: 4 objects");
        audit(run).holds("photos", photos).holds("music", music);
    }

    @Test
    void anUnknownBucketIsANamedFailureWhileTheOthersSucceed() {
        SyntheticBucket photos = bucket("photos", "a", "b");
        hub.configure("nowhere", "photos");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(run.message()).contains("nowhere failed").contains("bucket does not exist");
        assertThat(record(run, "nowhere").result()).isEqualTo(RunResult.FAILED);
        assertThat(record(run, "photos").result()).isEqualTo(RunResult.SUCCESS);
        Certificate.Bucket certified = audit(run).holds("photos", photos).certificate("nowhere");
        assertThat(certified.outcome().error()).contains("bucket does not exist");
        assertThat(certified.listing().complete()).isFalse();
    }

    @Test
    void aBucketThatFailsKeepsItsPreviousVersionWhole() throws IOException {
        bucket("photos", "a", "b", "c");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        RunRecord first = hub.backUp();
        s3.removeBucket("photos");
        music.change("x");

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.PARTIAL);
        Audit audit = audit(second).holds("music", music);
        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(inode(audit.file("photos", "b")))
                .isEqualTo(inode(hub.files(first, "photos").resolve("b")));
        assertThat(audit.certificate("photos").outcome().error()).contains("bucket does not exist");
        assertThat(audit.certificate("photos").counts().listed()).isEqualTo(Tally.ZERO);
    }

    @Test
    void whatWasKeptIsLinkedAgainWhenTheBucketIsBack() {
        SyntheticBucket photos = bucket("photos", "a", "b", "c");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        s3.removeBucket("photos");
        music.change("x");
        hub.backUp();
        s3.bucket("photos", photos);
        photos.change("b");

        RunRecord third = hub.backUp();

        assertThat(third.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(third.totals().downloaded().objects()).isEqualTo(1);
        audit(third).holds("photos", photos).holds("music", music);
    }

    @Test
    void aFailingBucketBesideAnUnchangedOneMakesNoNewSnapshot() {
        bucket("photos", "a");
        bucket("music", "x");
        hub.configure("photos", "music");
        RunRecord first = hub.backUp();
        s3.removeBucket("photos");

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(second.newSnapshot()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(second.message()).contains("photos failed").contains("nothing else changed");
    }

    @Test
    void whereEveryBucketFailsNothingIsCommitted() {
        hub.configure("nowhere", "neither");

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.snapshot()).isNull();
        assertThat(run.message()).contains("all 2 buckets failed").contains("does not exist");
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
    }

    @Test
    void aDiskThatFailsInOneBucketEndsTheOthersToo() throws IOException {
        bucket("music", "x");
        bucket("photos", "a");
        s3.faults().when(request -> request.kind() == RequestKind.GET).then(Fault.hang());
        hub.configure("music", "photos");
        Layout layout = new Layout(hub.data());
        String time = "20260101000000";
        Files.createDirectories(layout.staging(time));
        // No log that could be read, in what an interrupted run has left.
        Files.createDirectories(layout.attemptJournal(time, 1, "music").resolve("shard-0000.journal"));

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message()).startsWith("the destination cannot be used: ");
        assertThat(s3.counts().gets()).as("it was not tried again").isLessThanOrEqualTo(1);
    }

    @Test
    void aBucketTakenOutOfTheConfigurationIsGoneFromTheNextSnapshot() {
        bucket("photos", "a");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        hub.stop().configure("music");

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isTrue();
        assertThat(audit(second).holds("music", music).buckets()).containsExactly("music");
    }

    @Test
    void aBucketAddedToTheConfigurationJoinsTheLinkedOnes() {
        SyntheticBucket photos = bucket("photos", "a");
        SyntheticBucket music = bucket("music", "x");
        hub.configure("photos");
        hub.backUp();
        s3.log().clear();
        hub.stop().configure("photos", "music");

        RunRecord second = hub.backUp();

        audit(second).holds("photos", photos).holds("music", music);
        assertThat(gets()).isEqualTo(Map.of("x", 1L));
    }

    @Test
    void aBucketThatComesBackToTheConfigurationIsLinkedFromAnOlderSnapshot() {
        SyntheticBucket photos = bucket("photos", "a", "b");
        bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        hub.stop().configure("music");
        hub.backUp();
        hub.stop().configure("photos", "music");
        s3.log().clear();

        RunRecord third = hub.backUp();

        assertThat(third.newSnapshot()).isTrue();
        assertThat(gets()).isEmpty();
        audit(third).holds("photos", photos);
    }

    @Test
    void aRunOfOneBucketLeavesTheOthersAsTheyWere() {
        SyntheticBucket photos = bucket("photos", "a", "b");
        bucket("music", "x", "y");
        hub.configure("photos", "music");
        hub.backUp();
        photos.change("a");
        s3.bucket("music").change("x");
        s3.log().clear();

        RunRecord second = hub.run(new BackupMessage.Start(null, false, List.of("photos")));

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(second.message()).startsWith("photos is safe: 1 object (300 B) new or changed");
        Audit audit = audit(second).holds("photos", photos);
        assertThat(audit.keys("music", EntryState.KEPT)).containsExactlyInAnyOrder("x", "y");
        assertThat(s3.log().requests(request -> request.bucket().equals("music")))
                .isEmpty();
        assertThat(audit.certificate("music").listing().complete()).isFalse();
        assertThat(hub.backUp().totals().downloaded().objects()).isEqualTo(1);
    }

    @Test
    void aRunOfOneBucketHidesNoFailureOfAnother() {
        SyntheticBucket photos = bucket("photos", "a");
        bucket("music", "x");
        hub.configure("photos", "music");
        RunRecord first = hub.backUp();
        s3.removeBucket("music");
        photos.change("a");
        hub.backUp();
        photos.change("a");

        RunRecord third = hub.run(new BackupMessage.Start(null, false, List.of("photos")));

        assertThat(third.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(third.coversAllBuckets()).isFalse();
        RunRecord.BucketRecord music = record(third, "music");
        assertThat(music.outcome().leftOut()).isTrue();
        assertThat(music.result()).isEqualTo(RunResult.FAILED);
        assertThat(music.outcome().error()).contains("does not exist");
        Certificate.Bucket certified = audit(third).certificate("music");
        assertThat(certified.outcome().leftOut()).isTrue();
        assertThat(certified.outcome().result()).isEqualTo(RunResult.FAILED);
        BackupMessage.Status status =
                BusJson.decode(hub.request(Addresses.BACKUP_STATUS, new JsonObject()), BackupMessage.Status.class);
        assertThat(status.lastSuccess()).extracting(RunRecord::runId).isEqualTo(first.runId());
    }

    @Test
    void aRunOfOneBucketThatFailsSaysNothingOfTheOthers() {
        SyntheticBucket photos = bucket("photos", "a");
        bucket("music", "x");
        hub.configure("photos", "music");
        hub.backUp();
        photos.change("a");

        RunRecord second = hub.run(new BackupMessage.Start(null, false, List.of("photos")));

        assertThat(record(second, "music").result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record(second, "music").outcome().leftOut()).isTrue();
        photos.change("a");
        assertThat(record(hub.run(new BackupMessage.Start(null, false, List.of("photos"))), "music")
                        .result())
                .isEqualTo(RunResult.SUCCESS);
    }

    @Test
    void aRunOfAnUnconfiguredBucketIsRefused() {
        bucket("photos", "a");
        hub.configure("photos");

        assertThatThrownBy(() -> hub.run(new BackupMessage.Start(null, false, List.of("other"))))
                .hasMessageContaining("found other, allowed: photos");
    }

    @Test
    void everyBucketThatIsFoundIsCopiedWhenAskedFor() {
        SyntheticBucket photos = bucket("photos", "a");
        SyntheticBucket music = bucket("music", "x");
        hub.configure(new JsonObject().put("use_dynamic_buckets", true));

        RunRecord first = hub.backUp();

        audit(first).holds("photos", photos).holds("music", music);
    }

    @Test
    void aFoundBucketThatIsNotSeenAnyMoreIsKept() {
        bucket("photos", "a");
        SyntheticBucket music = bucket("music", "x");
        hub.configure(new JsonObject().put("use_dynamic_buckets", true));
        hub.backUp();
        s3.removeBucket("photos");
        music.change("x");

        RunRecord second = hub.backUp();

        assertThat(audit(second).holds("music", music).keys("photos", EntryState.KEPT))
                .containsExactly("a");
    }

    @Test
    void aServerThatNamesABucketOutsideOfTheDestinationIsNotFollowed() throws IOException {
        SyntheticBucket photos = bucket("photos", "a");
        bucket("../../../escaped", "a");
        bucket("..", "a");
        hub.configure(new JsonObject().put("use_dynamic_buckets", true));

        RunRecord run = hub.backUp();

        assertThat(audit(run).holds("photos", photos).buckets()).containsExactly("photos");
        try (var files = Files.walk(home)) {
            assertThat(files.filter(file -> file.toString().contains("escaped")))
                    .isEmpty();
        }
    }
}
