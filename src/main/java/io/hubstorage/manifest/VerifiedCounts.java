package io.hubstorage.manifest;

import io.hubstorage.bus.Tally;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts objects by what verified them on arrival, by the word in {@link ManifestEntry#verified}. Not thread-safe. */
public final class VerifiedCounts {
    /** The word for entries that do not say. */
    public static final String UNRECORDED = "unrecorded";

    private final SortedMap<String, Tally> counts = new TreeMap<>();

    public void add(ManifestEntry entry) {
        String word = entry.verified() == null ? UNRECORDED : entry.verified();
        counts.merge(word, Tally.of(entry.size()), Tally::plus);
    }

    public void addAll(Map<String, Tally> others) {
        others.forEach((word, tally) -> counts.merge(word, tally, Tally::plus));
    }

    public Map<String, Tally> counts() {
        return copyOf(counts);
    }

    /** A sorted copy; of nothing, an empty one. */
    static Map<String, Tally> copyOf(@Nullable Map<String, Tally> counts) {
        return counts == null ? Map.of() : Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }
}
