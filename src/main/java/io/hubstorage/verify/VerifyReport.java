package io.hubstorage.verify;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.hubstorage.bus.Tally;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a verification found in all; each {@link Snapshot} is told when it is done, so that none has to be remembered.
 *
 * @param samplePercent how many of a hundred contents were hashed
 * @param seed what chose them; the same seed chooses the same again
 * @param hashed files read in full, and their bytes; what a snapshot shares with the one before is read once
 * @param problemsTotal the problems of all snapshots
 */
public record VerifyReport(
        Instant startedAt,
        Instant finishedAt,
        String data,
        double samplePercent,
        long seed,
        Tally hashed,
        long problemsTotal) {
    public static final int MAX_PROBLEMS = 100;

    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public boolean ok() {
        return problemsTotal == 0;
    }

    /**
     * One snapshot.
     *
     * @param legacy made by the old tool, which left nothing to compare with
     * @param problemsTotal how many there are; the first {@link #MAX_PROBLEMS} are named
     */
    public record Snapshot(
            String name, boolean legacy, boolean ok, long problemsTotal, List<Problem> problems, List<Bucket> buckets) {
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

    /**
     * One thing in a snapshot that is not as its certificate or manifest says.
     *
     * @param bucket absent when the snapshot as a whole is concerned
     * @param key the object, where there is one
     * @param path relative to the bucket's folder (or to the snapshot's, without a bucket), as far as there is one
     * @param detail one sentence: what was found and what was expected
     */
    public record Problem(
            Kind kind,
            @Nullable String bucket,
            @Nullable String key,
            @Nullable String path,
            String detail) {
        /** What kind of problem; in reports in lower case. */
        public enum Kind {
            /** {@code run.json} is missing, damaged, or says something else than the folder. */
            CERTIFICATE,
            /** One of the certificate's equations does not hold. */
            EQUATION,
            /** A manifest is missing, damaged, or not the one that was certified. */
            MANIFEST,
            /** A manifest's index is missing, damaged, or does not agree with it. */
            INDEX,
            /** A manifest line's path does not lead back to its key, or out of the bucket's folder, or is taken twice. */
            PATH,
            /** A file or folder that should be there is not. */
            MISSING,
            /** Something else is where a file or a folder should be; symbolic links always are something else. */
            TYPE,
            /** A file is shorter or longer than it was. */
            SIZE,
            /** A file has other content than it had. */
            HASH,
            /** A file or folder that nothing names. */
            STRAY,
            UNREADABLE
        }
    }
}
