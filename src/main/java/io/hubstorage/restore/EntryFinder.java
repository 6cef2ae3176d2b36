package io.hubstorage.restore;

import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the entries of lines that come in key order, bucket by bucket. For one thread. */
final class EntryFinder implements AutoCloseable {
    /** Steps over entries that are not in the plan before it is looked for where it must be. */
    private static final int STEPS = 64;

    private final SnapshotReader snapshot;
    private @Nullable String bucket;
    private @Nullable KeyCursor cursor;
    private @Nullable ManifestEntry current;

    EntryFinder(SnapshotReader snapshot) {
        this.snapshot = snapshot;
    }

    /** Null where the snapshot has none of that key. */
    @Nullable
    ManifestEntry find(PlanLine line) throws IOException {
        KeyCursor open = cursor;
        if (open == null || !line.bucket().equals(bucket)) {
            close();
            open = snapshot.open(line.bucket());
            cursor = open;
            bucket = line.bucket();
            open.seek(line.key(), null);
            current = open.next();
        }
        for (int step = 0; current != null && KeyOrder.compare(current.key(), line.key()) < 0; step++) {
            if (step == STEPS) {
                open.seek(line.key(), null);
            }
            current = open.next();
        }
        return current != null && current.key().equals(line.key()) ? current : null;
    }

    @Override
    public void close() throws IOException {
        if (cursor != null) {
            cursor.close();
        }
    }
}
