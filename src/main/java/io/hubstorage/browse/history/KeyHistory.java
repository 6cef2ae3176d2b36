package io.hubstorage.browse.history;

import io.hubstorage.browse.Comparison;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.manifest.ManifestEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a key was from snapshot to snapshot: its contents one after the other, and when it was gone between them.
 *
 * @param versions the newest first
 * @param next the snapshot that was looked at last, when older ones were not looked at any more; the last version may go on there
 * @param unreadable snapshots that could not be read, which count as if they were not there
 */
public record KeyHistory(List<Version> versions, @Nullable String next, List<String> unreadable) {
    private static final Logger LOG = LoggerFactory.getLogger(KeyHistory.class);

    /**
     * Snapshots in a row that have the key with one content, or do not have it.
     *
     * @param first the oldest of them
     * @param last the newest of them
     * @param snapshots how many they are
     * @param at when the run began that made the first; absent for a snapshot of the old tool
     * @param entry as the newest has it; absent when the key was gone
     */
    public record Version(
            String first,
            String last,
            int snapshots,
            @Nullable Instant at,
            @Nullable ManifestEntry entry) {
        private boolean hasContentOf(@Nullable ManifestEntry other) {
            if (entry == null || other == null) {
                return entry == null && other == null;
            }
            return Comparison.sameContent(entry, other);
        }

        private Version from(String older, @Nullable Instant time) {
            return new Version(older, last, snapshots + 1, time, entry);
        }
    }

    /** A snapshot that holds the bucket, and when the run began that made it. */
    public record Moment(SnapshotReader snapshot, @Nullable Instant at) {}

    public KeyHistory {
        versions = List.copyOf(versions);
        unreadable = List.copyOf(unreadable);
    }

    /**
     * Looks for the key in one snapshot after the other, at the cost of an entry each. Blocking.
     *
     * @param newestFirst all that hold the bucket
     * @param most versions
     * @param time after which no older snapshot is looked at
     * @param cancelled asked before each; when it says so, the others are not looked at
     */
    public static KeyHistory of(
            List<Moment> newestFirst, String bucket, String key, int most, Duration time, BooleanSupplier cancelled) {
        long begun = System.nanoTime();
        List<Version> versions = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        String looked = null;
        for (Moment moment : newestFirst) {
            String name = moment.snapshot.name();
            if (looked != null && (cancelled.getAsBoolean() || System.nanoTime() - begun > time.toNanos())) {
                return new KeyHistory(versions, looked, unreadable);
            }
            Optional<ManifestEntry> found;
            try {
                found = moment.snapshot.find(bucket, key);
            } catch (IOException e) {
                LOG.warn("The snapshot {} cannot be searched for a key: {}", name, e.toString());
                unreadable.add(name);
                continue;
            }
            ManifestEntry entry = found.orElse(null);
            Version last = versions.isEmpty() ? null : versions.getLast();
            if (last != null && last.hasContentOf(entry)) {
                versions.set(versions.size() - 1, last.from(name, moment.at));
            } else if (versions.size() == most) {
                return new KeyHistory(versions, looked, unreadable);
            } else {
                versions.add(new Version(name, name, 1, moment.at, entry));
            }
            looked = name;
        }
        if (!versions.isEmpty() && versions.getLast().entry == null) {
            // Before it was there for the first time, it was not gone.
            versions.removeLast();
        }
        return new KeyHistory(versions, null, unreadable);
    }
}
