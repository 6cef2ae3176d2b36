package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One drill as the history keeps it and {@code drill.finished} tells it; a flat object in JSON. */
public record DrillRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped What what,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /** So many files that did not come back are named. */
    public static final int NAMED = 20;

    /**
     * What is tried.
     *
     * @param snapshot its name
     * @param to for people: {@code s3://bucket/prefix/}; absent for the folder in the data folder
     * @param seed of the choice
     */
    public record What(@Nullable String snapshot, @Nullable String to, long seed) {}

    /** A file that did not come back as it was, and why, in a sentence or phrase. */
    public record Difference(String bucket, String key, String why) {}

    /**
     * What came of it: <em>sampled = same + different + what was not reached</em>, and nothing of the last once the drill has come
     * to its end.
     *
     * @param sampled files that were chosen
     * @param same of them, those that came back with the bytes and metadata of the snapshot
     * @param different of them, those that did not
     * @param differences the first {@link #NAMED} of these
     */
    public record Outcome(Tally sampled, Tally same, Tally different, List<Difference> differences) {
        public static final Outcome NONE = new Outcome(Tally.ZERO, Tally.ZERO, Tally.ZERO, List.of());

        public Outcome {
            differences = differences == null ? List.of() : List.copyOf(differences);
        }
    }

    @Override
    public DrillRecord with(RunEnd other) {
        return new DrillRecord(runId, trigger, startedAt, other, what, outcome);
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && what != null && outcome != null;
    }
}
