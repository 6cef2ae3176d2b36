package io.hubstorage.manifest;

import io.hubstorage.keys.KeyOrder;
import io.hubstorage.keys.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a bucket's keys into ranges that are listed side by side. Cuts only at keys wholly below U+D800, where servers that
 * list in UTF-16 order agree with those that list in UTF-8 order on what is before the cut.
 */
public final class ShardBoundaries {
    private ShardBoundaries() {}

    /**
     * Up to {@code max} ranges of roughly equal size, by what the last snapshot held.
     *
     * @param minEntries how many entries a range must have to be worth a listing of its own
     */
    public static List<KeyRange> fromIndex(ManifestIndex previous, int max, long minEntries) {
        long shards = Math.min(max, previous.entries() / Math.max(1, minEntries));
        List<String> cuts = new ArrayList<>();
        long before = 0;
        for (ManifestIndex.Frame frame : previous.frames()) {
            // Never for a range too many: before a frame there are fewer entries than in all.
            boolean due = before * shards >= previous.entries() * (cuts.size() + 1);
            if (due && safe(frame.firstKey())) {
                cuts.add(frame.firstKey());
            }
            before += frame.entries();
        }
        return ranges(cuts);
    }

    /**
     * Up to {@code max} ranges that each hold about as many of these prefixes, for a bucket not seen before.
     *
     * @param prefixes common prefixes as the server lists them, in any order
     */
    public static List<KeyRange> fromPrefixes(List<String> prefixes, int max) {
        List<String> usable = prefixes.stream()
                .filter(ShardBoundaries::safe)
                .distinct()
                .sorted(KeyOrder.COMPARATOR)
                .toList();
        int shards = Math.min(max, usable.size());
        List<String> cuts = new ArrayList<>();
        for (int i = 1; i < shards; i++) {
            cuts.add(usable.get((int) ((long) usable.size() * i / shards)));
        }
        return ranges(cuts);
    }

    /** Whether both orders agree at this key; no bucket is cut at the empty one. */
    static boolean safe(String key) {
        return !key.isEmpty() && KeyOrder.isSameInUtf16(key);
    }

    private static List<KeyRange> ranges(List<String> cuts) {
        List<KeyRange> ranges = new ArrayList<>();
        @Nullable String after = null;
        for (String cut : cuts) {
            ranges.add(new KeyRange(after, cut));
            after = cut;
        }
        ranges.add(new KeyRange(after, null));
        return ranges;
    }
}
