package io.hubstorage.transfer;

import io.hubstorage.bus.BusJson;
import io.hubstorage.manifest.EntryState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard is nothing but the last snapshot over again.
 *
 * @param through the last key of that stretch, which begins with the shard; null when there is none
 */
record Agreement(@Nullable String through) {
    /** The state that an untouched file of that state has in the next snapshot; null when that cannot be said. */
    static @Nullable EntryState stateAfter(EntryState state) {
        return switch (state) {
            case LINKED, DOWNLOADED -> EntryState.LINKED;
            case CARRIED -> EntryState.CARRIED;
            case KEPT -> null;
        };
    }

    void save(Path file) throws IOException {
        Files.write(file, BusJson.mapper().writeValueAsBytes(this));
    }

    static Agreement load(Path file) throws IOException {
        return BusJson.mapper().readValue(Files.readAllBytes(file), Agreement.class);
    }
}
