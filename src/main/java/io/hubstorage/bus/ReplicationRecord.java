package io.hubstorage.bus;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replication as the history keeps it and {@code replication.finished} tells it; a flat object in JSON. */
public record ReplicationRecord(
        String runId,
        Trigger trigger,
        Instant startedAt,
        @JsonUnwrapped RunEnd end,
        @JsonUnwrapped What what,
        @JsonUnwrapped Outcome outcome)
        implements JobRecord {
    /** So many failures are named. */
    public static final int NAMED = 20;

    /**
     * What is copied.
     *
     * @param to the folder of the copy
     * @param selection {@code all} or {@code latest} alone, or the names of snapshots
     * @param prune whether snapshots that the data folder has no more go from the copy, too
     * @param maxMbPerSecond what was asked for, in 1,000,000 bytes a second, 0 for no limit; absent where the configuration decides
     */
    public record What(
            String to,
            List<String> selection,
            boolean prune,
            @Nullable Double maxMbPerSecond) {
        public What {
            selection = selection == null ? List.of() : List.copyOf(selection);
        }
    }

    /**
     * How many snapshots: <em>selected = there + copied + failed + what was not reached</em>, and nothing of the last once the
     * replication has come to its end.
     *
     * @param selected those that the copy is to have
     * @param there of them, those that it had already
     * @param copied of them, those that it has now
     * @param failed of them, those that it does not have, because they are not whole in the data folder
     * @param leftOut further ones, which the old tool made: nothing tells what their files must be
     * @param removed those that were removed from the copy
     */
    public record Snapshots(long selected, long there, long copied, long failed, long leftOut, long removed) {
        public static final Snapshots NONE = new Snapshots(0, 0, 0, 0, 0, 0);
    }

    /**
     * What could not be copied, and why, in a sentence or phrase.
     *
     * @param bucket absent where the snapshot as a whole is concerned
     * @param key absent where no single file is
     */
    public record Failure(
            String snapshot,
            @Nullable String bucket,
            @Nullable String key,
            String why) {}

    /**
     * What came of it.
     *
     * @param linked files that are hard links to the copy's snapshot before
     * @param copied files whose bytes were copied, and were then what the manifest says
     * @param resumed files that an earlier replication, which was stopped, had copied
     * @param unproven of the copied and resumed ones, those of which the manifest has no SHA-256, so that only their length was compared
     * @param failed files that could not be copied, as they are not what the manifest says
     * @param failures the first {@link #NAMED} of these, and of the snapshots that failed as a whole
     */
    public record Outcome(
            Snapshots snapshots,
            Tally linked,
            Tally copied,
            Tally resumed,
            Tally unproven,
            Tally failed,
            List<Failure> failures) {
        public static final Outcome NONE =
                new Outcome(Snapshots.NONE, Tally.ZERO, Tally.ZERO, Tally.ZERO, Tally.ZERO, Tally.ZERO, List.of());

        public Outcome {
            failures = failures == null ? List.of() : List.copyOf(failures);
        }
    }

    @Override
    public ReplicationRecord with(RunEnd other) {
        return new ReplicationRecord(runId, trigger, startedAt, other, what, outcome);
    }

    @Override
    public boolean whole() {
        return JobRecord.super.whole() && what != null && outcome != null;
    }
}
