package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one bucket in a run.
 *
 * @param result how it ended; of one that was left out, how it ended when it was last part of a run
 * @param leftOut whether it was no part of this run, and is in the snapshot as it was in the one before
 * @param failures the first {@link #MAX_FAILURES} of them, named
 * @param error why the bucket as a whole failed
 */
public record BucketOutcome(
        RunResult result,
        boolean leftOut,
        BucketCounts counts,
        List<RunRecord.Failure> failures,
        long failuresTotal,
        @Nullable String error) {
    public static final int MAX_FAILURES = 100;

    public BucketOutcome {
        failures = List.copyOf(failures.subList(0, Math.min(failures.size(), MAX_FAILURES)));
    }
}
