package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records and states of repairs, for tests to which it does not matter what was damaged. */
public final class Repairing {
    private static final RepairMessage.Request WHAT = new RepairMessage.Request(List.of(), List.of("photos"));
    public static final RepairRecord.Outcome OUTCOME = new RepairRecord.Outcome(
            new Tally(3, 300),
            Map.of(RepairPlan.Source.S3, Tally.of(100)),
            4,
            Tally.of(100),
            Tally.of(100),
            List.of(new RepairPlan.Item(
                    "photos",
                    "a.jpg",
                    100,
                    "missing",
                    List.of("hublink_20261127060000"),
                    RepairPlan.Source.NONE,
                    "No other file of the data folder has its content.")));

    private Repairing() {}

    public static RepairRecord record(String id, Instant startedAt, RunEnd end) {
        return new RepairRecord(id, Trigger.CLI, startedAt, end, WHAT, OUTCOME);
    }

    public static RepairState state(String id, Instant startedAt, Instant at) {
        return new RepairState(id, Trigger.CLI, startedAt, at, RunPhase.TRANSFERRING, WHAT, OUTCOME);
    }
}
