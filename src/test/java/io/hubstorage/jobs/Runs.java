package io.hubstorage.jobs;

import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
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
                new RunStart(id, Trigger.SCHEDULE, dryRun, true, T0),
                new RunEnd(result, result.ended() ? T0.plusSeconds(60) : null, 1, "ü".repeat(20)),
                RunRecord.CurrentSnapshot.NONE,
                List.of(),
                List.of());
    }
}
