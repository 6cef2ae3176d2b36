package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.verify.scrub.Damage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is in a repair's way: links, folders, other users, full and failing disks. */
final class RepairObstaclesTest extends RepairCase {
    @Test
    void symbolicLinksInTheWayAreNeitherFollowedNorRemoved() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path outside = Files.createDirectories(home.resolve("outside"));
        Path parent = kit.file(snapshots.getFirst(), "a/1.jpg").getParent();
        Files.delete(kit.file(snapshots.getFirst(), "a/1.jpg"));
        Files.delete(parent);
        Files.createSymbolicLink(parent, outside);
        kit.find();

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(only(outcome)).contains("A symbolic link stands where a folder should be");
        assertThat(outside).isEmptyDirectory();
        assertThat(parent).isSymbolicLink();

        Files.delete(parent);
        assertThat(kit.repair().names()).isEqualTo(1);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void aLinkInThePlaceOfAFileIsReplacedAndItsTargetStays() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path target = Files.writeString(home.resolve("mine"), "mine");
        Path file = kit.file(snapshots.getFirst(), "b.jpg");
        Files.delete(file);
        Files.createSymbolicLink(file, target);
        kit.find();
        assertThat(kit.listed()).extracting(Damage::kind).containsExactly(Damage.Kind.NOT_A_FILE);

        assertThat(kit.repair().repaired()).containsOnlyKeys(RepairPlan.Source.TWIN);

        assertThat(kit.damages()).isEmpty();
        assertThat(target).hasContent("mine");
        assertThat(Files.isSymbolicLink(kit.layout
                        .quarantine()
                        .resolve(log(snapshots.getFirst()).getFirst().getString("quarantine"))))
                .isTrue();
    }

    @Test
    void aFolderInThePlaceOfAFileIsReplacedOnlyWhenItIsEmpty() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path file = kit.file(snapshots.getFirst(), "b.jpg");
        Files.delete(file);
        Path mine = Files.writeString(Files.createDirectories(file).resolve("mine"), "mine");
        kit.find();
        RepairRecord.Outcome outcome = kit.repair();
        assertThat(outcome.lostFiles().getFirst().detail()).contains("A folder that is not empty stands there");
        assertThat(mine).hasContent("mine");
        assertThat(kit.data.resolve(snapshots.getFirst()).resolve("repairs.jsonl"))
                .as("nothing was done")
                .doesNotExist();

        Files.delete(mine);
        assertThat(kit.repair().names()).isEqualTo(1);
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    void nothingIsBegunWhereOurOwnFolderIsALink() throws IOException {
        threeSnapshots();
        Path outside = Files.createDirectories(home.resolve("outside"));
        Files.createDirectories(kit.layout.hub());
        Files.createSymbolicLink(kit.layout.quarantine(), outside);
        assertThatThrownBy(() -> kit.job(null)).hasMessageContaining("is a symbolic link");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aDiskThatTakesNoWritesIsNotTriedForEachFile() throws IOException {
        SortedMap<String, Item> photos = RepairKit.items();
        for (int i = 0; i < FileRepair.MOST_UNWRITTEN + 2; i++) {
            photos.put(i + ".jpg", Item.of(bucket.add(i + ".jpg", 300)));
        }
        String snapshot = kit.snapshot(1, photos);
        photos.keySet().forEach(key -> RepairKit.rot(kit.file(snapshot, key)));
        kit.find();
        Path mine = Files.writeString(home.resolve("mine"), "mine");
        // What is done there cannot be written down, and so not done.
        Files.createSymbolicLink(kit.data.resolve(snapshot).resolve("repairs.jsonl"), mine);

        RepairRecord record = kit.job(null);

        assertThat(record.result()).isEqualTo(RunResult.FAILED);
        assertThat(record.message()).startsWith("5 files in a row could not be written");
        assertThat(record.outcome().lost().objects()).isEqualTo(FileRepair.MOST_UNWRITTEN);
        assertThat(kit.listed()).hasSize(photos.size());
        assertThat(mine).hasContent("mine");
    }

    @Test
    void nobodyElseThanTheOwnerOfTheDataFolderRepairsThere() throws IOException {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "b.jpg"));
        kit.find();
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0,
                "only root can give a folder away");
        Files.setAttribute(kit.layout.hub(), "unix:uid", 1);
        String owner = Files.getOwner(kit.layout.hub()).getName();
        assumeTrue(!owner.equals("1"), "nobody has that name here");

        assertThatThrownBy(() -> kit.job(null))
                .hasMessage("The data folder belongs to %s: run the repair as that user.", owner);

        assertThat(kit.layout.repairs()).doesNotExist();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
    void whatCannotBeLinkedIsCopiedAndTheCopyIsReadToo() throws Exception {
        try (SmallDisk _ = SmallDisk.mount(home.toRealPath().resolve("small"), 1, 100);
                Staging staging = Staging.open(kit.layout, RepairKit.NOW)) {
            Path far = Files.writeString(home.toRealPath().resolve("small/file"), "the very bytes");
            Path near = Files.writeString(home.resolve("file"), "the very bytes");
            String sha256 = RepairKit.sha256("the very bytes".getBytes(StandardCharsets.UTF_8));
            assertThat(staging.canLink(near)).isTrue();
            assertThat(staging.canLink(far)).isFalse();
            assertThat(RepairKit.inode(staging.link(near, sha256))).isEqualTo(RepairKit.inode(near));
            assertThat(staging.link(far, sha256)).hasContent("the very bytes");
            assertThatThrownBy(() -> staging.link(far, sha256.replace(sha256.charAt(0), '-')))
                    .hasMessageContaining("is not what was read");
        }
    }

    @Test
    void whatSomebodyElseHasPutThereSinceIsLeftAlone() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path file = kit.file(snapshots.getFirst(), "a/1.jpg");
        RepairKit.rot(file);
        kit.find();
        Path other = kit.file(snapshots.getLast(), "a/1.jpg");
        // Between the look and the replacement.
        kit.s3.onRequest(request -> request.kind() == RequestKind.GET, _ -> {
            try {
                Files.delete(other);
                Files.writeString(other, "somebody's");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(only(outcome)).contains("Somebody has put another file there meanwhile");
        assertThat(outcome.names()).isEqualTo(2);
        assertThat(other).hasContent("somebody's");
        assertThat(kit.listed()).extracting(Damage::snapshot).containsExactly(snapshots.getLast());
        assertThat(kit.repair().names()).isEqualTo(1);
        assertThat(kit.shared().values()).contains(snapshots.getFirst() + "/s3/photos/a/1.jpg");
        assertThat(kit.damages()).isEmpty();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
    void onAFullDiskNothingIsReplacedAndWithRoomTheRepairIsDone() throws IOException {
        kit.close();
        try (SmallDisk disk = SmallDisk.mount(home.toRealPath().resolve("small"), 16, 2_000)) {
            use(new RepairKit(home.toRealPath(), home.toRealPath().resolve("small/data"), new JsonObject()));
            SortedMap<String, Item> photos = RepairKit.items();
            photos.put("a.jpg", Item.of(bucket.add("a.jpg", 1 << 20)));
            String snapshot = kit.snapshot(1, photos);
            Map<String, String> proof = kit.proof();
            RepairKit.rot(kit.file(snapshot, "a.jpg"));
            Object damaged = RepairKit.inode(kit.file(snapshot, "a.jpg"));
            kit.find();
            Files.createDirectories(kit.layout.repairs());
            disk.leave(20);

            RepairRecord record = kit.job(null);

            assertThat(record.result()).isEqualTo(RunResult.FAILED);
            assertThat(record.message()).contains("disk").contains("full");
            assertThat(kit.s3.requestsFor("a.jpg")).as("fetched for nothing").isEmpty();
            assertThat(RepairKit.inode(kit.file(snapshot, "a.jpg"))).isEqualTo(damaged);
            assertThat(kit.proof()).isEqualTo(proof);

            disk.free();
            assertThat(kit.job(null).result()).isEqualTo(RunResult.SUCCESS);
            assertThat(kit.damages()).isEmpty();
            kit.close();
            kit = new RepairKit(Files.createDirectories(home.resolve("other")));
        }
    }
}
