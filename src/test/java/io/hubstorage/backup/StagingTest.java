package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
}
