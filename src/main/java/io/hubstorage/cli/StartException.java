package io.hubstorage.cli;

import org.jspecify.annotations.Nullable;

/** The program cannot start; the message says what is in the way and what to do, in words for whoever started it. */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the whole message. */
    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
