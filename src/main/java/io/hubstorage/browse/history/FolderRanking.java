package io.hubstorage.browse.history;

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
 * Which folders hold most of a bucket, and which have grown most since an older snapshot; {@link TellingFolders} picks them. Found in
 * one pass over the keys, whose order is also that of the folders: a folder is added up as soon as a key lies outside of it. So
 * memory grows with the depth of the folders, and not with their number.
 *
 * @param files all of the bucket
 * @param change what it has gained since the older snapshot, below 0 where it has lost; absent where there is no older one
 * @param largest at most ten, the largest first
 * @param growing at most ten, the one that has gained most bytes first
 */
public record FolderRanking(Tally files, @Nullable Tally change, List<Folder> largest, List<Folder> growing) {
    private static final int ASK_EVERY = 4096;

    /**
     * A folder with all that is below it.
     *
     * @param prefix what its keys begin with; ends in a slash
     * @param sum what it holds or, where folders are ranked by growth, what it has gained
     */
    public record Folder(String prefix, Tally sum) {}

    public FolderRanking {
        largest = List.copyOf(largest);
        growing = List.copyOf(growing);
    }

    /**
     * Reads both to the end.
     *
     * @param before the older snapshot's; null for none
     * @param cancelled asked now and then
     * @throws CancellationException when it says so
     */
    public static FolderRanking of(KeyCursor now, @Nullable KeyCursor before, BooleanSupplier cancelled)
            throws IOException {
        OpenFolders folders = new OpenFolders();
        ManifestEntry newer = now.next();
        ManifestEntry older = before == null ? null : before.next();
        for (long steps = 1; newer != null || older != null; steps++) {
            if (steps % ASK_EVERY == 0 && cancelled.getAsBoolean()) {
                throw new CancellationException("nobody waits any more");
            }
            int order = newer == null ? 1 : older == null ? -1 : KeyOrder.compare(newer.key(), older.key());
            ManifestEntry has = order <= 0 ? newer : null;
            ManifestEntry had = order >= 0 ? older : null;
            folders.add(has, had);
            newer = has == null ? newer : now.next();
            older = had == null || before == null ? older : before.next();
        }
        return folders.ranking(before != null);
    }

    /** The folders that the last key lies in, from the bucket itself down. */
    private static final class OpenFolders {
        private final TellingFolders largest = new TellingFolders();
        private final TellingFolders growing = new TellingFolders();
        /** Those beyond {@link #depth} are kept for the next folders. */
        private final List<Level> levels = new ArrayList<>(List.of(new Level()));

        private int depth = 1;
        private String key = "";

        private static final class Level {
            /** Where the folder's name ends in the key. */
            private int end;

            private final FolderSum held = new FolderSum();
            private final FolderSum gained = new FolderSum();
        }

        void add(@Nullable ManifestEntry has, @Nullable ManifestEntry had) {
            enter(has != null ? has.key() : had == null ? key : had.key());
            Level level = levels.get(depth - 1);
            if (has != null) {
                level.held.add(1, has.size());
                level.gained.add(1, has.size());
            }
            if (had != null) {
                level.gained.add(-1, -had.size());
            }
        }

        private void enter(String next) {
            int common = 0;
            int most = Math.min(key.length(), next.length());
            while (common < most && key.charAt(common) == next.charAt(common)) {
                common++;
            }
            while (levels.get(depth - 1).end > common) {
                leave();
            }
            key = next;
            for (int slash = next.indexOf('/', levels.get(depth - 1).end);
                    slash >= 0;
                    slash = next.indexOf('/', slash + 1)) {
                if (levels.size() == depth) {
                    levels.add(new Level());
                }
                levels.get(depth++).end = slash + 1;
            }
        }

        private void leave() {
            Level inner = levels.get(--depth);
            Level outer = levels.get(depth - 1);
            largest.close(key, inner.end, inner.held, outer.held);
            growing.close(key, inner.end, inner.gained, outer.gained);
        }

        FolderRanking ranking(boolean compared) {
            while (depth > 1) {
                leave();
            }
            Level bucket = levels.getFirst();
            return new FolderRanking(
                    bucket.held.tally(),
                    compared ? bucket.gained.tally() : null,
                    largest.pick(),
                    compared ? growing.pick() : List.of());
        }
    }
}
