package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.testkit.RequestKind;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Repairs beside backups, and what changes between the plan and its start. */
final class RepairBesideBackupsTest extends RepairCase {
    @Test
    void itWaitsForABackupAndRepairsWhatThatHasLinkedMeanwhile() throws Exception {
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a.jpg", Item.of(bucket.add("a.jpg", 300)));
        String first = kit.snapshot(1, photos);
        Object damaged = RepairKit.inode(kit.file(first, "a.jpg"));
        RepairKit.rot(kit.file(first, "a.jpg"));
        kit.find();
        AtomicInteger beats = new AtomicInteger();
        DataLock backup = DataLock.take(kit.layout, RepairKit.NOW);
        kit.beat = () -> {
            if (beats.incrementAndGet() == 40) {
                assertThat(RepairKit.inode(kit.file(first, "a.jpg"))).isEqualTo(damaged);
                kit.snapshot(2, photos);
                backup.close();
            }
        };

        assertThat(kit.repair().names()).isEqualTo(2);

        assertThat(beats.get()).isGreaterThan(40);
        assertThat(kit.damages()).isEmpty();
        assertThat(kit.shared().values()).containsOnly(first + "/s3/photos/a.jpg");
    }

    @Test
    void whatABackupHasLinkedWhileTheObjectCameIsRepairedToo() {
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a.jpg", Item.of(bucket.add("a.jpg", 300)));
        String first = kit.snapshot(1, photos);
        RepairKit.rot(kit.file(first, "a.jpg"));
        kit.find();
        kit.s3.onRequest(request -> request.kind() == RequestKind.GET, _ -> kit.snapshot(2, photos));

        assertThat(kit.repair().names()).isEqualTo(2);

        assertThat(kit.damages()).isEmpty();
        assertThat(kit.listed()).isEmpty();
        assertThat(kit.shared().values()).containsOnly(first + "/s3/photos/a.jpg");
    }

    @Test
    void itDoesNotWaitForABackupOfDaysAndSaysSo() throws Exception {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "b.jpg"));
        kit.find();
        try (DataLock _ = DataLock.take(kit.layout, RepairKit.NOW)) {
            assertThatThrownBy(() -> kit.repair()).hasMessageContaining("A backup is still under way: repair again");
        }
        assertThat(kit.listed()).hasSize(3);
        assertThat(kit.repair().names()).isEqualTo(3);
    }

    @Test
    void aDigestIsThatOfThePlanAndOfNoOther() {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "b.jpg"));
        kit.find();
        RepairPlan plan = kit.plan();
        assertThat(plan.damaged().objects()).isEqualTo(1);
        assertThat(plan.sources()).containsOnlyKeys(RepairPlan.Source.S3);
        assertThat(kit.plan().digest()).isEqualTo(plan.digest());
        RepairKit.rot(kit.file(snapshots.getFirst(), "a/1.jpg"));
        kit.find();

        RepairRecord refused = kit.job(plan.digest());
        assertThat(refused.result()).isEqualTo(RunResult.FAILED);
        assertThat(refused.message()).contains("has changed since the plan was made");
        assertThat(kit.damages()).hasSize(6);

        assertThat(kit.job(kit.plan().digest()).result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void aBackupBetweenThePlanAndItsStartLeavesWhatWasAgreedTo() {
        Map<String, SortedMap<String, Item>> all = Map.of(
                "photos", RepairKit.items("a.jpg", "the very bytes"),
                "documents", RepairKit.items("another name", "the very bytes"));
        String first = kit.snapshot(1, all);
        RepairKit.rot(kit.file(first, "a.jpg"));
        kit.find();
        RepairPlan plan = kit.plan();
        kit.snapshot(2, all);
        RepairPlan later = kit.plan();
        assertThat(later.items().getFirst().detail())
                .isNotEqualTo(plan.items().getFirst().detail());
        assertThat(later.digest()).isEqualTo(plan.digest());

        assertThat(kit.job(plan.digest()).result()).isEqualTo(RunResult.SUCCESS);

        assertThat(kit.damages()).isEmpty();
    }
}
