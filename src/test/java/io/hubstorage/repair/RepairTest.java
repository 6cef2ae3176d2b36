package io.hubstorage.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.fs.Trees;
import io.hubstorage.repair.RepairKit.Item;
import io.hubstorage.repair.RepairKit.Name;
import io.hubstorage.snapshot.DataLock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What one repair does with one damaged file, and leaves alone. */
final class RepairTest extends RepairCase {
    @Test
    void whatWasReplacedIsKeptWithALineThatSaysWhereItWas() throws IOException {
        List<String> snapshots = threeSnapshots();
        Path file = kit.file(snapshots.getFirst(), "a/1.jpg");
        Object damaged = RepairKit.inode(file);
        RepairKit.overwrite(file, "my edit".getBytes(StandardCharsets.UTF_8));
        kit.find();
        kit.repair();

        JsonObject line =
                new JsonObject(Files.readAllLines(kit.layout.quarantine().resolve("list.jsonl"))
                        .getFirst());
        Path kept = kit.layout.quarantine().resolve(line.getString("file"));
        assertThat(kept).hasContent("my edit");
        assertThat(RepairKit.inode(kept)).isEqualTo(damaged);
        assertThat(line.getString("path")).isEqualTo("a/1.jpg");
        assertThat(log(line.getString("snapshot")).getFirst().getString("quarantine"))
                .isEqualTo(line.getString("file"));
        assertThat(kept()).as("one for all three").hasSize(1);
    }

    /** Which may be a copy of a terabyte, where the disk has no further link for it: a backup would not wait for that. */
    @Test
    void whatIsReplacedIsKeptBeforeTheDataFolderIsTaken() throws IOException {
        List<String> snapshots = threeSnapshots();
        RepairKit.overwrite(kit.file(snapshots.getFirst(), "a/1.jpg"), "my edit".getBytes(StandardCharsets.UTF_8));
        kit.find();
        List<Boolean> taken = new ArrayList<>();
        kit.beat = () -> {
            try {
                if (!Files.isDirectory(kit.layout.quarantine())) {
                    taken.add(DataLock.holder(kit.layout).isPresent());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };

        kit.repair();

        assertThat(taken).isNotEmpty().containsOnly(false);
        assertThat(kept()).hasSize(1);
    }

    @Test
    void theQuarantineForgetsWhatIsOldAndTheOldestOfWhatIsTooMuch() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String each : List.of("one", "two", "three")) {
            files.add(Files.writeString(home.resolve(each), each));
        }
        Quarantine quarantine = Quarantine.open(kit.layout, RepairKit.NOW, 8);
        for (Path file : files) {
            quarantine.keep(file, BusJson.mapper().createObjectNode(), RepairKit.NOW);
        }
        assertThat(kept()).as("eight bytes are allowed").containsExactly("three", "two");

        Quarantine.open(kit.layout, RepairKit.NOW.plus(Quarantine.KEPT), Quarantine.MOST);
        assertThat(kept()).hasSize(2);
        Quarantine.open(kit.layout, RepairKit.NOW.plus(Quarantine.KEPT).plusSeconds(1), Quarantine.MOST);
        assertThat(kept()).isEmpty();
    }

    @Test
    void whatIsKeptUnderSeveralNamesTakesItsRoomOnce() throws IOException {
        Path rotten = Files.writeString(home.resolve("rotten"), "five!");
        Quarantine quarantine = Quarantine.open(kit.layout, RepairKit.NOW, 8);
        for (int i = 0; i < 3; i++) {
            quarantine.keep(rotten, BusJson.mapper().createObjectNode(), RepairKit.NOW);
        }
        assertThat(kept()).as("one file of five bytes").hasSize(3);

        Quarantine next = Quarantine.open(kit.layout, RepairKit.NOW, 8);
        next.keep(
                Files.writeString(home.resolve("other"), "four"),
                BusJson.mapper().createObjectNode(),
                RepairKit.NOW);
        assertThat(kept()).as("all names of the older one had to go").containsExactly("four");
    }

    private List<String> kept() throws IOException {
        List<String> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(kit.layout.quarantine())) {
            for (Path each : files) {
                if (!each.endsWith("list.jsonl")) {
                    kept.add(Files.readString(each));
                }
            }
        }
        return kept.stream().sorted().toList();
    }

    @Test
    void twoNamesOfASnapshotThatWereOneFileAreOneFileAgain() throws IOException {
        SortedMap<String, Item> photos = RepairKit.items();
        Item item = Item.of(bucket.add("a.jpg", 300));
        photos.put("a.jpg", item);
        photos.put("z/same.jpg", item);
        String first = kit.snapshot(1, photos);
        String second = kit.snapshot(2, photos);
        for (String snapshot : List.of(first, second)) {
            Path other = kit.file(snapshot, "z/same.jpg");
            Files.delete(other);
            Files.createLink(other, kit.file(first, "a.jpg"));
        }
        Map<String, String> shared = kit.shared();
        assertThat(shared.values()).containsOnly(first + "/s3/photos/a.jpg");
        RepairKit.rot(kit.file(first, "a.jpg"));
        // Whoever has looked has told of one name.
        kit.list.found(kit.damages().subList(0, 1));

        assertThat(kit.repair().names()).isEqualTo(4);
        assertThat(kit.damages()).isEmpty();
        assertThat(kit.shared()).isEqualTo(shared);
    }

    @Test
    void whatIsRightAgainIsTakenOffTheListAndNotTouched() {
        List<String> snapshots = threeSnapshots();
        Name name = kit.name(snapshots.getFirst(), "b.jpg");
        Object inode = RepairKit.inode(name.file(kit.layout));
        RepairKit.rot(name.file(kit.layout));
        kit.find();
        RepairKit.rot(name.file(kit.layout));

        RepairRecord.Outcome outcome = kit.repair();

        assertThat(outcome.sound().objects()).isEqualTo(1);
        assertThat(outcome.names()).isZero();
        assertThat(kit.listed()).isEmpty();
        assertThat(RepairKit.inode(name.file(kit.layout))).isEqualTo(inode);
    }

    @Test
    void damageOfASnapshotThatHasGoneIsTakenOffTheList() throws IOException {
        List<String> snapshots = threeSnapshots();
        RepairKit.rot(kit.file(snapshots.getFirst(), "b.jpg"));
        kit.find();
        Trees.delete(kit.data.resolve(snapshots.getFirst()));
        kit.names.removeIf(each -> each.snapshot().equals(snapshots.getFirst()));

        assertThat(kit.repair().names()).isEqualTo(2);
        assertThat(kit.listed()).isEmpty();
    }

    @Test
    void damageOfASnapshotThatCanBeHadBackStaysOnTheList() throws IOException {
        SortedMap<String, Item> photos = RepairKit.items("a.jpg", "only here");
        String snapshot = kit.snapshot(1, photos);
        RepairKit.rot(kit.file(snapshot, "a.jpg"));
        kit.find();
        Files.createDirectories(kit.layout.removedSnapshots());
        Files.move(kit.layout.snapshot(snapshot), kit.layout.removed(snapshot));

        assertThat(kit.repair().damaged().objects()).isZero();

        assertThat(kit.listed()).hasSize(1);
    }

    @Test
    void aMissingFolderOfAMarkerIsMadeAgain() throws IOException {
        SortedMap<String, Item> photos = RepairKit.items("empty/", "", "none", "");
        String snapshot = kit.snapshot(1, photos);
        Files.delete(kit.file(snapshot, "empty/"));
        Files.delete(kit.file(snapshot, "none"));
        kit.find();
        assertThat(kit.repair().repaired())
                .hasEntrySatisfying(
                        RepairPlan.Source.EMPTY,
                        two -> assertThat(two.objects()).isEqualTo(2));
        assertThat(Files.isDirectory(kit.file(snapshot, "empty/"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(kit.verify()).isEmpty();
        assertThat(Duration.between(
                        RepairKit.SAVED,
                        Files.getLastModifiedTime(kit.file(snapshot, "none")).toInstant()))
                .isZero();
    }
}
