package io.hubstorage.browse;

import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What leads from one snapshot of a bucket to another: a join of two sorted streams. Memory does not grow with the bucket.
 *
 * @param changes a page of them, in key order
 * @param next what to give as {@code after} for the next page; absent on the last one
 * @param counts of all there are; absent unless asked for, since they take reading both to the end
 */
public record Comparison(
        List<Change> changes,
        @Nullable String next,
        @Nullable Counts counts) {
    private static final int ASK_EVERY = 4096;

    public enum Kind {
        /** Only in the newer one. */
        ADDED,
        /** In both, with another content. */
        CHANGED,
        /** Only in the older one. */
        REMOVED
    }

    /** One key; {@code before} is absent when it was added, {@code now} when it was removed. */
    public record Change(
            Kind kind,
            @Nullable ManifestEntry before,
            @Nullable ManifestEntry now) {
        public String key() {
            return now != null ? now.key() : before == null ? "" : before.key();
        }
    }

    /** How many, and how large: removed ones with their old sizes, the others with their new ones. */
    public record Counts(Tally added, Tally changed, Tally removed, Tally same) {}

    public Comparison {
        changes = List.copyOf(changes);
    }

    /**
     * Compares.
     *
     * @param after only keys greater than this one; null for all
     * @param wholeCounts whether to read on after the page is full, to count
     * @param cancelled asked now and then; when it says so, the comparison ends as if there were nothing more
     */
    public static Comparison of(
            KeyCursor older,
            KeyCursor newer,
            @Nullable String after,
            int limit,
            boolean wholeCounts,
            BooleanSupplier cancelled)
            throws IOException {
        String from = after == null ? "" : after + '\0';
        older.seek(from, null);
        newer.seek(from, null);
        Found found = new Found(limit);
        ManifestEntry before = older.next();
        ManifestEntry now = newer.next();
        for (int steps = 1; (before != null || now != null) && (wholeCounts || !found.more); steps++) {
            if (steps % ASK_EVERY == 0 && cancelled.getAsBoolean()) {
                break;
            }
            int order = before == null ? 1 : now == null ? -1 : KeyOrder.compare(before.key(), now.key());
            if (order < 0) {
                found.add(new Change(Kind.REMOVED, before, null), before);
            } else if (order > 0) {
                found.add(new Change(Kind.ADDED, null, now), now);
            } else if (before == null || now == null || sameContent(before, now)) {
                found.same = now == null ? found.same : found.same.plus(Tally.of(now.size()));
            } else {
                found.add(new Change(Kind.CHANGED, before, now), now);
            }
            before = order <= 0 ? older.next() : before;
            now = order >= 0 ? newer.next() : now;
        }
        return new Comparison(
                found.page, found.more ? found.page.getLast().key() : null, wholeCounts ? found.counts() : null);
    }

    /** Whether both entries have the same content, as far as what is known of them tells. */
    public static boolean sameContent(ManifestEntry one, ManifestEntry other) {
        if (one.size() != other.size()) {
            return false;
        }
        if (one.sha256() != null && other.sha256() != null) {
            return one.sha256().equals(other.sha256());
        }
        if (one.etag() != null && other.etag() != null) {
            return one.etag().equals(other.etag());
        }
        // The old tool left nothing but the time, in whole seconds.
        return one.lastModified().getEpochSecond() == other.lastModified().getEpochSecond();
    }

    private static final class Found {
        private final int limit;
        private final List<Change> page = new ArrayList<>();
        private final Map<Kind, Tally> counts = new EnumMap<>(Kind.class);
        private Tally same = Tally.ZERO;
        private boolean more;

        Found(int limit) {
            this.limit = limit;
        }

        void add(Change change, @Nullable ManifestEntry counted) {
            if (counted != null) {
                counts.merge(change.kind(), Tally.of(counted.size()), Tally::plus);
            }
            if (page.size() < limit) {
                page.add(change);
            } else {
                more = true;
            }
        }

        Counts counts() {
            return new Counts(
                    counts.getOrDefault(Kind.ADDED, Tally.ZERO),
                    counts.getOrDefault(Kind.CHANGED, Tally.ZERO),
                    counts.getOrDefault(Kind.REMOVED, Tally.ZERO),
                    same);
        }
    }
}
