package io.hubstorage.browse;

import io.hubstorage.snapshot.KeyCursor;
import io.hubstorage.snapshot.KeyOrder;
import io.hubstorage.snapshot.LineNeedle;
import io.hubstorage.snapshot.ManifestEntry;
import io.hubstorage.snapshot.ManifestIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

    /**
     * When to stop.
     *
     * @param keys how many are shown at most
     * @param time after which no further range is begun
     */
    public record Limits(int keys, Duration time) {}

    /** A place in the order of buckets and their keys: this key and all that are greater. */
    public record Place(String bucket, String from) {}

    /**
     * A search over these snapshots.
     *
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
        for (Map.Entry<String, List<SnapshotReader>> bucket : holders(only).entrySet()) {
            int order = start == null ? 1 : bucket.getKey().compareTo(start.bucket());
            if (order >= 0) {
                String from = order == 0 && start != null ? start.from() : "";
                Place stopped = bucket(bucket.getKey(), bucket.getValue(), from);
                if (stopped != null) {
                    return stopped;
                }
            }
        }
        return null;
    }

    /** The snapshots that could not be read, so that nothing of them is among what was found. */
    public Set<String> unreadable() {
        return Collections.unmodifiableSet(unreadable);
    }

    private Map<String, List<SnapshotReader>> holders(@Nullable String only) throws IOException {
        Map<String, List<SnapshotReader>> holders = new TreeMap<>();
        for (SnapshotReader snapshot : newestFirst) {
            for (String bucket : snapshot.buckets()) {
                if (only == null || only.equals(bucket)) {
                    holders.computeIfAbsent(bucket, name -> new ArrayList<>()).add(snapshot);
                }
            }
        }
        return holders;
    }

    private @Nullable Place bucket(String bucket, List<SnapshotReader> snapshots, String start) {
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
            long now = System.nanoTime();
            if (now - begun > limits.time().toNanos()) {
                return new Place(bucket, end);
            }
            frames = now - before < QUICK.toNanos() ? Math.min(frames * 2, MOST_FRAMES) : Math.max(1, frames / 2);
            from = end;
        }
    }

    /** First keys of the largest manifest's frames, behind {@code start}. */
    private List<String> cuts(String bucket, List<SnapshotReader> snapshots, String start) {
        List<ManifestIndex.Frame> largest = List.of();
        for (SnapshotReader snapshot : snapshots) {
            try {
                List<ManifestIndex.Frame> frames = snapshot.frames(bucket);
                largest = frames.size() > largest.size() ? frames : largest;
            } catch (IOException e) {
                skip(snapshot, e);
            }
        }
        return largest.stream()
                .map(ManifestIndex.Frame::firstKey)
                .filter(key -> KeyOrder.compare(key, start) > 0)
                .toList();
    }

    /** Searches one range in all snapshots; returns from where there is more when no more may be shown, or else null. */
    private @Nullable String range(String bucket, List<SnapshotReader> snapshots, String from, @Nullable String end) {
        NavigableMap<String, KeyVersions.Builder> keys = new TreeMap<>(KeyOrder.COMPARATOR);
        for (SnapshotReader snapshot : snapshots) {
            if (unreadable.contains(snapshot.snapshot().name())) {
                continue;
            }
            try (KeyCursor entries = snapshot.open(bucket, needle)) {
                entries.seek(from, end);
                collect(snapshot.snapshot().name(), entries, keys);
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
        if (unreadable.add(snapshot.snapshot().name())) {
            LOG.warn("The snapshot {} cannot be searched", snapshot.snapshot().name(), failure);
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

    private void checkCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException();
        }
    }
}
