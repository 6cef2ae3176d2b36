package io.hubstorage.fs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sorted items, pulled one by one; the result of an {@link ExternalSort}. Not thread-safe.
 *
 * @param <T> what was sorted
 */
public interface Sorted<T> extends AutoCloseable {
    /** The next item, or null after the last. */
    @Nullable
    T next() throws IOException;

    @Override
    void close() throws IOException;
}
