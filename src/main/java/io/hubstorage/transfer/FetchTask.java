package io.hubstorage.transfer;

import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import io.hubstorage.snapshot.EntryState;
import io.hubstorage.snapshot.ManifestEntry;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object to bring into the tree.
 *
 * @param sequence its position in the spool
 * @param path where in the tree it goes
 * @param candidate a file that may spare the download
 * @param previous the last snapshot's version, to fall back on
 * @param fallbackPath where in the tree that version goes then; absent together with it
 * @param refetch whether S3 lists it as the last snapshot has it, only that its file there was damaged
 */
record FetchTask(
        long sequence,
        String path,
        ListedObject object,
        Difference.@Nullable Candidate candidate,
        Difference.@Nullable Version previous,
        @Nullable String fallbackPath,
        boolean refetch) {
    String key() {
        return object.key();
    }

    /** The manifest line of what was brought in. */
    ManifestEntry entry(Proven proven) {
        ObjectHead head = proven.head();
        return new ManifestEntry(
                object.key(),
                path,
                object.size(),
                object.etag().isEmpty() ? null : object.etag(),
                object.lastModified(),
                proven.sha256(),
                proven.verified(),
                object.storageClass(),
                head == null ? null : head.version(),
                head == null ? Map.of() : head.headers(),
                head == null ? Map.of() : head.metadata(),
                EntryState.DOWNLOADED);
    }

    FetchTask withObject(ListedObject other) {
        return new FetchTask(sequence, path, other, candidate, previous, fallbackPath, refetch);
    }
}
