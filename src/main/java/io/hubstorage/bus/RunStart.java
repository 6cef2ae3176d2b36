package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which run, and what it was asked to do.
 *
 * @param allBuckets whether it was to cover every configured bucket, not only some that were asked for; absent in records
 *     of earlier versions
 */
public record RunStart(
        String runId,
        Trigger trigger,
        boolean dryRun,
        @Nullable Boolean allBuckets,
        Instant startedAt) {}
