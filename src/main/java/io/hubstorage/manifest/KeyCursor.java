package io.hubstorage.manifest;

import io.hubstorage.keys.KeyOrder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A bucket's entries in {@link KeyOrder}, from any key on. Blocking; not thread-safe; memory does not grow with the bucket. */
public interface KeyCursor extends AutoCloseable {
    /** Goes on with the first entry from this key on, itself included, and ends before the other; null is no bound. */
    void seek(String from, @Nullable String before) throws IOException;

    /** The next entry, or null after the last; begins with the first of all if nothing was sought. */
    @Nullable
    ManifestEntry next() throws IOException;

    @Override
    void close() throws IOException;

    static KeyCursor empty() {
        return new KeyCursor() {
            @Override
            public void seek(String from, @Nullable String before) {}

            @Override
            public @Nullable ManifestEntry next() {
                return null;
            }

            @Override
            public void close() {}
        };
    }
}
