package io.hubstorage.backup;

import io.hubstorage.bus.Trigger;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What a run has been asked to do, frozen when it begins: later changes of the configuration concern the next run.
 *
 * @param only run only these buckets; empty for all
 * @param data where the snapshots are
 */
record RunPlan(
        String runId,
        Trigger trigger,
        boolean dryRun,
        List<String> only,
        Instant startedAt,
        HubConfig config,
        Settings settings,
        Path data) {
    /** Whether every configured bucket is to be covered. */
    boolean allBuckets() {
        return only.isEmpty()
                || (!config.dynamicBuckets()
                        && config.buckets().stream().allMatch(bucket -> only.contains(bucket.name())));
    }

    int maxAttempts() {
        return dryRun ? 1 : config.automation().maxRetries() + 1;
    }
}
