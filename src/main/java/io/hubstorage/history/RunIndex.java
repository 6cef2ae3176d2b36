package io.hubstorage.history;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the line that counts for each of the last runs is. Not thread-safe. */
final class RunIndex {
    private final int keep;
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

    RunIndex(int keep) {
        this.keep = keep;
    }

    /** The line at {@code offset}, {@code length} bytes without its end. */
    record Entry(
            String runId,
            long offset,
            int length,
            boolean dryRun,
            boolean allBuckets,
            boolean leavesAllSafe,
            RunResult result) {}

    /** A run keeps the place in the order that its first line gave it. */
    void add(RunRecord run, long offset, int length) {
        entries.put(
                run.runId(),
                new Entry(
                        run.runId(),
                        offset,
                        length,
                        run.dryRun(),
                        run.coversAllBuckets(),
                        run.leavesAllSafe(),
                        run.result()));
        if (entries.size() > keep) {
            entries.pollFirstEntry();
        }
    }

    Stream<Entry> newestFirst(@Nullable String beforeRunId) {
        Stream<Entry> all = entries.sequencedValues().reversed().stream();
        if (beforeRunId == null) {
            return all;
        }
        return all.dropWhile(entry -> !entry.runId().equals(beforeRunId)).skip(1);
    }

    Optional<Entry> find(String runId) {
        return Optional.ofNullable(entries.get(runId));
    }

    Stream<Entry> oldestFirst() {
        return entries.sequencedValues().stream();
    }

    int size() {
        return entries.size();
    }

    int keep() {
        return keep;
    }

    void clear() {
        entries.clear();
    }
}
