package io.hubstorage.retain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hubstorage.jobs.Cancellation;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.space.Freed;
import io.hubstorage.testkit.SmallDisk;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When and how what is in the trash is deleted for good. */
final class TrashEmptierTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final TrashEmptier.Speed FAST =
            new TrashEmptier.Speed(2, 1_000_000, Duration.ofMillis(1), Duration.ofMillis(1));

    @TempDir
    Path folder;

    @AutoClose
    private TrashKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new TrashKit(folder.toRealPath(), new JsonObject());
    }

    private void keepFree(int percent) throws IOException {
        kit.close();
        kit = new TrashKit(folder.toRealPath(), new JsonObject().put("min_free_percent", percent));
    }

    private TrashEmptier emptier(TrashEmptier.FreeShare free) {
        return kit.emptier(FAST, free, Optional::empty);
    }

    private TrashEmptier emptier() {
        return emptier(_ -> 100);
    }

    private static String[] files(int many) {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            files.add("dir%d/%03d".formatted(i % 3, i));
            files.add("text " + i);
        }
        return files.toArray(String[]::new);
    }

    @Test
    void onlyWhatIsOverIsDeletedAndWhatOthersShareWithItStays() throws Exception {
        String old = kit.snapshot(3, "a", "1", "dir/b", "2");
        String middle = kit.snapshot(2, "a", "1");
        String newest = kit.snapshot(1, "a", "1");
        SortedMap<String, String> kept = TrashKit.inodes(kit.layout.snapshot(newest));
        kit.remove(old, DAY);
        kit.advance(Duration.ofHours(1));
        kit.remove(middle, DAY);

        emptier().empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(2);

        kit.advance(Duration.ofHours(23));
        emptier().empty(new Cancellation());
        assertThat(kit.inTrash()).containsExactly(middle, middle + ".json");

        kit.advance(Duration.ofHours(1));
        emptier().empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
        assertThat(TrashKit.inodes(kit.layout.snapshot(newest))).isEqualTo(kept);
    }

    @Test
    void whileARunHoldsTheFolderNothingIsDeletedAndAfterwardsItGoesOn() throws Exception {
        String old = kit.snapshot(2, files(30));
        kit.snapshot(1, "a", "1");
        kit.remove(old, Duration.ZERO);
        TrashEmptier emptier = emptier();
        Cancellation stop = new Cancellation();
        Thread thread;
        try (DataLock _ = DataLock.take(kit.layout, TrashKit.NOW)) {
            thread = Thread.ofVirtual().start(() -> emptier.run(stop));
            await().until(() -> Files.exists(kit.layout.deleting(old)));
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            assertThat(TrashKit.inodes(kit.layout.deleting(old))).hasSizeGreaterThan(30);
        }
        await().until(() -> kit.inTrash().isEmpty());
        stop.request();
        thread.join();
    }

    @Test
    void whatWasStoppedInTheMiddleTheNextOneGoesOnWith() throws Exception {
        String old = kit.snapshot(2, files(30));
        kit.snapshot(1, "a", "1");
        kit.remove(old, Duration.ZERO);
        Cancellation stop = new Cancellation();
        Trash trash = kit.trash();
        Trash.Item item = trash.list().getFirst();
        assertThat(trash.expire(item, null)).isTrue();
        int[] files = {0};
        assertThatThrownBy(() -> trash.delete(item, () -> {
                    if (++files[0] == 10) {
                        throw new CancellationException("the service was stopped");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(TrashKit.inodes(kit.layout.deleting(old))).hasSizeGreaterThan(20);
        stop.request();
        assertThatThrownBy(() -> emptier().empty(stop)).isInstanceOf(CancellationException.class);

        emptier().empty(new Cancellation());

        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void onlyADiskThatIsTooFullMakesADeletionBeginEarlyAndItSaysSo() throws Exception {
        keepFree(10);
        String old = kit.snapshot(4, "a", "1");
        String next = kit.snapshot(3, "a", "2");
        String later = kit.snapshot(2, "a", "3");
        kit.snapshot(1, "a", "4");
        for (String each : List.of(old, next, later)) {
            kit.remove(each, DAY);
            kit.advance(Duration.ofMinutes(1));
        }
        emptier(_ -> 10).empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(3);

        Deque<Double> shares = new ArrayDeque<>(List.of(9.5, 9.9, 10.0));
        List<String> said = new ArrayList<>();
        TrashEmptier emptier = emptier(_ -> {
            said.addAll(kit.inTrash());
            return shares.removeFirst();
        });
        emptier.empty(new Cancellation());

        assertThat(shares).isEmpty();
        assertThat(kit.trash().list()).extracting(Trash.Item::snapshot).containsExactly(later);
        assertThat(said).contains(old, next, later);
    }

    @Test
    void aClockThatJumpsAheadTakesNothingFromTheTimeToUndo() throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        TrashEmptier emptier = emptier();
        emptier.empty(new Cancellation());
        kit.remove(old, DAY);

        kit.jump(Duration.ofDays(7));
        emptier.empty(new Cancellation());
        kit.advance(Duration.ofHours(23));
        emptier.empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(1);

        kit.advance(Duration.ofHours(1));
        emptier.empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void norDoesOneThatWasInThePastWhenTheSnapshotWasRemoved() throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.jump(Duration.ofDays(-20_000));
        TrashEmptier emptier = emptier();
        emptier.empty(new Cancellation());
        kit.remove(old, DAY);

        kit.jump(Duration.ofDays(20_000));
        emptier.empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(1);

        kit.advance(DAY);
        emptier.empty(new Cancellation());
        assertThat(kit.inTrash()).as("and it is not kept for ever").isEmpty();
    }

    @Test
    void aClockThatWentAheadAndBackCountsAsBefore() throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        TrashEmptier emptier = emptier();
        kit.remove(old, DAY);
        emptier.empty(new Cancellation());
        kit.jump(Duration.ofDays(20_000));
        emptier.empty(new Cancellation());
        kit.jump(Duration.ofDays(-20_000));
        emptier.empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(1);

        kit.advance(DAY);
        emptier.empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void aClockThatWasSetWhileNoProcessRanIsNoticedByTheNext() throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        emptier().empty(new Cancellation());

        kit.jump(Duration.ofDays(365));
        emptier().empty(new Cancellation());
        kit.advance(DAY.minusMinutes(1));
        emptier().empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(1);

        kit.advance(Duration.ofMinutes(1));
        emptier().empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
    }

    /** Nor can anybody tell whether it was off, or the clock was set. */
    @ParameterizedTest
    @CsvSource({"48, false", "12, true"})
    void daysInWhichTheMachineWasOffDoNotCountButANightDoes(int hours, boolean deleted) throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        emptier().empty(new Cancellation());

        kit.switchOff(Duration.ofHours(hours));
        emptier().empty(new Cancellation());
        kit.advance(Duration.ofHours(12));
        emptier().empty(new Cancellation());
        assertThat(kit.inTrash().isEmpty()).isEqualTo(deleted);

        kit.advance(Duration.ofHours(12));
        emptier().empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "{\"format\":1}", "{\"format\":1,\"boot\":\"first\",\"at\":\"x\"}"})
    void aDamagedNoteOfTheClockKeepsNothingForEver(String text) throws Exception {
        Files.writeString(kit.config.settings().configFolder().resolve("clock.json"), text);
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        emptier().empty(new Cancellation());
        kit.advance(DAY);

        emptier().empty(new Cancellation());

        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void whileThereIsADoubtOrNobodyCanTellNothingIsDeletedButForADiskThatIsTooFull() throws Exception {
        keepFree(10);
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        kit.advance(DAY);

        kit.emptier(FAST, _ -> 100, () -> Optional.of("an alarm is open")).empty(new Cancellation());
        kit.emptier(FAST, _ -> 100, () -> {
                    throw new IOException("Nobody says which alarms are open.");
                })
                .empty(new Cancellation());
        assertThat(kit.trash().list()).hasSize(1);

        kit.emptier(FAST, _ -> 9, () -> Optional.of("an alarm is open")).empty(new Cancellation());
        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void whatSomebodyPinnedWhenItWasRemovedIsNotDeleted() throws Exception {
        String old = kit.snapshot(2, "a", "1");
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        Files.createFile(Layout.pin(kit.layout.removed(old)));
        kit.advance(DAY);

        emptier().empty(new Cancellation());

        assertThat(kit.trash().list()).hasSize(1);
    }

    @Test
    void whatIsDeletedEarlySaysWhyAsLongAsItIsThere() throws Exception {
        keepFree(10);
        String old = kit.snapshot(2, files(10));
        kit.snapshot(1, "a", "1");
        kit.remove(old, DAY);
        Cancellation stop = new Cancellation();
        try (DataLock _ = DataLock.take(kit.layout, TrashKit.NOW)) {
            Thread thread = Thread.ofVirtual().start(() -> emptier(_ -> 3.25).run(stop));
            await().until(() -> Files.exists(kit.layout.removedSnapshots().resolve("deleting-" + old + ".json")));
            Trash.Item item = kit.trash().list().getFirst();
            assertThat(item.deleting()).isTrue();
            assertThat(item.note().shortened()).contains("3.3 % free", "10.0 % of retention.min_free_percent");
            stop.request();
            thread.join();
        }
        assertThat(kit.trash().list()).hasSize(1);
    }

    @Test
    void whatCannotBeDeletedKeepsNothingElseFromBeing() throws Exception {
        String old = kit.snapshot(3, "a", "1");
        String next = kit.snapshot(2, "a", "2");
        kit.snapshot(1, "a", "3");
        kit.remove(old, Duration.ZERO);
        kit.remove(next, Duration.ofSeconds(1));
        Files.createDirectories(kit.layout.deleting("hublink_20250101000000").resolve("s3"));
        kit.advance(DAY);

        emptier().empty(new Cancellation());

        assertThat(kit.inTrash()).isEmpty();
    }

    @Test
    void onAFullDiskSnapshotsCanBeRemovedAndBroughtBackAndDeletedAndAsMuchIsFreeAsWasForetold() throws Exception {
        Path data = folder.toRealPath().resolve("disk");
        try (SmallDisk disk = SmallDisk.mount(data, 4, 400)) {
            kit.close();
            kit = new TrashKit(folder.toRealPath(), data, new JsonObject());
            String large = "x".repeat(300_000);
            String old = kit.snapshot(3, "a", large, "dir/shared", "same", "tiny", "1");
            String middle = kit.snapshot(2, "a", large, "dir/shared", "same", "b", large + "y");
            String newest = kit.snapshot(1, "dir/shared", "same");
            Files.createDirectories(kit.layout.removedSnapshots());
            Files.createFile(kit.layout.lock());
            FileStore store = Files.getFileStore(data);
            disk.leave(0);
            SortedMap<String, String> before = TrashKit.inodes(kit.layout.snapshot(old));
            long foretold = Freed.of(kit.layout, List.of(old, middle)).bytes();

            kit.remove(old, DAY);
            kit.trash().undo(old);
            assertThat(TrashKit.inodes(kit.layout.snapshot(old))).isEqualTo(before);
            kit.remove(old, Duration.ZERO);
            kit.remove(middle, Duration.ZERO);
            long full = store.getUnallocatedSpace();
            kit.now.set(Instant.now().plus(Duration.ofDays(60)));
            emptier().empty(new Cancellation());

            assertThat(kit.inTrash()).isEmpty();
            assertThat(store.getUnallocatedSpace() - full).isEqualTo(foretold);
            assertThat(foretold).isGreaterThan(600_000);
            assertThat(kit.layout.snapshot(newest).resolve("s3/photos/dir/shared"))
                    .hasContent("same");
        }
    }
}
