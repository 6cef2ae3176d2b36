package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.SnapshotCopies;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a run reads of those before it. */
final class ManySnapshotsTest extends EngineTest {
    @Test
    void aRunReadsTheCertificateOfTheNewestSnapshotAndOfThoseThatABucketWasLastIn() throws IOException {
        SyntheticBucket photos = bucket("photos", "a", "b");
        SyntheticBucket music = bucket("music", "x", "y");
        hub.configure("photos", "music");
        hub.backUp();
        hub.stop();
        SnapshotCopies.before(new Layout(hub.data()), 20, Duration.ofHours(1));
        List<SnapshotInfo> newestFirst = hub.snapshots().list();
        for (int i = 0; i < newestFirst.size(); i++) {
            Layout layout = new Layout(hub.data());
            SnapshotInfo snapshot = newestFirst.get(i);
            // Music is in the two oldest alone; the newest and the older one of these can be read, no other.
            if (i < newestFirst.size() - 2) {
                io.hubstorage.fs.Trees.delete(snapshot.tree("music"));
            }
            if (i > 0 && i != newestFirst.size() - 2) {
                Files.writeString(Layout.certificate(layout.snapshot(snapshot.name())), "{");
            }
        }
        photos.change("a");
        try (LogCapture log = LogCapture.of("io.hubstorage.snapshot")) {
            RunRecord run = hub.backUp();

            assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(run.buckets())
                    .filteredOn(each -> each.bucket().equals("music"))
                    .singleElement()
                    .satisfies(
                            each -> assertThat(each.counts().linked().objects()).isEqualTo(2));
            audit(run).holds("photos", photos).holds("music", music);
            assertThat(log.lines("WARN")).isEmpty();
            assertThat(Objects.requireNonNull(run.snapshot()))
                    .isGreaterThan(newestFirst.getFirst().name());
        }
    }
}
