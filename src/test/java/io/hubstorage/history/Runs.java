package io.hubstorage.history;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import java.time.Instant;
import java.util.List;

/** Run records for tests. */
final class Runs {
    static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    private Runs() {}

    static RunRecord run(String id, RunResult result) {
        return run(id, result, false);
    }

    static RunRecord run(String id, RunResult result, boolean dryRun) {
        return new RunRecord(
                id,
                Trigger.SCHEDULE,
                dryRun,
                true,
                T0,
                result.ended() ? T0.plusSeconds(60) : null,
                result,
                null,
                false,
                1,
                List.of(),
                BucketCounts.ZERO,
                "ü".repeat(20),
                List.of());
    }
}
