package io.hubstorage.bus;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about the proofs of stored files, and their answers. */
public sealed interface VerifyMessage {
    /** The most files of a page. */
    int MOST = 1_000;

    /** The files of a page, where nothing else is asked for. */
    int USUAL = 100;

    /**
     * Asks how the proofs stand.
     *
     * @param limit how many damaged files to name, 0 to 1000; 100 when absent
     * @param after names those behind this, the {@code next} of the page before
     */
    record Query(@Nullable Integer limit, @Nullable Long after) implements VerifyMessage {}

    /**
     * How they stand.
     *
     * @param sentence the same for people
     * @param current what is under way; absent when nothing is
     * @param cycle the last one, going on or not
     * @param nextAt when it goes on, or the next one begins, by itself; absent when it does not, or goes on now
     * @param due what the cycle has still to read, by the day of its last proof, the least recently proven first: the order in which it
     *     is read; empty when no cycle goes on
     * @param damage all that is damaged
     * @param damaged some of that, by bucket and key
     * @param next the {@code after} of the next page; absent on the last one
     */
    record Status(
            String sentence,
            @Nullable VerifyState current,
            VerifyRecord.Cycle cycle,
            @Nullable Instant nextAt,
            List<Due> due,
            DamageSummary damage,
            List<DamagedFile> damaged,
            @Nullable Long next)
            implements VerifyMessage {
        public Status {
            due = List.copyOf(due);
        }
    }

    /**
     * Files that a cycle has still to read.
     *
     * @param proven when they were proven last, or somewhat later; absent for those that never were
     */
    record Due(@Nullable LocalDate proven, Tally files) implements VerifyMessage {}

    /**
     * All that is damaged.
     *
     * @param files of buckets, however many snapshots share them
     * @param snapshots how many have any
     * @param newest the first of these by name, the newest first
     * @param since when the first of it was found; absent when nothing is damaged
     */
    record DamageSummary(
            long files,
            long snapshots,
            List<String> newest,
            @Nullable Instant since) {}

    /**
     * A file of a snapshot that is not as its manifest says.
     *
     * @param kind {@code missing}, {@code size}, {@code bytes}, {@code not_a_file}; {@code manifest} where a manifest or certificate is
     *     damaged itself
     */
    record DamagedFile(String snapshot, String bucket, String key, String path, String kind, Instant foundAt) {}

    /** Pauses what is under way; it goes on when its hours begin again, or when it is started. Also the answer, with its id. */
    record Pause(@Nullable String runId) implements VerifyMessage {}

    /** The answer to {@link VerifyStart}. */
    record Started(String runId) implements VerifyMessage {}
}
