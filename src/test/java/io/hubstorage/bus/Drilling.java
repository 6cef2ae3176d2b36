package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;

/** Records and states of drills, for tests to which it does not matter what was tried. */
public final class Drilling {
    private static final DrillRecord.What WHAT = new DrillRecord.What("hublink_20261127060000", null, 42);
    public static final DrillRecord.Outcome OUTCOME = new DrillRecord.Outcome(
            new Tally(20, 2_000),
            new Tally(19, 1_900),
            new Tally(1, 100),
            List.of(new DrillRecord.Difference("photos", "a.jpg", "The file in the snapshot is gone.")));

    private Drilling() {}

    public static DrillRecord record(String id, Instant startedAt, RunEnd end) {
        return new DrillRecord(id, Trigger.CLI, startedAt, end, WHAT, OUTCOME);
    }

    public static DrillState state(String id, Instant startedAt, Instant at) {
        return new DrillState(id, Trigger.CLI, startedAt, at, RunPhase.TRANSFERRING, WHAT, OUTCOME);
    }
}
