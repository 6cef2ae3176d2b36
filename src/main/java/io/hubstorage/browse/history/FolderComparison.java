package io.hubstorage.browse.history;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.history.FolderWindow.Row;
import io.hubstorage.browse.history.FolderWindow.State;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.Fingerprint;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Whether folders that are in two snapshots hold the same files in both: by their sums, where these differ; by their fingerprints,
 * where both have them; or else entry by entry, as far as a bound of entries allows. Not thread-safe.
 */
final class FolderComparison implements AutoCloseable {
    /** What a fingerprint costs, in entries that are compared: a part of two frames. */
    static final int FINGERPRINT = 2_000;

    private final FolderView.Opening opening;
    private int left;
    private @Nullable KeyCursor at;
    private @Nullable KeyCursor since;

    /** @param most entries that are read of each snapshot, for all folders together */
    FolderComparison(FolderView.Opening opening, int most) {
        this.opening = opening;
        this.left = most;
    }

    /** Of a folder that is in both: the same or changed; null when that would take too long to tell. */
    @Nullable
    State state(Row folder) throws IOException {
        Tally now = folder.now() == null ? null : folder.now().files();
        Tally before = folder.before() == null ? null : folder.before().files();
        if (now != null && before != null && !now.equals(before)) {
            return State.CHANGED;
        }
        if (left <= 0) {
            return null;
        }
        // Other cursors than those of the view, which may still be read on.
        at = at == null ? opening.atEntries() : at;
        since = since == null ? opening.sinceEntries() : since;
        String end = KeyOrder.beyond(folder.key());
        if (now == null || now.objects() > FINGERPRINT) {
            left -= FINGERPRINT;
            Fingerprint one = at.fingerprint(folder.key(), end);
            Fingerprint other = one == null ? null : since.fingerprint(folder.key(), end);
            if (one != null && other != null) {
                return one.equals(other) ? State.SAME : State.CHANGED;
            }
        }
        at.seek(folder.key(), end);
        since.seek(folder.key(), end);
        return compare(at, since);
    }

    private @Nullable State compare(KeyCursor one, KeyCursor other) throws IOException {
        while (left-- > 0) {
            ManifestEntry now = one.next();
            ManifestEntry before = other.next();
            if (now == null && before == null) {
                return State.SAME;
            }
            if (now == null
                    || before == null
                    || !now.key().equals(before.key())
                    || !Comparison.sameContent(now, before)) {
                return State.CHANGED;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        try (KeyCursor _ = at) {
            if (since != null) {
                since.close();
            }
        }
    }
}
