package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.testkit.ChecksumKind;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Snapshots of the old tool: {@code aws s3 sync} into a folder, nothing else. */
final class LegacySnapshotTest extends EngineTest {
    private Path legacy(String bucket) {
        return hub.data().resolve("hublink_20250101120000/s3").resolve(bucket);
    }

    private void sync(Path folder, SyntheticObject object, byte[] body) throws IOException {
        Path file = folder.resolve(object.key());
        Files.createDirectories(file.getParent());
        Files.write(file, body);
        Files.setLastModifiedTime(file, FileTime.from(object.lastModified()));
    }

    private SyntheticBucket synced(String... keys) throws IOException {
        SyntheticBucket bucket = bucket("photos", keys);
        for (SyntheticObject object : bucket.objects().toList()) {
            sync(legacy("photos"), object, object.body());
        }
        return bucket;
    }

    @Test
    void filesThatSomebodyMayWriteToAreToldOnceARunWithTheirNumber() throws IOException {
        SyntheticBucket bucket = synced("a", "b/c", "z");
        hub.configure("photos");
        try (LogCapture log = LogCapture.of(BackupRun.class.getName())) {
            hub.backUp();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("not read-only"))
                    .singleElement()
                    .asString()
                    .startsWith("WARN 3 files");
            bucket.change("a");
            hub.backUp();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("2 files in the new snapshot"))
                    .hasSize(1);
        }
    }

    @Test
    void theFirstRunLinksWhatTheOldToolHadAndDownloadsNothing() throws IOException {
        SyntheticBucket bucket = synced("a", "b/c", "b/d/e", "z");
        Map<String, String> before = listing(legacy("photos"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.totals().linked()).isEqualTo(new Tally(4, 1_200));
        assertThat(gets()).isEmpty();
        Audit audit = audit(run).holds("photos", bucket);
        assertThat(inode(audit.file("photos", "b/c")))
                .isEqualTo(inode(legacy("photos").resolve("b/c")));
        assertThat(listing(legacy("photos"))).isEqualTo(before);
    }

    @Test
    void theRunAfterThatFindsNothingChanged() throws IOException {
        synced("a", "b");
        hub.configure("photos");
        RunRecord first = hub.backUp();

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
    }

    @Test
    void aFileWithTheRightSizeAndTimeButOtherContentIsDownloadedAgain() throws IOException {
        SyntheticBucket bucket = synced("a", "b", "c");
        sync(legacy("photos"), bucket.get("b"), new byte[300]);
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(gets()).isEqualTo(Map.of("b", 1L));
        assertThat(run.totals().linked().objects()).isEqualTo(2);
        assertThat(run.totals().downloaded().objects()).isEqualTo(1);
        audit(run).holds("photos", bucket);
        assertThat(legacy("photos").resolve("b")).hasBinaryContent(new byte[300]);
    }

    @Test
    void anEtagThatOnlyLooksLikeAnMd5CondemnsNoFile() throws IOException {
        SyntheticBucket bucket = synced("a", "b");
        bucket.objects().toList().forEach(object -> bucket.put(object.withKms()));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(gets()).isEmpty();
        Audit audit = audit(run).holds("photos", bucket);
        assertThat(audit.certificate().verified()).isEqualTo(Map.of("length", new Tally(2, 600)));
    }

    @Test
    void thenTheChecksumTellsWhetherTheFileIsTheOneListed() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", synced("a", "b").withChecksums(ChecksumKind.CRC64NVME));
        bucket.objects().toList().forEach(object -> bucket.put(object.withKms()));
        sync(legacy("photos"), bucket.get("b"), new byte[300]);
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(gets()).isEqualTo(Map.of("b", 1L));
        Audit audit = audit(run).holds("photos", bucket);
        assertThat(audit.certificate().verified()).isEqualTo(Map.of("crc64nvme", new Tally(2, 600)));
    }

    @Test
    void aFileOfAnotherTimeIsDownloadedAndOneGoneFromS3IsCarried() throws IOException {
        SyntheticBucket bucket = synced("a", "b", "gone");
        bucket.change("b");
        bucket.delete("gone");
        hub.configure(config(delete(false), "photos"));

        RunRecord run = hub.backUp();

        assertThat(gets()).isEqualTo(Map.of("b", 1L));
        assertThat(audit(run).keys("photos", EntryState.CARRIED)).containsExactly("gone");
    }

    @Test
    void aBucketThatFailsIsKeptFromTheOldToolsSnapshot() throws IOException {
        synced("a", "b");
        SyntheticBucket music = bucket("music", "x");
        s3.removeBucket("photos");
        hub.configure("photos", "music");

        RunRecord run = hub.backUp();

        assertThat(audit(run).holds("music", music).keys("photos", EntryState.KEPT))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void theNewestOfSeveralOldSnapshotsIsTaken() throws IOException {
        SyntheticBucket bucket = synced("a", "b");
        Path older = hub.data().resolve("hublink_20240101120000/s3/photos");
        for (String key : List.of("a", "b")) {
            sync(older, bucket.get(key), new byte[300]);
        }
        hub.configure("photos");

        hub.backUp();

        assertThat(gets()).isEmpty();
    }

    @Test
    void aDryRunOverAnOldSnapshotTellsThatNothingWouldBeDownloaded() throws IOException {
        synced("a", "b");
        hub.configure("photos");
        Map<String, String> before = listing(hub.data());

        assertThat(hub.dryRun().totals().linked().objects()).isEqualTo(2);
        assertThat(listing(hub.data())).isEqualTo(before);
    }
}
