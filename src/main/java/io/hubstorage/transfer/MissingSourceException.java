package io.hubstorage.transfer;

import java.io.IOException;
import java.nio.file.Path;

/** A file that a manifest promises is not there: the snapshot was damaged from outside. */
final class MissingSourceException extends IOException {
    private static final long serialVersionUID = 1L;

    MissingSourceException(Path file, Throwable cause) {
        super("%s is missing although the manifest of its snapshot names it".formatted(file), cause);
    }
}
