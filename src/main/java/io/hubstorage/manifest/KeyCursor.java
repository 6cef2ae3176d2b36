package io.hubstorage.manifest;

import io.hubstorage.bus.Tally;
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

    /** The last entry before this key, or the last of all for null; null when there is none. To read on, seek. */
    @Nullable
    ManifestEntry lastBefore(@Nullable String key) throws IOException;

    /**
     * How many entries there are from this key on and before the other, and how large their contents are, at the cost of a few
     * entries; null where only reading them all would tell. To read on, seek.
     *
     * @param before null is no bound
     */
    @Nullable
    Tally tally(String from, @Nullable String before) throws IOException;

    /**
     * What is the same just where the same keys have the same contents, at the cost of a few thousand entries; null where only
     * comparing all of them would tell. To read on, seek.
     *
     * @param before null is no bound
     */
    @Nullable
    Fingerprint fingerprint(String from, @Nullable String before) throws IOException;

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
            public @Nullable ManifestEntry lastBefore(@Nullable String key) {
                return null;
            }

            @Override
            public Tally tally(String from, @Nullable String before) {
                return Tally.ZERO;
            }

            @Override
            public Fingerprint fingerprint(String from, @Nullable String before) {
                return Fingerprint.ZERO;
            }

            @Override
            public void close() {}
        };
    }
}
