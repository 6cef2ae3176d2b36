package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One retention as the history keeps it and {@code retention.finished} tells it; a flat object in JSON. */
public record RetentionRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped What what,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /** So many snapshots that were removed are named. */
    public static final int NAMED = 50;

    /**
     * What was asked for.
     *
     * @param dryRun whether it only said what it would remove, because nobody has confirmed the policy yet
     * @param snapshot the one that was to be removed by hand; absent where the policy chose
     */
    public record What(boolean dryRun, @Nullable String snapshot) {}

    /**
     * What came of it.
     *
     * @param stay snapshots that the plan keeps
     * @param go those that it removes
     * @param removed of these, those that are in the trash now
     * @param freedBytes what the disk gets back when all that {@code go} have been deleted, in whole blocks
     * @param undoUntil when their deletion begins; absent where nothing was removed
     * @param names of those that were removed, or by a dry run would be, the first {@link #NAMED}
     */
    public record Outcome(
            long stay,
            long go,
            long removed,
            long freedBytes,
            @Nullable Instant undoUntil,
            List<String> names) {
        public static final Outcome NONE = new Outcome(0, 0, 0, 0, null, List.of());

        public Outcome {
            names = names == null ? List.of() : List.copyOf(names);
        }
    }

    @Override
    public RetentionRecord with(RunEnd other) {
        return new RetentionRecord(runId, trigger, startedAt, other, what, outcome);
    }

    @Override
    public boolean dryRun() {
        return what.dryRun();
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && what != null && outcome != null;
    }
}
