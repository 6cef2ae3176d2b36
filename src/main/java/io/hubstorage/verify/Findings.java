package io.hubstorage.verify;

import io.hubstorage.bus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is found in one snapshot, counted whole and named in part. Thread-safe. */
final class Findings {
    private final String snapshot;
    private final boolean legacy;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Counts> buckets = new TreeMap<>();
    private long total;

    private static final class Counts {
        private long problems;
        private Tally entries = Tally.ZERO;
        private Tally proven = Tally.ZERO;
        private Tally notSampled = Tally.ZERO;
        private Tally notProvable = Tally.ZERO;
        private Tally writable = Tally.ZERO;
    }

    Findings(String snapshot, boolean legacy) {
        this.snapshot = snapshot;
        this.legacy = legacy;
    }

    /** The bucket is part of the report, even if nothing is found. */
    synchronized void begin(String bucket) {
        counts(bucket);
    }

    synchronized void problem(
            Problem.Kind kind, @Nullable String bucket, @Nullable String key, @Nullable String path, String detail) {
        total++;
        if (problems.size() < VerifyReport.MAX_PROBLEMS) {
            problems.add(new Problem(kind, bucket, key, path, detail));
        }
        if (bucket != null) {
            counts(bucket).problems++;
        }
    }

    synchronized void entry(String bucket, long bytes) {
        Counts counts = counts(bucket);
        counts.entries = counts.entries.plus(Tally.of(bytes));
    }

    synchronized void proven(String bucket, long bytes) {
        Counts counts = counts(bucket);
        counts.proven = counts.proven.plus(Tally.of(bytes));
    }

    synchronized void notSampled(String bucket, long bytes) {
        Counts counts = counts(bucket);
        counts.notSampled = counts.notSampled.plus(Tally.of(bytes));
    }

    synchronized void writable(String bucket, long bytes) {
        Counts counts = counts(bucket);
        counts.writable = counts.writable.plus(Tally.of(bytes));
    }

    synchronized void notProvable(String bucket, long bytes) {
        Counts counts = counts(bucket);
        counts.notProvable = counts.notProvable.plus(Tally.of(bytes));
    }

    synchronized VerifyReport.Snapshot report() {
        List<VerifyReport.Bucket> lines = new ArrayList<>();
        buckets.forEach((name, counts) -> lines.add(new VerifyReport.Bucket(
                name,
                counts.problems,
                counts.entries,
                counts.proven,
                counts.notSampled,
                counts.notProvable,
                counts.writable)));
        return new VerifyReport.Snapshot(snapshot, legacy, total == 0, total, problems, lines);
    }

    private Counts counts(String bucket) {
        return buckets.computeIfAbsent(bucket, _ -> new Counts());
    }
}
