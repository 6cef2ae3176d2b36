package io.hubstorage.backup;

import io.hubstorage.bus.RunStart;
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
record RunPlan(RunStart start, List<String> only, HubConfig config, Settings settings, Path data) {
    /** Whether a run over {@code only} is to cover every configured bucket. */
    static boolean coversAll(List<String> only, HubConfig config) {
        return only.isEmpty()
                || (!config.selection().dynamic()
                        && only.containsAll(config.selection().names()));
    }

    String runId() {
        return start.runId();
    }

    boolean dryRun() {
        return start.dryRun();
    }

    Instant startedAt() {
        return start.startedAt();
    }

    int maxAttempts() {
        return dryRun() ? 1 : config.automation().maxRetries() + 1;
    }
}
