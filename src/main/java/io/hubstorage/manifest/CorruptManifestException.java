package io.hubstorage.manifest;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A manifest or its index is missing, cut short or damaged; nothing may be concluded from what was read of it. */
public final class CorruptManifestException extends IOException {
    public CorruptManifestException(Path file, String problem, @Nullable Throwable cause) {
        super("The manifest " + file + " cannot be trusted: " + problem, cause);
    }
}
