package io.hubstorage.backup;

import java.util.concurrent.ExecutionException;

/** What lies behind a failed wait. */
final class Causes {
    private Causes() {}

    /** The message of what the awaited work threw. */
    static String message(ExecutionException failure) {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }
}
