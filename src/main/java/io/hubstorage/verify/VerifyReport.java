package io.hubstorage.verify;

import io.hubstorage.bus.Tally;
import java.time.Instant;
import java.util.List;

/**
 * What a verification found.
 *
 * @param data the data folder
 * @param ok whether there is no problem at all
 * @param samplePercent how many of a hundred contents were hashed
 * @param seed what chose them; the same seed chooses the same again
 * @param hashed files read in full, and their bytes; what a snapshot shares with the one before is read once
 * @param problemsTotal the problems of all snapshots
 */
public record VerifyReport(
        Instant startedAt,
        Instant finishedAt,
        String data,
        boolean ok,
        double samplePercent,
        long seed,
        Tally hashed,
        long problemsTotal,
        List<Snapshot> snapshots) {
    /** How many problems of a snapshot are named. */
    public static final int MAX_PROBLEMS = 100;

    /** Copies the list. */
    public VerifyReport {
        snapshots = List.copyOf(snapshots);
    }

    /**
     * One snapshot.
     *
     * @param legacy made by the old tool, which left nothing to compare with
     * @param problemsTotal how many there are; the first {@link #MAX_PROBLEMS} are named
     */
    public record Snapshot(
            String name, boolean legacy, boolean ok, long problemsTotal, List<Problem> problems, List<Bucket> buckets) {
        /** Copies the lists. */
        public Snapshot {
            problems = List.copyOf(problems);
            buckets = List.copyOf(buckets);
        }
    }

    /**
     * One bucket of a snapshot. What is in none of the last three has a problem.
     *
     * @param entries what the manifest names; of a snapshot of the old tool, the files there are
     * @param proven with the content, or for a directory marker the folder, that the manifest says
     * @param notSampled of the right size, but left out by the sample
     * @param notProvable of the right size, but the manifest has no hash; re-used from a snapshot of the old tool
     * @param writable of all of these, those whose mode is not read-only, as the old tool left them: editing one changes it in
     *     every snapshot that has it
     */
    public record Bucket(
            String name,
            long problems,
            Tally entries,
            Tally proven,
            Tally notSampled,
            Tally notProvable,
            Tally writable) {}

    /** The same with its snapshots. */
    VerifyReport with(List<Snapshot> found) {
        return new VerifyReport(startedAt, finishedAt, data, ok, samplePercent, seed, hashed, problemsTotal, found);
    }
}
