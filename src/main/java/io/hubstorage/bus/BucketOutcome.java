package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of one bucket in a run.
 *
 * @param result how it ended; of one that was left out, how it ended when it was last part of a run
 * @param leftOut whether it was no part of this run, and is in the snapshot as it was in the one before
 * @param failures {@link #MAX_FAILURES} of them, named: the first ones, and of each kind a few
 * @param error why the bucket as a whole failed
 * @param failuresByKind all of them, counted by {@link RunRecord.Failure#kind}
 * @param errorKind of which kind {@code error} is; absent where there is none, or nothing is known but its words
 */
public record BucketOutcome(
        RunResult result,
        boolean leftOut,
        BucketCounts counts,
        List<RunRecord.Failure> failures,
        long failuresTotal,
        @Nullable String error,

        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Tally> failuresByKind,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String errorKind) {
    public static final int MAX_FAILURES = 100;

    /** Copies the collections. Records of earlier versions did not count by kind: what they name is counted, the rest is of no known one. */
    public BucketOutcome {
        failures = List.copyOf(failures.subList(0, Math.min(failures.size(), MAX_FAILURES)));
        failuresByKind = Map.copyOf(failuresByKind == null ? counted(failures, failuresTotal) : failuresByKind);
    }

    /** Where nothing is known of the kinds but what is named. */
    public BucketOutcome(
            RunResult result,
            boolean leftOut,
            BucketCounts counts,
            List<RunRecord.Failure> failures,
            long failuresTotal,
            @Nullable String error) {
        this(
                result,
                leftOut,
                counts,
                failures,
                failuresTotal,
                error,
                counted(failures.subList(0, Math.min(failures.size(), MAX_FAILURES)), failuresTotal),
                null);
    }

    /** The same as one that was no part of the run. */
    BucketOutcome asLeftOut() {
        return new BucketOutcome(result, true, counts, failures, failuresTotal, error, failuresByKind, errorKind);
    }

    private static Map<String, Tally> counted(List<RunRecord.Failure> failures, long total) {
        Map<String, Tally> counted = new TreeMap<>();
        failures.forEach(failure -> counted.merge(failure.kind(), failure.tally(), Tally::plus));
        long unnamed = total - failures.size();
        if (unnamed > 0) {
            counted.put(FailureCause.UNKNOWN, new Tally(unnamed, 0));
        }
        return counted;
    }
}
