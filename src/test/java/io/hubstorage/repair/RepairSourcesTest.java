package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.verify.scrub.Damage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Where the bytes of a damaged file come from, and which are not believed. */
final class RepairSourcesTest extends RepairCase {
    @Test
    void aFileThatSeveralSnapshotsShareIsFetchedOnceAndSharedAgain() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path file = kit.file(snapshots.getFirst(), "a/1.jpg");
        Object good = RepairKit.inode(kit.file(snapshots.getFirst(), "b.jpg"));
        Object damaged = RepairKit.inode(file);
        RepairKit.rot(file);
        String rotten = RepairKit.sha256(Files.readAllBytes(file));
        kit.find();
        assertThat(kit.listed()).hasSize(3);

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(outcome.repaired())
                .hasEntrySatisfying(
                        RepairPlan.Source.S3, one -> assertThat(one.objects()).isEqualTo(1));
        assertThat(outcome.names()).isEqualTo(3);
        assertThat(kit.s3.requestsFor("a/1.jpg")).hasSize(1);
        assertThat(kit.damages()).isEmpty();
        Object now = RepairKit.inode(file);
        assertThat(now).isNotEqualTo(damaged);
        for (String snapshot : snapshots) {
            Path each = kit.file(snapshot, "a/1.jpg");
            assertThat(RepairKit.inode(each)).isEqualTo(now);
            assertThat(Files.getLastModifiedTime(each))
                    .isEqualTo(
                            FileTime.from(kit.name(snapshot, "a/1.jpg").item().modified()));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("r--r--r--");
            assertThat(RepairKit.inode(kit.file(snapshot, "b.jpg"))).isEqualTo(good);
            JsonObject line = log(snapshot).getFirst();
            assertThat(log(snapshot)).hasSize(1);
            assertThat(line.getString("key")).isEqualTo("a/1.jpg");
            assertThat(line.getString("source")).isEqualTo("s3");
            assertThat(line.getString("from")).isEqualTo("s3://photos/a/1.jpg");
            assertThat(line.getString("found_sha256")).isEqualTo(rotten);
            assertThat(line.getString("at")).isEqualTo(RepairKit.NOW.toString());
        }
        assertThat(kit.verify()).isEmpty();
    }

    @Test
    void aFileThatIsMissingInOneSnapshotIsLinkedToWhatTheOthersHave() throws IOException {
        List<String> snapshots = threeSnapshots();
        Files.delete(kit.file(snapshots.get(1), "a/1.jpg"));
        Files.delete(kit.file(snapshots.get(1), "a/1.jpg").getParent());
        kit.find();
        RepairRecord.Outcome outcome = kit.repair();

        assertThat(outcome.repaired()).containsOnlyKeys(RepairPlan.Source.TWIN);
        assertThat(kit.s3.log().requests(_ -> true)).isEmpty();
        assertThat(RepairKit.inode(kit.file(snapshots.get(1), "a/1.jpg")))
                .isEqualTo(RepairKit.inode(kit.file(snapshots.get(0), "a/1.jpg")));
        assertThat(kit.verify()).isEmpty();
    }

    @Test
    void aTwinOfAnotherBucketIsCopiedAndKeepsItsOwnTime() {
        SortedMap<String, Item> photos = RepairKit.items("gone from S3", "the very bytes");
        SortedMap<String, Item> documents = RepairKit.items();
        documents.put(
                "another name", new Item("the very bytes".getBytes(StandardCharsets.UTF_8), RepairKit.NOW, null, null));
        String snapshot = kit.snapshot(1, Map.of("photos", photos, "documents", documents));
        Map<String, String> shared = kit.shared();
        RepairKit.rot(kit.file(snapshot, "gone from S3"));
        kit.find();

        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.TWIN);
        assertThat(kit.damages()).isEmpty();
        assertThat(kit.shared()).isEqualTo(shared);
    }

    @Test
    void aTwinThatIsDamagedTooIsFoundOutAndCountsForNothing() {
        SortedMap<String, Item> photos = RepairKit.items();
        SyntheticObject object = bucket.add("a.jpg", 300);
        photos.put("a.jpg", Item.of(object));
        photos.put("b.jpg", new Item(object.body(), RepairKit.NOW, null, null));
        String snapshot = kit.snapshot(1, photos);
        RepairKit.rot(kit.file(snapshot, "a.jpg"));
        kit.find();
        RepairKit.rot(kit.file(snapshot, "b.jpg"));

        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.S3);
        assertThat(kit.listed()).extracting(Damage::key).containsExactly("b.jpg");
        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.TWIN);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void anObjectThatIsAnotherByNowIsRefusedAndNamed() {
        List<String> snapshots = threeSnapshots();
        Map<String, String> proof = kit.proof();
        RepairKit.rot(kit.file(snapshots.getFirst(), "a/1.jpg"));
        kit.find();
        SyntheticObject before = bucket.get("a/1.jpg");
        // A server may give the same ETag to other bytes.
        bucket.put(bucket.change("a/1.jpg").withEtag(before.etag()));
        Object damaged = RepairKit.inode(kit.file(snapshots.getFirst(), "a/1.jpg"));

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(only(outcome))
                .contains("s3://photos/a/1.jpg is another object")
                .contains(bucket.get("a/1.jpg").sha256());
        assertThat(outcome.lostFiles().getFirst().snapshots()).containsExactlyElementsOf(snapshots.reversed());
        assertThat(RepairKit.inode(kit.file(snapshots.getFirst(), "a/1.jpg"))).isEqualTo(damaged);
        assertThat(kit.listed()).as("stays on the list").hasSize(3);
        assertThat(kit.proof()).isEqualTo(proof);
        assertThat(kit.data.resolve(snapshots.getFirst()).resolve("repairs.jsonl"))
                .doesNotExist();

        bucket.change("a/1.jpg");
        assertThat(only(kit.repair())).contains("has changed");
        assertThat(kit.plan().lost().objects()).isEqualTo(1);
    }

    @Test
    void anEarlierVersionIsAskedForByItsId() {
        SyntheticObject first = bucket.add("a.jpg", 500).withMetadata(Map.of("x-amz-version-id", "one"), Map.of());
        bucket.put(first);
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("a.jpg", Item.of(first));
        String snapshot = kit.snapshot(1, photos);
        bucket.change("a.jpg");
        RepairKit.rot(kit.file(snapshot, "a.jpg"));
        kit.find();

        RepairPlan plan = kit.plan();
        assertThat(plan.items().getFirst().detail()).isEqualTo("s3://photos/a.jpg, version one");
        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.S3);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void aLargeBodyThatBreaksOffIsGoneOnWith() {
        SortedMap<String, Item> photos = RepairKit.items();
        photos.put("large", Item.of(bucket.add("large", 3 << 20)));
        String snapshot = kit.snapshot(1, photos);
        RepairKit.rot(kit.file(snapshot, "large"));
        kit.find();
        kit.s3.faults().when(RequestKind.GET).times(2).then(Fault.resetAt(0.5));

        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.S3);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void whenS3IsDownWhatNeedsItIsNamedAndTheRestIsRepaired() {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "a/1.jpg"));
        RepairKit.overwrite(kit.file(snapshots.getFirst(), "b.jpg"), new byte[0]);
        SortedMap<String, Item> missing = RepairKit.items("c", "here and there");
        String older = kit.snapshot(0, Map.of("documents", missing));
        String newer = kit.snapshot(4, Map.of("documents", missing));
        assertThat(kit.file(older, "c").toFile().delete()).isTrue();
        kit.find();
        kit.s3.down();

        RepairRecord record = kit.job(null);

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.outcome().lost().objects()).isEqualTo(2);
        assertThat(record.outcome().lostFiles())
                .allSatisfy(
                        each -> assertThat(each.detail()).contains("No other file of the data folder has its content"));
        assertThat(RepairKit.inode(kit.file(older, "c"))).isEqualTo(RepairKit.inode(kit.file(newer, "c")));

        kit.s3.up();
        assertThat(kit.job(null).result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void whatAManifestSaysThatIsNotTheCertifiedOneIsNotBelieved() throws IOException {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "b.jpg"));
        kit.find();
        for (String snapshot : snapshots) {
            Path manifest = kit.data.resolve(snapshot).resolve("manifest/photos.jsonl.zst");
            byte[] bytes = Files.readAllBytes(manifest);
            Files.write(manifest, Arrays.copyOf(bytes, bytes.length + 1));
        }
        assertThat(only(kit.repair())).contains("not the one that the certificate was made for");
    }
}
