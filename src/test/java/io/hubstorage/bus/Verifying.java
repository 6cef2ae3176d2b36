package io.hubstorage.bus;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Records and states of proofs, for tests to which it does not matter what was proven. */
public final class Verifying {
    private static final Instant BEGAN = Instant.parse("2026-11-20T22:00:00Z");
    public static final VerifyRecord.Cycle CYCLE = new VerifyRecord.Cycle(
            3,
            BEGAN,
            null,
            new Tally(1_000, 100_000),
            new Tally(370, 37_000),
            37,
            Instant.parse("2026-10-14T00:00:00Z"));
    public static final VerifyRecord.Outcome OUTCOME =
            new VerifyRecord.Outcome(new Tally(100, 10_000), new Tally(1, 100), 1, 20);

    public static final List<VerifyMessage.Due> DUE = List.of(
            new VerifyMessage.Due(LocalDate.parse("2026-10-14"), new Tally(200, 20_000)),
            new VerifyMessage.Due(LocalDate.parse("2026-10-16"), new Tally(430, 43_000)));

    private Verifying() {}

    public static VerifyRecord record(String id, Instant startedAt, RunEnd end) {
        return new VerifyRecord(id, Trigger.CLI, startedAt, end, CYCLE, OUTCOME);
    }

    public static VerifyState state(String id, Instant startedAt, Instant at) {
        return new VerifyState(id, Trigger.CLI, startedAt, at, RunPhase.TRANSFERRING, CYCLE, OUTCOME);
    }
}
