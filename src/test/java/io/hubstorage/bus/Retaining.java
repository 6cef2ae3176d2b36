package io.hubstorage.bus;

import java.time.Instant;
import java.util.List;

/** Records and states of retentions, for tests to which it does not matter what was removed. */
public final class Retaining {
    private static final RetentionRecord.What WHAT = new RetentionRecord.What(false, null);
    public static final RetentionRecord.Outcome OUTCOME = new RetentionRecord.Outcome(
            20, 1, 1, 4_096, Instant.parse("2026-11-28T06:15:00Z"), List.of("hublink_20261101060000"));

    private Retaining() {}

    public static RetentionRecord record(String id, Instant startedAt, RunEnd end) {
        return new RetentionRecord(id, Trigger.CLI, startedAt, end, WHAT, OUTCOME);
    }

    public static RetentionState state(String id, Instant startedAt, Instant at) {
        return new RetentionState(id, Trigger.CLI, startedAt, at, RunPhase.COMMITTING, WHAT, OUTCOME);
    }
}
