package io.hubstorage.verify;

import io.hubstorage.bus.Tally;
import io.hubstorage.verify.VerifyReport.Problem.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is found in one snapshot, counted whole and named in part. Thread-safe. */
final class Findings {
    private final String snapshot;
    private final boolean legacy;
    private final List<VerifyReport.Problem> problems = new ArrayList<>();
    private final Map<String, Counts> buckets = new TreeMap<>();
    private long total;

    /** What a file, or a directory marker, can be found to be; see {@link VerifyReport.Bucket}. */
    enum Seen {
        ENTRIES,
        PROVEN,
        NOT_SAMPLED,
        NOT_PROVABLE,
        WRITABLE
    }

    private static final class Counts {
        private final Map<Seen, Tally> seen = new EnumMap<>(Seen.class);
        private long problems;

        Tally of(Seen what) {
            return seen.getOrDefault(what, Tally.ZERO);
        }
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
            Kind kind, @Nullable String bucket, @Nullable String key, @Nullable String path, String detail) {
        total++;
        if (problems.size() < VerifyReport.MAX_PROBLEMS) {
            problems.add(new VerifyReport.Problem(kind, bucket, key, path, detail));
        }
        if (bucket != null) {
            counts(bucket).problems++;
        }
    }

    synchronized void count(Seen what, String bucket, long bytes) {
        counts(bucket).seen.merge(what, Tally.of(bytes), Tally::plus);
    }

    synchronized VerifyReport.Snapshot report() {
        List<VerifyReport.Bucket> lines = new ArrayList<>();
        buckets.forEach((name, counts) -> lines.add(new VerifyReport.Bucket(
                name,
                counts.problems,
                counts.of(Seen.ENTRIES),
                counts.of(Seen.PROVEN),
                counts.of(Seen.NOT_SAMPLED),
                counts.of(Seen.NOT_PROVABLE),
                counts.of(Seen.WRITABLE))));
        return new VerifyReport.Snapshot(snapshot, legacy, total == 0, total, problems, lines);
    }

    private Counts counts(String bucket) {
        return buckets.computeIfAbsent(bucket, _ -> new Counts());
    }
}
