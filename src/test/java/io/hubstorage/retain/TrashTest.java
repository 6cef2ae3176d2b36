package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How snapshots go into the trash, come back and are deleted, wherever the process ends. */
final class TrashTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path folder;

    @AutoClose
    private TrashKit kit;

    private String old;
    private String middle;
    private String newest;

    @BeforeEach
    void open() throws IOException {
        kit = new TrashKit(folder.toRealPath(), new JsonObject());
        old = kit.snapshot(3, "a", "1", "dir/b", "2", "dir/gone", "3");
        middle = kit.snapshot(2, "a", "1", "dir/b", "22");
        newest = kit.snapshot(1, "a", "1", "dir/b", "22", "c", "4");
    }

    /** The process ends here. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** One that ends the process before its step of that number. */
    private Trash killedAt(int step) {
        int[] left = {step};
        return new Trash(kit.layout, kit.clock, () -> {
            if (left[0]-- == 0) {
                throw new Killed();
            }
        });
    }

    @FunctionalInterface
    private interface Doing {
        void with(Trash trash) throws Exception;
    }

    /** Whether it came to its end before that step. */
    private boolean ends(int step, Doing doing) throws Exception {
        try {
            doing.with(killedAt(step));
            return true;
        } catch (Killed e) {
            return false;
        }
    }

    @Test
    void whatWasRemovedIsWholeInTheTrashAndComesBackAsTheVeryFiles() throws Exception {
        SortedMap<String, String> before = TrashKit.inodes(kit.layout.snapshot(old));
        SortedMap<String, String> others = TrashKit.inodes(kit.layout.snapshot(middle));

        kit.remove(old, DAY);

        assertThat(kit.inTrash()).containsExactly(old, old + ".json");
        assertThat(TrashKit.inodes(kit.layout.removed(old))).isEqualTo(before);
        assertThat(kit.trash().list()).containsExactly(new Trash.Item(old, false, kit.note(DAY)));

        kit.trash().undo(old);

        assertThat(TrashKit.inodes(kit.layout.snapshot(old))).isEqualTo(before);
        assertThat(TrashKit.inodes(kit.layout.snapshot(middle))).isEqualTo(others);
        assertThat(kit.snapshots()).containsExactly(newest, middle, old);
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void aRemovalThatIsKilledAnywhereLeavesTheWholeSnapshotHereOrThere() throws Exception {
        SortedMap<String, String> before = TrashKit.inodes(kit.layout.snapshot(old));
        boolean ended = false;
        for (int step = 0; !ended; step++) {
            ended = ends(step, trash -> trash.remove(old, kit.note(DAY)));

            kit.trash().settle();
            boolean here = Files.exists(kit.layout.snapshot(old));
            assertThat(TrashKit.inodes(here ? kit.layout.snapshot(old) : kit.layout.removed(old)))
                    .isEqualTo(before);
            assertThat(kit.inTrash()).isEqualTo(here ? List.of() : List.of(old, old + ".json"));
            if (!here) {
                kit.trash().undo(old);
            }
        }
    }

    @Test
    void anUndoThatIsKilledAnywhereLeavesTheWholeSnapshotHereOrThere() throws Exception {
        SortedMap<String, String> before = TrashKit.inodes(kit.layout.snapshot(old));
        boolean ended = false;
        for (int step = 0; !ended; step++) {
            kit.remove(old, DAY);
            ended = ends(step, trash -> trash.undo(old));

            kit.trash().settle();
            boolean here = Files.exists(kit.layout.snapshot(old));
            assertThat(TrashKit.inodes(here ? kit.layout.snapshot(old) : kit.layout.removed(old)))
                    .isEqualTo(before);
            assertThat(kit.inTrash()).isEqualTo(here ? List.of() : List.of(old, old + ".json"));
            if (!here) {
                kit.trash().undo(old);
            }
        }
    }

    @Test
    void aDeletionThatIsKilledAnywhereGoesOnAndUntilItBeginsTheSnapshotCanBeHadBack() throws Exception {
        SortedMap<String, String> whole = TrashKit.inodes(kit.layout.snapshot(old));
        boolean ended = false;
        int undone = 0;
        int rests = 0;
        for (int step = 0; !ended; step++) {
            kit.remove(old, DAY);
            Trash.Item item = kit.trash().list().getFirst();
            ended = ends(step, trash -> {
                trash.expire(item, "no room");
                trash.delete(item, () -> {});
            });

            kit.trash().settle();
            assertThat(kit.layout.snapshot(old)).doesNotExist();
            List<Trash.Item> left = kit.trash().list();
            if (!left.isEmpty() && !left.getFirst().deleting()) {
                kit.trash().undo(old);
                undone++;
            } else {
                assertThatThrownBy(() -> kit.trash().undo(old)).isInstanceOf(Trash.RefusedException.class);
                rests += left.size();
                for (Trash.Item rest : left) {
                    kit.trash().delete(rest, () -> {});
                }
                // As it was, for the next round.
                assertThat(kit.inTrash()).isEmpty();
                kit.snapshot(3, "a", "1", "dir/b", "2", "dir/gone", "3");
                whole = TrashKit.inodes(kit.layout.snapshot(old));
            }
            assertThat(TrashKit.inodes(kit.layout.snapshot(old))).isEqualTo(whole);
            assertThat(Files.readString(kit.layout.snapshot(middle).resolve("s3/photos/a")))
                    .isEqualTo("1");
        }
        assertThat(undone).isPositive();
        assertThat(rests).isGreaterThan(5);
    }

    @Test
    void whatARunCouldBuildOnStaysWhoeverAsks() throws Exception {
        String apart = kit.snapshot(TrashKit.NOW.minus(Duration.ofDays(4)), "docs", "x", "1");
        new Snapshots(kit.layout).find(middle).orElseThrow().pin(true);
        Files.createDirectories(kit.layout.snapshot("hublink_20240101000000").resolve("s3/photos"));

        assertThatThrownBy(() -> kit.remove(newest, DAY)).hasMessageContaining("is the newest");
        assertThatThrownBy(() -> kit.remove(middle, DAY)).hasMessageContaining("is pinned");
        assertThatThrownBy(() -> kit.remove(apart, DAY)).hasMessageContaining("the last copy of docs");
        assertThatThrownBy(() -> kit.remove("hublink_20240101000000", DAY)).hasMessageContaining("the old tool");
        for (String none : List.of("hublink_20200101000000", "../data", "", ".hubstorage", old + "/s3")) {
            assertThatThrownBy(() -> kit.remove(none, DAY))
                    .as(none)
                    .isInstanceOf(Trash.RefusedException.class)
                    .hasMessageContaining("There is no snapshot");
            assertThatThrownBy(() -> kit.trash().undo(none)).as(none).isInstanceOf(Trash.RefusedException.class);
        }
        assertThat(kit.snapshots()).hasSize(5);
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void anUndoIsRefusedWhereThereIsASnapshotOfThatNameAgain() throws Exception {
        kit.remove(old, DAY);
        kit.snapshot(3, "a", "another");
        SortedMap<String, String> removed = TrashKit.inodes(kit.layout.removed(old));
        SortedMap<String, String> there = TrashKit.inodes(kit.layout.snapshot(old));

        assertThatThrownBy(() -> kit.trash().undo(old))
                .isInstanceOf(Trash.RefusedException.class)
                .hasMessageContaining("There is a snapshot " + old + " again");
        assertThatThrownBy(() -> kit.remove(old, DAY)).hasMessageContaining("in the trash already");

        assertThat(TrashKit.inodes(kit.layout.removed(old))).isEqualTo(removed);
        assertThat(TrashKit.inodes(kit.layout.snapshot(old))).isEqualTo(there);
    }

    @Test
    void besideARunNothingGoesAndNothingComesBack() throws Exception {
        kit.remove(old, DAY);
        try (DataLock _ = DataLock.take(kit.layout, TrashKit.NOW)) {
            assertThatThrownBy(() -> kit.remove(middle, DAY)).isInstanceOf(DataLock.HeldException.class);
            assertThatThrownBy(() -> kit.trash().undo(old)).isInstanceOf(DataLock.HeldException.class);
            kit.trash().settle();
        }
        assertThat(kit.snapshots()).containsExactly(newest, middle);
        assertThat(kit.inTrash()).containsExactly(old, old + ".json");
    }

    @Test
    void withoutANoteOrWithATornOneASnapshotCanStillBeHadBack() throws Exception {
        kit.remove(old, DAY);
        kit.remove(middle, DAY);
        Files.delete(kit.layout.removedSnapshots().resolve(old + ".json"));
        Files.writeString(kit.layout.removedSnapshots().resolve(middle + ".json"), "{\"removed_at\": ");

        kit.trash().settle();
        List<Trash.Item> items = kit.trash().list();

        assertThat(items).extracting(Trash.Item::snapshot).containsExactly(middle, old);
        assertThat(items)
                .allSatisfy(item -> assertThat(item.until(DAY))
                        .as("its time begins when its folder was renamed")
                        .isEqualTo(item.note().removedAt().plus(DAY)));
        kit.trash().undo(old);
        kit.trash().undo(middle);
        assertThat(kit.snapshots()).hasSize(3);
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void aLinkInThePlaceOfTheTrashIsNotFollowed() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createDirectories(kit.layout.hub());
        Files.createSymbolicLink(kit.layout.removedSnapshots(), elsewhere);

        assertThatThrownBy(() -> kit.remove(old, DAY)).hasMessageContaining("is a symbolic link");

        assertThat(elsewhere).isEmptyDirectory();
        assertThat(kit.snapshots()).contains(old);
        assertThat(kit.trash().list()).isEmpty();
    }

    @Test
    void whatIsNotASnapshotsInTheTrashIsLeftAlone() throws Exception {
        Path staging = Files.createDirectories(kit.layout.removedSnapshots().resolve("staging-20260101000000/x"));
        Files.writeString(kit.layout.removedSnapshots().resolve("notes.json"), "{}");

        kit.trash().settle();

        assertThat(kit.trash().list()).isEmpty();
        assertThat(staging).exists();
        assertThat(kit.inTrash()).contains("notes.json");
        assertThat(new Snapshots(kit.layout).newest().map(SnapshotInfo::name)).contains(newest);
        assertThat(Layout.DELETING_PREFIX).doesNotStartWith(Layout.SNAPSHOT_PREFIX);
    }
}
