package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;

/** Records and states of restores, for tests to which it does not matter what was restored. */
public final class Restoring {
    private static final RestoreRecord.What WHAT =
            new RestoreRecord.What("hublink_20261127060000", List.of("photos"), "/mnt/back");

    private Restoring() {}

    public static RestoreRecord record(String id, Instant startedAt, RunEnd end) {
        return new RestoreRecord(id, Trigger.CLI, startedAt, end, WHAT, RestoreRecord.Outcome.NONE);
    }

    public static RestoreState state(String id, Instant startedAt, Instant at) {
        return new RestoreState(
                id,
                Trigger.CLI,
                startedAt,
                at,
                WHAT,
                new RestoreState.Progress(
                        RunPhase.TRANSFERRING, null, RestoreRecord.Outcome.NONE, Tally.ZERO, 0, 0, null),
                List.of());
    }
}
