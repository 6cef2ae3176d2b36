package io.hubstorage.jobs;

import io.hubstorage.bus.Drilling;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.Repairing;
import io.hubstorage.bus.Replicating;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.Restoring;
import io.hubstorage.bus.Retaining;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.Verifying;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of jobs for tests. */
final class Runs {
    static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    private Runs() {}

    static RunRecord run(String id, RunResult result) {
        return run(id, result, false);
    }

    static RunRecord run(String id, RunResult result, boolean dryRun) {
        return new RunRecord(
                start(id, dryRun), end(result, "ü".repeat(20)), RunRecord.CurrentSnapshot.NONE, List.of(), List.of());
    }

    static RestoreRecord restore(String id, RunResult result) {
        return Restoring.record(id, T0, end(result, null));
    }

    /** One of that kind, with what it says. */
    static JobRecord job(JobKind kind, String id, RunResult result, String message) {
        JobRecord job = switch (kind) {
            case BACKUP -> run(id, result);
            case RESTORE -> restore(id, result);
            case DRILL -> Drilling.record(id, T0, end(result, null));
            case VERIFY -> Verifying.record(id, T0, end(result, null));
            case RETENTION -> Retaining.record(id, T0, end(result, null));
            case REPAIR -> Repairing.record(id, T0, end(result, null));
            case REPLICATION -> Replicating.record(id, T0, end(result, null));
        };
        return job.with(end(result, message));
    }

    static JobState state(JobKind kind, String id) {
        return switch (kind) {
            case BACKUP ->
                new RunState(
                        start(id, false),
                        T0,
                        new RunState.Stage(RunPhase.LISTING, 1, 1, null, null, null, null),
                        List.of(),
                        RunState.Progress.NONE,
                        List.of());
            case RESTORE -> Restoring.state(id, T0, T0);
            case DRILL -> Drilling.state(id, T0, T0);
            case VERIFY -> Verifying.state(id, T0, T0);
            case RETENTION -> Retaining.state(id, T0, T0);
            case REPAIR -> Repairing.state(id, T0, T0);
            case REPLICATION -> Replicating.state(id, T0, T0);
        };
    }

    private static RunStart start(String id, boolean dryRun) {
        return new RunStart(id, Trigger.SCHEDULE, dryRun, true, T0);
    }

    private static RunEnd end(RunResult result, @Nullable String message) {
        return new RunEnd(result, result.ended() ? T0.plusSeconds(60) : null, 1, message);
    }
}
