package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One repair as the history keeps it and {@code repair.finished} tells it; a flat object in JSON. */
public record RepairRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped RepairMessage.Request what,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /** So many files that could not be repaired are named. */
    public static final int NAMED = 100;

    /**
     * What came of it: <em>damaged = the sum of repaired + sound + lost</em> once it has come to its end.
     *
     * @param damaged files that were on the list, each counted once however many snapshots share it
     * @param repaired by where their bytes came from
     * @param names how many names of snapshots have a right file again
     * @param sound what turned out to be right
     * @param lost what could not be repaired
     * @param lostFiles the first {@link #NAMED} of these
     */
    public record Outcome(
            Tally damaged,
            Map<RepairPlan.Source, Tally> repaired,
            long names,
            Tally sound,
            Tally lost,
            List<RepairPlan.Item> lostFiles) {
        public static final Outcome NONE = new Outcome(Tally.ZERO, Map.of(), 0, Tally.ZERO, Tally.ZERO, List.of());

        public Outcome {
            repaired = repaired == null ? Map.of() : Map.copyOf(repaired);
            lostFiles = lostFiles == null ? List.of() : List.copyOf(lostFiles);
        }

        /** All that was repaired, wherever from. */
        public Tally repairedInAll() {
            return repaired.values().stream().reduce(Tally.ZERO, Tally::plus);
        }
    }

    @Override
    public RepairRecord with(RunEnd other) {
        return new RepairRecord(runId, trigger, startedAt, other, what, outcome);
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && what != null && outcome != null;
    }
}
