package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.ChangeLog;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestReader;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    @Test
    void whatAnInterruptedRunHadHalfIsDeletedWhenItsStagingIsAdopted() throws IOException {
        Layout layout = new Layout(home);
        Staging interrupted = Staging.open(layout, NOW, 1);
        Path journal = Files.createDirectories(interrupted.journal(interrupted.nextAttempt(), "photos"));
        Path log = Files.createFile(journal.resolve("shard-0000.journal"));
        Path lease = Files.createFile(journal.resolve("shard-0000.lease"));
        Path draft = Files.createFile(journal.resolve("shard-0000.0123456789abcdef.draft"));

        Path adopted = Staging.open(layout, NOW.plusSeconds(1), 2).journal(1, "photos");

        assertThat(adopted).isDirectoryContaining(file -> file.endsWith(log.getFileName()));
        assertThat(adopted).isDirectoryNotContaining(file -> file.endsWith(lease.getFileName()));
        assertThat(adopted).isDirectoryNotContaining(file -> file.endsWith(draft.getFileName()));
    }

    @Test
    void whoHasLostTheFolderFindsNothingUnderTheNamesThatItKnowsAndMakesNothingThere() throws IOException {
        Layout layout = new Layout(home);
        Staging late = Staging.open(layout, NOW, 1);
        int attempt = late.nextAttempt();
        Path tree = Files.createDirectories(late.tree(attempt, "photos"));
        Files.createDirectories(late.journal(attempt, "photos"));
        Files.writeString(tree.resolve("object"), "bytes");
        Path assembly = late.beginAssembly();
        late.assemble(attempt, "photos");

        Staging other = Staging.open(layout, NOW.plusSeconds(1), 2);

        assertThat(other.tree(1, "photos").resolve("object")).hasContent("bytes");
        String before = names(home);
        assertThatThrownBy(() -> Durable.commitFolder(assembly, layout.snapshot(Layout.name(NOW))))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(late::beginAssembly).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> late.assemble(attempt, "photos")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(late::scratch).isInstanceOf(NoSuchFileException.class);
        late.discard();
        assertThat(names(home).replace(".hubstorage/trash\n", ""))
                .as("neither made nor deleted")
                .isEqualTo(before);
    }

    @Test
    void whoHasLostTheFolderBeforeItOpenedItsStagingOpensNone() throws IOException {
        Layout layout = new Layout(home);
        Staging.open(layout, NOW, 2);
        String before = names(home);

        assertThatThrownBy(() -> Staging.open(layout, NOW.plusSeconds(1), 1))
                .isInstanceOf(IOException.class)
                .hasMessage("another HubStorage has taken over " + layout.data());

        assertThat(names(home)).isEqualTo(before);
    }

    @Test
    void whatTheLaterHolderHasCountsAndNotWhatTheClockSays() throws IOException {
        Layout layout = new Layout(home);
        Staging first = Staging.open(layout, NOW, 1);
        Files.createDirectories(first.tree(first.nextAttempt(), "photos"));
        Staging.open(layout, NOW, 3);
        // Of one whose clock is ahead, and which had lost the folder when it made it.
        Files.createDirectories(layout.staging(Layout.time(NOW.plusSeconds(60)) + ".2"));
        Files.createDirectories(layout.journal(Layout.time(NOW.plusSeconds(60)) + ".2"));

        Staging last = Staging.open(layout, NOW.plusSeconds(120), 4);

        assertThat(last.tree(1, "photos")).isDirectory();
        assertThat(layout.stagings()).isDirectoryNotContaining("glob:**.[123]");
        assertThat(layout.journals()).isDirectoryNotContaining("glob:**.[123]");
    }

    /** As it was left by versions that knew no epochs, or by a kill between the two renames. */
    @Test
    void aStagingAndItsJournalFindEachOtherWhateverEpochsTheyBear() throws IOException {
        Layout layout = new Layout(home);
        String time = Layout.time(NOW);
        for (String journalEpoch : List.of("", ".4")) {
            Files.createDirectories(layout.attempt(time + (journalEpoch.isEmpty() ? "" : ".5"), 1, "photos"));
            Files.createDirectories(layout.attemptJournal(time + journalEpoch, 1, "photos"));

            Staging adopted = Staging.open(layout, NOW.plusSeconds(1), 6);

            assertThat(adopted.tree(1, "photos")).isDirectory();
            assertThat(adopted.journal(1, "photos")).isDirectory();
            assertThat(adopted.nextAttempt()).isEqualTo(2);
            adopted.discard();
        }
    }

    private static String names(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(each -> folder.relativize(each) + "\n").sorted().collect(Collectors.joining());
        }
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

        Staging.open(layout, NOW, 1).discard();

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
        Staging interrupted = Staging.open(layout, NOW, 1);
        assertThat(interrupted.nextAttempt()).isEqualTo(1);
        interrupted.prepare(1, "photos");
        WorkerFolder atWork = interrupted.workerFolder(dispatched(interrupted, 0, 1));
        download(atWork, "a");
        WorkerFolder ended = interrupted.workerFolder(dispatched(interrupted, 1, 2));
        download(ended, "b");
        ended.takeIn(interrupted.tree(1, "photos"), interrupted.journal(1, "photos"));
        Path before = atWork.tree();

        Staging next = Staging.open(layout, NOW.plusSeconds(1), 2);

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
        Staging staging = Staging.open(new Layout(home), NOW, 1);
        staging.nextAttempt();
        staging.prepare(1, "photos");
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
