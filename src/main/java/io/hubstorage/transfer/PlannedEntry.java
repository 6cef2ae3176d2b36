package io.hubstorage.transfer;

import io.hubstorage.manifest.ManifestEntry;
import org.jspecify.annotations.Nullable;

/**
 * One decision about one key of the new snapshot, as spooled in key order. Its sequence number is its position.
 *
 * @param action what to do
 * @param source the index of the source that holds {@code sourcePath}; -1 when there is none
 * @param sourcePath the file to link from: the unchanged one, or the previous version to fall back on
 * @param entry the manifest line this will become; of a {@link Action#FETCH} only key, path, size and ETag are known
 * @param fallback the previous version's line under the path it has now, when a {@link Action#FETCH} can fall back on one
 */
record PlannedEntry(
        Action action,
        int source,
        @Nullable String sourcePath,
        ManifestEntry entry,
        @Nullable ManifestEntry fallback) {
    /** What becomes of a key. */
    enum Action {
        /** Link the source's file; {@code entry} is final. */
        LINK,
        /** Download it; the result is in the journal, found through the slot of this sequence number. */
        FETCH
    }
}
