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
}
