package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonFormat;
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

        @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
        Trigger trigger,

        boolean dryRun,
        @Nullable Boolean allBuckets,
        Instant startedAt) {}
