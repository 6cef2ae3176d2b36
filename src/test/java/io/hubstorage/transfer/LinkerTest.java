package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkerTest {
    @TempDir
    Path home;

    @Test
    void anErrorThatBreaksOffABatchIsNoFinishedBatch() throws IOException {
        Path spool = home.resolve("spool");
        try (Spool.Writer writer = new Spool.Writer(spool)) {
            for (int i = 0; i < 10; i++) {
                ManifestEntry entry = new ManifestEntry(
                        "k" + i,
                        "k" + i,
                        1,
                        "e",
                        Instant.EPOCH,
                        null,
                        null,
                        null,
                        Map.of(),
                        Map.of(),
                        EntryState.LINKED);
                writer.write(new PlannedEntry(PlannedEntry.Action.LINK, 0, "k" + i, entry, null));
            }
        }
        Linker linker = new Linker(
                shard(),
                (_, entry, _) -> {
                    if (entry.key().equals("k7")) {
                        throw new StackOverflowError("too deep");
                    }
                },
                new Cancellation());

        assertThatThrownBy(() -> linker.link(new Agreement(null), null, spool)).isInstanceOf(StackOverflowError.class);
    }

    private TransferMessage.Shard shard() {
        return new TransferMessage.Shard(
                "run",
                TransferMessage.Mode.COPY,
                "photos",
                1,
                0,
                null,
                null,
                "",
                false,
                home.resolve("tree").toString(),
                home.resolve("journal").toString(),
                List.of(new TransferMessage.Source("old", "manifest", true, TransferMessage.Trust.MANIFEST)),
                new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false));
    }
}
