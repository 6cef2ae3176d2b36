package io.hubstorage.backup;

import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.DiskProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether there is room for what a run is going to download, with 10 % headroom. */
final class DiskSpace {
    private static final String REMEDY =
            "Make room or use a larger disk; " + "what was downloaded is kept and every earlier snapshot is untouched";

    private DiskSpace() {}

    /** Bytes free on the disk that holds this folder, or will hold it. */
    static long usable(Path folder) throws IOException {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return DiskProbe.usableBytes(existing);
    }

    /** What is wrong, in one sentence; empty when that many further bytes fit. */
    static Optional<String> shortage(Path folder, long outstanding, long usable) {
        long needed = withHeadroom(outstanding);
        if (needed <= usable) {
            return Optional.empty();
        }
        return Optional.of("not enough room on %s: %s needed (with 10 %% headroom), %s free. %s"
                .formatted(folder, Sizes.bytes((double) needed), Sizes.bytes((double) usable), REMEDY));
    }

    /**
     * What is wrong when a write has failed for want of room, in one sentence.
     *
     * @param reason the system's own words
     */
    static String full(Path folder, @Nullable String reason) {
        return "the disk that holds %s is full, or allows no further files (%s). %s".formatted(folder, reason, REMEDY);
    }

    static long withHeadroom(long bytes) {
        return bytes + bytes / 10;
    }
}
