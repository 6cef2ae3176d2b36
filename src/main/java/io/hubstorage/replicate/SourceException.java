package io.hubstorage.replicate;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of the data folder is not what it must be; the message says what is wrong with it. Whatever the copy's disk does is none. */
final class SourceException extends IOException {
    private static final long serialVersionUID = 1L;

    SourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
