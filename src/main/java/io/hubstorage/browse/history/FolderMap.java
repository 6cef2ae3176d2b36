package io.hubstorage.browse.history;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.NotThereException;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many rows a {@link FolderView} has and where they are, so that a scroll bar can jump; and what all that is below them amounts
 * to.
 *
 * @param total rows
 * @param every so many rows are from one of the keys to the next
 * @param keys of the first row, and of each so many behind it; some thousand at most
 * @param files what the folder holds now
 * @param added files that only the snapshot shown has, with their sizes
 * @param changed files that have another content in it, with the sizes there
 * @param removed files that only the other snapshot has, with their sizes
 */
public record FolderMap(
        long total, int every, List<String> keys, Tally files, Tally added, Tally changed, Tally removed) {
    private static final int MOST_KEYS = 2_000;
    private static final int LEAST_EVERY = 100;
    private static final int ASK_EVERY = 4_096;

    public FolderMap {
        keys = List.copyOf(keys);
    }

    /**
     * Reads everything below the folder in both snapshots once; memory does not grow with it. Blocking.
     *
     * @param cancelled asked now and then; when it says so, this ends with a {@link CancellationException}
     * @throws NotThereException when the snapshot that is shown has nothing of the bucket
     */
    public static FolderMap of(FolderView.Opening opening, BooleanSupplier cancelled) throws IOException {
        try (KeyCursor at = opening.atEntries();
                KeyCursor since = opening.sinceEntries()) {
            Scan scan = new Scan(opening);
            String end = KeyOrder.beyond(opening.prefix());
            at.seek(opening.prefix(), end);
            since.seek(opening.prefix(), end);
            ManifestEntry now = at.next();
            ManifestEntry before = since.next();
            for (int steps = 1; now != null || before != null; steps++) {
                if (steps % ASK_EVERY == 0 && cancelled.getAsBoolean()) {
                    throw new CancellationException();
                }
                int order = before == null ? -1 : now == null ? 1 : KeyOrder.compare(now.key(), before.key());
                scan.add(order <= 0 ? now : null, order >= 0 ? before : null);
                now = order <= 0 ? at.next() : now;
                before = order >= 0 ? since.next() : before;
            }
            return scan.map();
        }
    }

    private static final class Scan {
        private final FolderView.Opening opening;
        private final List<String> keys = new ArrayList<>();
        private int every = LEAST_EVERY;
        private long total;
        private String row = "";
        private boolean shown;
        private Tally files = Tally.ZERO;
        private Tally added = Tally.ZERO;
        private Tally changed = Tally.ZERO;
        private Tally removed = Tally.ZERO;

        Scan(FolderView.Opening opening) {
            this.opening = opening;
        }

        void add(@Nullable ManifestEntry now, @Nullable ManifestEntry before) {
            boolean visible = isVisible(now) || isVisible(before);
            String key = now != null ? now.key() : before == null ? "" : before.key();
            if (visible) {
                enter(key);
            }
            if (visible ? shown : opening.filter() == null) {
                count(now, before);
            }
        }

        /** The marker of the folder itself is no row, but one of its files, as the folder's sum above has it. */
        private boolean isVisible(@Nullable ManifestEntry entry) {
            return entry != null && !(entry.directory() && entry.key().equals(opening.prefix()));
        }

        private void enter(String key) {
            if (!row.isEmpty() && Level.isFolder(opening.prefix(), row) && key.startsWith(row)) {
                return;
            }
            row = Level.name(opening.prefix(), key);
            shown = opening.shows(row);
            if (!shown) {
                return;
            }
            if (total % every == 0) {
                if (keys.size() == MOST_KEYS) {
                    thinOut();
                }
                if (total % every == 0) {
                    keys.add(row);
                }
            }
            total++;
        }

        private void thinOut() {
            every *= 2;
            for (int i = 0; i < MOST_KEYS / 2; i++) {
                keys.set(i, keys.get(2 * i));
            }
            keys.subList(MOST_KEYS / 2, MOST_KEYS).clear();
        }

        private void count(@Nullable ManifestEntry now, @Nullable ManifestEntry before) {
            if (now != null) {
                files = files.plus(Tally.of(now.size()));
            }
            if (opening.since() == null) {
                return;
            }
            if (now == null) {
                removed = before == null ? removed : removed.plus(Tally.of(before.size()));
            } else if (before == null) {
                added = added.plus(Tally.of(now.size()));
            } else if (!Comparison.sameContent(now, before)) {
                changed = changed.plus(Tally.of(now.size()));
            }
        }

        FolderMap map() {
            return new FolderMap(total, every, keys, files, added, changed, removed);
        }
    }
}
