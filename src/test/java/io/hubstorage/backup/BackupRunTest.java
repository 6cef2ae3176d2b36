package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class BackupRunTest extends EngineTest {
    @Test
    void aFirstRunCopiesEveryObjectAndCertifiesIt() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(1_000, 700, "album-##/##.jpg"));
        hub.configure("photos");

        RunRecord run = hub.backUp();

        assertThat(run.message()).startsWith("photos is safe: 1,000 objects (684 KiB) new or changed");
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().downloaded()).isEqualTo(new Tally(1_000, 700_000));
        assertHolds(hub.files(run, "photos"), bucket);
        Certificate certificate =
                Objects.requireNonNull(hub.snapshots().newest().orElseThrow().certificate());
        assertThat(certificate.problems()).isEmpty();
        assertThat(certificate.buckets().getFirst().counts().listed()).isEqualTo(new Tally(1_000, 700_000));
    }

    @Test
    void anUnchangedBucketCostsOnlyListRequestsAndMakesNoNewFolder() throws IOException {
        s3.bucket("photos", SyntheticBucket.uniform(1_000, 700, "album-##/##.jpg"));
        hub.configure("photos");
        RunRecord first = hub.backUp();
        long getsBefore = s3.counts().gets();

        RunRecord second = hub.backUp();

        assertThat(second.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(second.newSnapshot()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(second.message()).contains("no changes").contains(Objects.requireNonNull(first.snapshot()));
        assertThat(s3.counts().gets()).isEqualTo(getsBefore);
        assertThat(hub.snapshots().list()).hasSize(1);
    }

    @Test
    void onlyWhatChangedIsDownloadedAndTheRestSharesItsInodes() throws IOException {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.uniform(1_000, 700, "album-##/##.jpg"));
        hub.configure("photos");
        RunRecord first = hub.backUp();
        List<String> keys = bucket.objects().map(SyntheticObject::key).toList();
        bucket.change(keys.get(10));
        bucket.change(keys.get(500));
        bucket.change(keys.get(999));

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).isTrue();
        assertThat(second.totals().downloaded().objects()).isEqualTo(3);
        assertThat(second.totals().linked().objects()).isEqualTo(997);
        assertHolds(hub.files(second, "photos"), bucket);
        long shared = 0;
        for (String key : keys) {
            if (inode(hub.files(first, "photos").resolve(key))
                    .equals(inode(hub.files(second, "photos").resolve(key)))) {
                shared++;
            }
        }
        assertThat(shared).isEqualTo(997);
    }

    private static void assertHolds(Path folder, SyntheticBucket bucket) {
        bucket.objects()
                .forEach(object -> assertThat(folder.resolve(object.key()))
                        .as(object.key())
                        .hasBinaryContent(object.body()));
    }
}
