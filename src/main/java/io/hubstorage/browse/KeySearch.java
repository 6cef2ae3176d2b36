package io.hubstorage.browse;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.manifest.KeyCursor;
import io.hubstorage.manifest.LineNeedle;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches keys over all snapshots. A bucket is taken in ranges of keys, and a range is read in one snapshot after the
 * other: so what is found comes out in key order and complete, range by range, with one file open at a time and no more in
 * memory than what may still be shown. Ranges follow the frames of the largest manifest, few at first so that something is
 * seen soon, then more as long as they are quick. Blocking.
 */
public final class KeySearch {
    private static final Logger LOG = LoggerFactory.getLogger(KeySearch.class);
    private static final Duration QUICK = Duration.ofMillis(250);
    private static final int MOST_FRAMES = 64;
    private static final int ASK_EVERY = 1024;

    private final List<SnapshotReader> newestFirst;
    private final KeyQuery query;
    private final @Nullable LineNeedle needle;
    private final Limits limits;
    private final BooleanSupplier cancelled;
    private final Consumer<KeyVersions> found;
    private final Set<String> unreadable = new TreeSet<>();
    private final long begun = System.nanoTime();
    private int left;
    private @Nullable String leftOut;

    /**
     * When to stop.
     *
     * @param keys how many are shown at most
     * @param time after which no further range is begun, and of the one begun no older snapshot is looked at
     */
    public record Limits(int keys, Duration time) {}

    /** A place in the order of buckets and their keys: this key and all that are greater. */
    public record Place(String bucket, String from) {}

    /**
     * @param cancelled asked now and then; when it says so, the search ends with a {@link CancellationException}
     * @param found gets each key once, in order, on the caller's thread
     */
    public KeySearch(
            List<SnapshotReader> newestFirst,
            KeyQuery query,
            Limits limits,
            BooleanSupplier cancelled,
            Consumer<KeyVersions> found) {
        this.newestFirst = newestFirst;
        this.query = query;
        this.needle = query.needle();
        this.limits = limits;
        this.cancelled = cancelled;
        this.found = found;
        this.left = limits.keys();
    }

    /**
     * Searches.
     *
     * @param only the one bucket to search; null for all
     * @param start where to begin; null at the beginning
     * @return where to go on, when there may be more; null when all was searched
     */
    public @Nullable Place run(@Nullable String only, @Nullable Place start) throws IOException {
        boolean first = true;
        for (String bucket : only == null ? buckets() : Set.of(only)) {
            int order = start == null ? 1 : bucket.compareTo(start.bucket());
            if (order < 0) {
                continue;
            }
            String from = order == 0 && start != null ? start.from() : "";
            if (!first && isLate()) {
                return new Place(bucket, from);
            }
            first = false;
            Place stopped = bucket(bucket, from);
            if (stopped != null) {
                return stopped;
            }
        }
        return null;
    }

    /** The snapshots that could not be read, so that nothing of them is among what was found. */
    public Set<String> unreadable() {
        return Collections.unmodifiableSet(unreadable);
    }

    /** The newest snapshot that was not searched for all the keys, because the time was up; null when none was left out. */
    public @Nullable String leftOut() {
        return leftOut;
    }

    private Set<String> buckets() {
        Set<String> buckets = new TreeSet<>();
        for (SnapshotReader snapshot : newestFirst) {
            checkCancelled();
            try {
                buckets.addAll(snapshot.bucketNames());
            } catch (IOException e) {
                skip(snapshot, e);
            }
        }
        return buckets;
    }

    private @Nullable Place bucket(String bucket, String start) {
        List<SnapshotReader> snapshots =
                newestFirst.stream().filter(snapshot -> snapshot.has(bucket)).toList();
        List<String> cuts = cuts(bucket, snapshots, start);
        String from = start;
        int frames = 1;
        int cut = 0;
        while (true) {
            cut = Math.min(cut + frames, cuts.size());
            String end = cut < cuts.size() ? cuts.get(cut) : null;
            long before = System.nanoTime();
            String more = range(bucket, snapshots, from, end);
            if (more != null) {
                return new Place(bucket, more);
            }
            if (end == null) {
                return null;
            }
            if (isLate()) {
                return new Place(bucket, end);
            }
            frames = System.nanoTime() - before < QUICK.toNanos()
                    ? Math.min(frames * 2, MOST_FRAMES)
                    : Math.max(1, frames / 2);
            from = end;
        }
    }

    /** First keys of the largest manifest's frames, behind {@code start}. */
    private List<String> cuts(String bucket, List<SnapshotReader> snapshots, String start) {
        SnapshotReader largest = null;
        long most = 0;
        for (SnapshotReader snapshot : snapshots) {
            long size = snapshot.manifestSize(bucket);
            if (size > most) {
                largest = snapshot;
                most = size;
            }
        }
        try {
            return largest == null
                    ? List.of()
                    : largest.frames(bucket).stream()
                            .map(ManifestIndex.Frame::firstKey)
                            .filter(key -> KeyOrder.compare(key, start) > 0)
                            .toList();
        } catch (IOException e) {
            skip(largest, e);
            SnapshotReader damaged = largest;
            return cuts(
                    bucket,
                    snapshots.stream().filter(each -> !each.equals(damaged)).toList(),
                    start);
        }
    }

    /** Searches one range in all snapshots; returns from where there is more when no more may be shown, or else null. */
    private @Nullable String range(String bucket, List<SnapshotReader> snapshots, String from, @Nullable String end) {
        NavigableMap<String, KeyVersions.Builder> keys = new TreeMap<>(KeyOrder.COMPARATOR);
        boolean first = true;
        for (SnapshotReader snapshot : snapshots) {
            if (unreadable.contains(snapshot.name())) {
                continue;
            }
            if (!first && isLate()) {
                leftOut = snapshot.name();
                break;
            }
            first = false;
            try (KeyCursor entries = snapshot.open(bucket, needle)) {
                entries.seek(from, end);
                collect(snapshot.name(), entries, keys);
            } catch (IOException e) {
                skip(snapshot, e);
            }
        }
        String more = keys.size() > left ? keys.pollLastEntry().getKey() : null;
        keys.forEach((key, versions) -> found.accept(versions.build(bucket, key)));
        left -= keys.size();
        return more;
    }

    /** A snapshot that is being deleted, or is damaged, must not hide what the others hold. */
    private void skip(SnapshotReader snapshot, IOException failure) {
        if (unreadable.add(snapshot.name())) {
            LOG.warn("The snapshot {} cannot be searched", snapshot.name(), failure);
        }
    }

    /** Keeps one key more than may be shown, which tells that there are more. */
    private void collect(String snapshot, KeyCursor entries, NavigableMap<String, KeyVersions.Builder> keys)
            throws IOException {
        checkCancelled();
        int steps = 0;
        for (ManifestEntry entry = entries.next(); entry != null; entry = entries.next()) {
            if (++steps % ASK_EVERY == 0) {
                checkCancelled();
            }
            if (keys.size() > left && KeyOrder.compare(entry.key(), keys.lastKey()) > 0) {
                return;
            }
            if (query.matches(entry.key())) {
                keys.computeIfAbsent(entry.key(), key -> new KeyVersions.Builder())
                        .add(snapshot, entry);
                if (keys.size() > left + 1) {
                    keys.pollLastEntry();
                }
            }
        }
    }

    private boolean isLate() {
        return System.nanoTime() - begun > limits.time().toNanos();
    }

    private void checkCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException();
        }
    }
}
