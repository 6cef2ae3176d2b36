package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a cycle of proofs, from when it was begun or gone on with until it ended or was paused, as the history keeps it and
 * {@code verify.finished} tells it; a flat object in JSON.
 *
 * @param cycle how far that was when it ended
 * @param outcome what this job has done
 */
public record VerifyRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped Cycle cycle,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /**
     * How far a cycle is. In one, every file that the snapshots hold is read once, however many of them share it.
     *
     * @param cycleNumber 0 when none has begun
     * @param cycleBegan what was proven since then counts for it
     * @param cycleFinished absent while it goes on
     * @param files that there are to prove
     * @param proven of these, those that were read, or downloaded, since it began and are right
     * @param percent of the cycle that is done
     * @param provenSince every file that has a SHA-256 and is not known to be damaged was proven since then; absent when some file
     *     never was, or a manifest is damaged, so that nobody knows what is to be proven
     */
    public record Cycle(
            long cycleNumber,
            @Nullable Instant cycleBegan,
            @Nullable Instant cycleFinished,
            Tally files,
            Tally proven,
            int percent,
            @Nullable Instant provenSince) {
        /** Nothing is known yet. */
        public static final Cycle NONE = new Cycle(0, null, null, Tally.ZERO, Tally.ZERO, 0, null);
    }

    /**
     * What one job has done.
     *
     * @param read files that it has read to their end, and the bytes of these
     * @param foundDamaged files of which it has found, by reading them, that they do not hold what they should
     * @param damagedFiles files that are on the list of damage now, however many snapshots share them
     * @param damagedSnapshots how many snapshots have any of these
     */
    public record Outcome(Tally read, Tally foundDamaged, long damagedFiles, long damagedSnapshots) {
        public static final Outcome NONE = new Outcome(Tally.ZERO, Tally.ZERO, 0, 0);
    }

    @Override
    public VerifyRecord with(RunEnd other) {
        return new VerifyRecord(runId, trigger, startedAt, other, cycle, outcome);
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && cycle != null && outcome != null;
    }
}
