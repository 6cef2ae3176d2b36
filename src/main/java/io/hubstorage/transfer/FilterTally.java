package io.hubstorage.transfer;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.Tally;
import io.hubstorage.keys.KeyFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Counts what patterns do to keys, and remembers the first of each kind. Not thread-safe. */
final class FilterTally {
    private static final int SAMPLE = 50;

    private final KeyFilter filter;
    private final List<String> exclude;
    private final List<String> include;
    private final long[] excludeMatches;
    private final long[] includeMatches;
    private Kind copied = new Kind();
    private Kind excluded = new Kind();
    private Kind included = new Kind();

    private static final class Kind {
        private long objects;
        private long bytes;
        private final List<String> sample = new ArrayList<>();

        void add(String key, long size) {
            objects++;
            bytes += size;
            if (sample.size() < SAMPLE) {
                sample.add(key);
            }
        }

        S3Message.Caught caught() {
            return new S3Message.Caught(objects, bytes, List.copyOf(sample));
        }
    }

    FilterTally(KeyFilter filter, List<String> exclude, List<String> include) {
        this.filter = filter;
        this.exclude = List.copyOf(exclude);
        this.include = List.copyOf(include);
        this.excludeMatches = new long[exclude.size()];
        this.includeMatches = new long[include.size()];
    }

    void add(String key, long size) {
        BitSet out = filter.excluding(key);
        BitSet in = filter.including(key);
        out.stream().forEach(index -> excludeMatches[index]++);
        in.stream().forEach(index -> includeMatches[index]++);
        if (!out.isEmpty() && in.isEmpty()) {
            excluded.add(key, size);
            return;
        }
        copied.add(key, size);
        if (!out.isEmpty()) {
            included.add(key, size);
        }
    }

    long looked() {
        return copied.objects + excluded.objects;
    }

    /** Begins anew. */
    void clear() {
        copied = new Kind();
        excluded = new Kind();
        included = new Kind();
        Arrays.fill(excludeMatches, 0);
        Arrays.fill(includeMatches, 0);
    }

    S3Message.FilterOutcome outcome(@Nullable String snapshot, boolean complete) {
        return new S3Message.FilterOutcome(
                snapshot,
                complete,
                new Tally(looked(), copied.bytes + excluded.bytes),
                copied.caught(),
                excluded.caught(),
                included.caught(),
                matches(exclude, excludeMatches),
                matches(include, includeMatches));
    }

    private static List<S3Message.PatternMatches> matches(List<String> patterns, long[] counts) {
        return IntStream.range(0, patterns.size())
                .mapToObj(index -> new S3Message.PatternMatches(patterns.get(index), counts[index]))
                .toList();
    }
}
