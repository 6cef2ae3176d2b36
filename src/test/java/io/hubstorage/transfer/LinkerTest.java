package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

final class LinkerTest {
    private static ManifestEntry entry(int index) {
        String key = "k" + index;
        return new ManifestEntry(
                key, key, 1, "e", Instant.EPOCH, null, null, null, Map.of(), Map.of(), EntryState.LINKED);
    }

    private static void link(int files, Linker.Action action) throws IOException, InterruptedException {
        try (Linker linker = new Linker("photos", action)) {
            for (int i = 0; i < files; i++) {
                linker.add(Path.of("old", "k" + i), entry(i));
            }
            linker.finish();
        }
    }

    @Test
    void whenItIsFinishedEveryFileIsLinked() throws Exception {
        Set<Path> linked = ConcurrentHashMap.newKeySet();

        link(12_345, (existing, _, _) -> linked.add(existing));

        assertThat(linked).hasSize(12_345);
    }

    @Test
    void anErrorThatBreaksOffABatchIsNoFinishedBatch() {
        Linker.Action failing = (_, entry, _) -> {
            if (entry.key().equals("k7")) {
                throw new StackOverflowError("too deep");
            }
        };

        assertThatThrownBy(() -> link(10, failing)).isInstanceOf(StackOverflowError.class);
    }
}
