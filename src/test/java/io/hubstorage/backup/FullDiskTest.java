package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SmallDisk;
import io.hubstorage.testkit.SyntheticBucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Writes that really fail because the disk is full: wherever that happens, nothing old is harmed and the work goes on later. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the small disk is a tmpfs")
final class FullDiskTest extends EngineTest {
    private static final int INODES = 2_000;

    private SmallDisk disk;
    private SyntheticBucket bucket;
    private Path older;
    private Map<String, String> olderFiles;

    /** How far a run came that found no room. */
    private enum Broke {
        BEFORE_ANY_DOWNLOAD,
        AMONG_THE_DOWNLOADS,
        IN_THE_COMMIT
    }

    @BeforeEach
    void anOlderSnapshot() throws IOException {
        disk = SmallDisk.mount(hub.data(), 24, INODES);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(10, 3_000, "old-#"));
        hub.configure("photos");
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        older = hub.data().resolve(Objects.requireNonNull(run.snapshot()));
        olderFiles = listing(older);
    }

    @AfterEach
    void unmount() {
        hub.close();
        if (disk != null) {
            disk.close();
        }
    }

    private RunRecord runsOutOfRoom() throws IOException {
        int snapshots = hub.snapshots().list().size();
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.FAILED);
        assertThat(run.message())
                .contains("Make room or use a larger disk")
                .contains("what was downloaded is kept and every earlier snapshot is untouched");
        assertThat(listing(older)).isEqualTo(olderFiles);
        assertThat(hub.snapshots().list()).hasSize(snapshots);
        return run;
    }

    private RunRecord goesOnWithRoom() throws IOException {
        Set<String> downloaded = downloaded();
        disk.free();
        s3.faults().clear();
        s3.log().clear();
        RunRecord run = hub.backUp();
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
        assertThat(gets().keySet().stream().filter(downloaded::contains))
                .as("downloaded again")
                .isEmpty();
        assertThat(listing(older)).isEqualTo(olderFiles);
        assertThat(hub.data().resolve(".hubstorage/staging")).isEmptyDirectory();
        return run;
    }

    /** The keys that a change log names as downloaded. */
    private Set<String> downloaded() throws IOException {
        Set<String> keys = new TreeSet<>();
        for (Path file : logs()) {
            try (ChangeLog.Reader log = new ChangeLog.Reader(file)) {
                for (ManifestEntry entry = log.nextDownload(); entry != null; entry = log.nextDownload()) {
                    keys.add(entry.key());
                }
            }
        }
        return keys;
    }

    private List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.walk(hub.data().resolve(".hubstorage/journal"))) {
            return files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
    }

    private Broke broke() throws IOException {
        if (Traces.assembled(new Layout(hub.data()))) {
            return Broke.IN_THE_COMMIT;
        }
        return downloaded().isEmpty() ? Broke.BEFORE_ANY_DOWNLOAD : Broke.AMONG_THE_DOWNLOADS;
    }

    /** With more and more room, until it is enough. */
    private void sweep(IntConsumer leave) throws IOException {
        Set<Broke> seen = EnumSet.noneOf(Broke.class);
        for (int room = 0; ; room++) {
            for (int i = 0; i < 3; i++) {
                bucket.add("new-" + i, 1_000 + room);
            }
            leave.accept(room);
            RunRecord run = hub.backUp();
            assertThat(listing(older)).isEqualTo(olderFiles);
            if (run.result() == RunResult.SUCCESS) {
                break;
            }
            assertThat(run.result()).as(run.message()).isEqualTo(RunResult.FAILED);
            assertThat(run.message()).as("with %d left", room).contains("Make room or use a larger disk");
            seen.add(broke());
            older = hub.data().resolve(Objects.requireNonNull(goesOnWithRoom().snapshot()));
            olderFiles = listing(older);
        }
        assertThat(seen).containsExactlyInAnyOrder(Broke.values());
    }

    @Test
    void howeverFewPagesAreLeftItFailsCleanlyAndGoesOnWhenThereIsRoom() throws IOException {
        sweep(disk::leave);
    }

    @Test
    void howeverFewFilesTheDiskStillTakesItFailsCleanlyAndGoesOnWhenThereIsRoom() throws IOException {
        sweep(disk::leaveInodes);
    }

    @Test
    void aLargeObjectThatDoesNotFitIsNotLeftBehindAndDoesNotStopWhatWasThere() throws IOException {
        bucket.add("film", 6 << 20);
        AtomicBoolean once = new AtomicBoolean();
        s3.onRequest(request -> request.key().equals("film") && once.compareAndSet(false, true), _ -> disk.leave(16));

        runsOutOfRoom();

        try (Stream<Path> files = Files.walk(hub.data().resolve(".hubstorage/staging"))) {
            assertThat(files.filter(file -> file.endsWith("film"))).isEmpty();
        }
        goesOnWithRoom();
    }

    /** Objects of no bytes take no room; what is noted of them does. */
    @Test
    void aChangeLogThatCannotBeWrittenStopsTheRun() throws IOException {
        for (int i = 0; i < 600; i++) {
            bucket.add("note-%03d-%s".formatted(i, "n".repeat(200)), 0);
        }
        disk.leave(60);

        runsOutOfRoom();

        assertThat(downloaded()).hasSizeBetween(10, 599);
        goesOnWithRoom();
    }

    @Test
    void soDoesOneThatCannotBeWrittenByTheListingWhileDownloadsHang() throws IOException {
        for (int i = 0; i < 900; i++) {
            bucket.add("note-%03d-%s".formatted(i, "n".repeat(200)), 0);
        }
        older = hub.data().resolve(Objects.requireNonNull(hub.backUp().snapshot()));
        olderFiles = listing(older);
        HeldRequests held = new HeldRequests();
        s3.faults().when(RequestKind.GET).then(Fault.hold(held));
        bucket.add("a-new-one", 3_000);
        for (int i = 0; i < 900; i++) {
            bucket.delete("note-%03d-%s".formatted(i, "n".repeat(200)));
        }
        disk.leave(40);

        runsOutOfRoom();

        held.open();
        assertThat(downloaded()).isEmpty();
        goesOnWithRoom();
    }

    @Test
    void theOtherBucketsAreStoppedTooAndTheRunIsNotTriedAgain() throws IOException {
        SyntheticBucket music = s3.bucket("music", SyntheticBucket.uniform(20, 40_000, "song-##"));
        hub.stop().configure(retries(3, "photos", "music"));
        bucket.add("new", 60_000);
        disk.leave(30);

        RunRecord run = runsOutOfRoom();

        assertThat(run.attempts()).isEqualTo(1);
        audit(goesOnWithRoom()).holds("music", music);
    }

    @Test
    void aFullDiskIsLockedAllTheSame() throws Exception {
        Layout layout = new Layout(hub.data());
        Files.delete(layout.lock());
        disk.leave(0);
        try (DataLock _ = DataLock.take(layout, Instant.EPOCH)) {
            assertThat(DataLock.holder(layout)).isPresent();
        }
    }
}
