package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;

/** Records and states of replications, for tests to which it does not matter what was copied. */
public final class Replicating {
    private static final ReplicationRecord.What WHAT =
            new ReplicationRecord.What("/mnt/usb/hubstorage", List.of("all"), false, null);
    public static final ReplicationRecord.Outcome OUTCOME = new ReplicationRecord.Outcome(
            new ReplicationRecord.Snapshots(10, 7, 2, 1, 0, 0),
            new Tally(1_000, 100_000),
            new Tally(10, 5_000),
            Tally.ZERO,
            Tally.ZERO,
            new Tally(1, 100),
            List.of(new ReplicationRecord.Failure("hublink_20261127060000", "photos", "a.jpg", "It is missing.")));

    private Replicating() {}

    public static ReplicationRecord record(String id, Instant startedAt, RunEnd end) {
        return new ReplicationRecord(id, Trigger.CLI, startedAt, end, WHAT, OUTCOME);
    }

    public static ReplicationState state(String id, Instant startedAt, Instant at) {
        return new ReplicationState(
                id,
                Trigger.CLI,
                startedAt,
                at,
                RunPhase.TRANSFERRING,
                WHAT,
                OUTCOME,
                new ReplicationState.Position("hublink_20261127060000", new Tally(5, 500), new Tally(50, 5_000)));
    }
}
