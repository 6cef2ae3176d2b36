package io.hubstorage.transfer;

import io.hubstorage.s3.ListedObject;
import org.jspecify.annotations.Nullable;

/**
 * One object to bring into the tree.
 *
 * @param sequence its position in the spool
 * @param path where in the tree it goes
 * @param candidate a file that may spare the download
 * @param previous the last snapshot's version, to fall back on
 * @param fallbackPath where in the tree that version goes then; absent together with it
 */
record FetchTask(
        long sequence,
        String path,
        ListedObject object,
        Difference.@Nullable Candidate candidate,
        Difference.@Nullable Version previous,
        @Nullable String fallbackPath) {
    String key() {
        return object.key();
    }

    FetchTask withObject(ListedObject other) {
        return new FetchTask(sequence, path, other, candidate, previous, fallbackPath);
    }
}
