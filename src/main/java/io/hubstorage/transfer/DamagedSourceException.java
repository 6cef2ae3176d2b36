package io.hubstorage.transfer;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file is not what its snapshot's manifest says, or cannot be read: the snapshot was damaged from outside, or its disk. */
final class DamagedSourceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what is wrong with it, as the end of a sentence */
    DamagedSourceException(Path file, String what, @Nullable Throwable cause) {
        super("%s is not what the manifest of its snapshot says: %s".formatted(file, what), cause);
    }

    static DamagedSourceException unreadable(Path file, IOException cause) {
        return new DamagedSourceException(file, "it cannot be read (%s)".formatted(cause), cause);
    }
}
