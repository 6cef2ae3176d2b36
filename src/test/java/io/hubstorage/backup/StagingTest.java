package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    @Test
    void whatAnInterruptedRunHadHalfIsDeletedWhenItsStagingIsAdopted() throws IOException {
        Layout layout = new Layout(home);
        Staging interrupted = Staging.open(layout, NOW);
        Path journal = Files.createDirectories(interrupted.journal(interrupted.nextAttempt(), "photos"));
        Path log = Files.createFile(journal.resolve("shard-0000.journal"));
        Path lease = Files.createFile(journal.resolve("shard-0000.lease"));
        Path draft = Files.createFile(journal.resolve("shard-0000.0123456789abcdef.draft"));

        Staging.open(layout, NOW.plusSeconds(1));

        assertThat(draft).doesNotExist();
        assertThat(lease).doesNotExist();
        assertThat(log).exists();
    }

    @Test
    void removedSnapshotsStayWhenStagingsAreDeleted() throws IOException {
        Layout layout = new Layout(home);
        Path removed =
                Files.createDirectories(layout.removed("hublink_20251201000000").resolve("s3"));
        Path note = Files.createFile(layout.removedSnapshots().resolve("hublink_20251201000000.json"));
        Path deleting = Files.createDirectories(layout.deleting("hublink_20251101000000"));
        // As any version did that knew nothing of removed snapshots.
        Path unknown = Files.createDirectories(layout.trash().resolve("hublink_20251201000000"));
        Path stale = Files.createDirectories(layout.trash().resolve("staging-20251001000000/pass-1"));
        Path journal = Files.createDirectories(layout.trash().resolve("journal-20251001000000/pass-1"));

        Staging.open(layout, NOW).discard();

        assertThat(stale).doesNotExist();
        assertThat(journal).doesNotExist();
        assertThat(unknown).doesNotExist();
        assertThat(removed).exists();
        assertThat(note).exists();
        assertThat(deleting).exists();
    }

    private TransferMessage.Shard dispatched(Staging staging, int index, int dispatch) {
        return new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 1, index).dispatched(dispatch),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys("", null, null, false),
                new TransferMessage.Workspace(
                        staging.tree(1, "photos").toString(),
                        staging.journal(1, "photos").toString(),
                        List.of()),
                new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false),
                TransferMessage.Progress.NONE);
    }

    /** As a worker does with an object. */
    private static void download(WorkerFolder folder, String key) throws IOException {
        Files.writeString(folder.tree().resolve(key), key);
        try (ChangeLog log = new ChangeLog(folder.log())) {
            log.put(
                    new ManifestEntry(
                            key,
                            key,
                            new ManifestEntry.Content(key.length(), null),
                            new ManifestEntry.Metadata(NOW),
                            EntryState.DOWNLOADED),
                    null);
        }
    }

    @Test
    void workersOfARunThatWasCutOffLoseTheirFoldersAndWhatTheyHadIsHashedBeforeItIsBelieved() throws IOException {
        Layout layout = new Layout(home);
        Staging interrupted = Staging.open(layout, NOW);
        assertThat(interrupted.nextAttempt()).isEqualTo(1);
        WorkerFolder atWork = interrupted.workerFolder(dispatched(interrupted, 0, 1));
        download(atWork, "a");
        WorkerFolder ended = interrupted.workerFolder(dispatched(interrupted, 1, 2));
        download(ended, "b");
        ended.takeIn(interrupted.tree(1, "photos"), interrupted.journal(1, "photos"));
        Path before = atWork.tree();

        Staging next = Staging.open(layout, NOW.plusSeconds(1));

        assertThat(before).doesNotExist();
        assertThat(next.hasDownloads()).isTrue();
        assertThat(next.nextAttempt()).isEqualTo(2);
        List<TransferMessage.Source> sources = next.staged("photos", false);
        assertThat(sources).extracting(TransferMessage.Source::trust).containsExactly(Trust.MANIFEST, Trust.HASH);
        List<String> found = new ArrayList<>();
        for (TransferMessage.Source source : sources) {
            try (ManifestReader reader = ManifestReader.range(Path.of(source.manifest()), null, null)) {
                for (ManifestEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    found.add(Files.readString(Path.of(source.tree()).resolve(entry.path())));
                }
            }
        }
        assertThat(found).containsExactly("b", "a");
        next.discard();
        assertThat(layout.stagings()).isEmptyDirectory();
    }

    @Test
    void whatALostWorkerHasLeftIsASourceForTheNext() throws IOException {
        Staging staging = Staging.open(new Layout(home), NOW);
        staging.nextAttempt();
        TransferMessage.Shard shard = dispatched(staging, 0, 1);
        WorkerFolder folder = staging.workerFolder(shard);
        assertThat(staging.left(folder, shard)).isEmpty();
        download(folder, "a");
        folder.giveUp();

        TransferMessage.Source source = staging.left(folder, shard).orElseThrow();

        assertThat(source.trust()).isEqualTo(Trust.HASH);
        assertThat(ManifestReader.find(Path.of(source.manifest()), "a")).isPresent();
        assertThat(Path.of(source.tree()).resolve("a")).hasContent("a");
    }
}
