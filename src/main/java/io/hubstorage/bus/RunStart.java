package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which run, and what it was asked to do.
 *
 * @param allBuckets whether it was to cover every configured bucket, not only some that were asked for; absent in records
 *     of earlier versions
 * @param schedule the name of the schedule whose buckets it was asked for; absent when it was asked for otherwise
 */
public record RunStart(
        String runId,
        Trigger trigger,
        boolean dryRun,
        @Nullable Boolean allBuckets,
        Instant startedAt,
        @Nullable String schedule) {
    /** Of a run that no schedule asked for. */
    public RunStart(String runId, Trigger trigger, boolean dryRun, @Nullable Boolean allBuckets, Instant startedAt) {
        this(runId, trigger, dryRun, allBuckets, startedAt, null);
    }
}
