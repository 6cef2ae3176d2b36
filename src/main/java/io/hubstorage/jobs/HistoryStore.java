package io.hubstorage.jobs;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the past, in {@code history.jsonl}, in the order in which they were last written down, whatever the clock said.
 * Thread-safe; every call may block on the disk. I/O errors are thrown as {@link java.io.UncheckedIOException}.
 */
public final class HistoryStore {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

    static final int KEEP = 10_000;

    /** How many runs are looked through for one that covered a certain bucket, or that has not ended. */
    private static final int LOOK_BACK = 1_000;

    private static final Predicate<RunRecord> ENDED = run -> run.result().ended();
    private static final Predicate<RunRecord> REAL = run -> !run.dryRun();
    private static final Predicate<RunRecord> ALL_SAFE = RunRecord::leavesAllSafe;
    private static final Predicate<RunRecord> JUDGES =
            REAL.and(run -> run.result().judges());
    private static final Predicate<RunRecord> JUDGES_ALL = JUDGES.and(RunRecord::coversAllBuckets);

    private final HistoryFile file;

    /** Found while the file was as {@link #answersFor}: the last success may be far back, and is asked for every few seconds. */
    private final Map<Predicate<RunRecord>, Optional<RunRecord>> answers = new HashMap<>();

    private HistoryFile.@Nullable State answersFor;

    private HistoryStore(HistoryFile file) {
        this.file = file;
    }

    public static Path in(Path configFolder) {
        return configFolder.resolve("history.jsonl");
    }

    /** The history in this folder, which is made if it is missing; so is the file, at the first append. */
    public static HistoryStore open(Path configFolder) {
        return open(configFolder, KEEP);
    }

    static HistoryStore open(Path configFolder, int keep) {
        forgetIndex(configFolder.resolve("history.index"));
        return new HistoryStore(new HistoryFile(in(configFolder), keep));
    }

    /** Versions before this one kept it beside the history; nothing reads it any more. */
    private static void forgetIndex(Path index) {
        try {
            Files.deleteIfExists(index);
        } catch (IOException e) {
            LOG.debug("{} stays, and does no harm", index, e);
        }
    }

    long bytesRead() {
        return file.bytesRead();
    }

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    public void append(RunRecord run) {
        file.append(run);
    }

    /** Why the last record could not be written down; empty when it could. */
    public Optional<String> unwritable() {
        return file.unwritable();
    }

    /**
     * Runs, the newest first.
     *
     * @param beforeRunId only runs older than this one; none when it is not (or no longer) in the history
     */
    public List<RunRecord> newest(int limit, @Nullable String beforeRunId) {
        return file.query(runs -> (beforeRunId == null
                        ? runs
                        : runs.dropWhile(run -> !run.runId().equals(beforeRunId))
                                .skip(1))
                .limit(Math.max(0, limit))
                .toList());
    }

    public Optional<RunRecord> find(String runId) {
        return file.query(runs -> runs.filter(run -> run.runId().equals(runId)).findFirst());
    }

    /** The newest run, dry or not, ended or not. */
    public Optional<RunRecord> last() {
        return file.query(Stream::findFirst);
    }

    /** The newest run that was not a dry one, ended or not. */
    Optional<RunRecord> lastReal() {
        return newest(REAL);
    }

    /** The newest run that has ended, dry or not. */
    public Optional<RunRecord> lastEnded() {
        return newest(ENDED);
    }

    /** The newest runs that were to cover every bucket and were not dry ones, newest first. */
    public List<RunRecord> lastWholeRuns(int limit) {
        return file.query(runs -> runs.filter(REAL.and(RunRecord::coversAllBuckets))
                .limit(Math.max(0, limit))
                .toList());
    }

    /** The newest run after which every bucket that was configured then was safe. */
    public Optional<RunRecord> lastSuccess() {
        return newest(ALL_SAFE);
    }

    /** The runs among the last {@value #LOOK_BACK} that have not ended, newest first. */
    List<RunRecord> unfinished() {
        return file.query(runs -> runs.limit(LOOK_BACK).filter(ENDED.negate()).toList());
    }

    /**
     * The newest run that judges the buckets it covered: not a dry one, and not one that was stopped.
     *
     * @param whole only one over all buckets
     */
    public Optional<RunRecord> lastDecisive(boolean whole) {
        return newest(whole ? JUDGES_ALL : JUDGES);
    }

    /**
     * How these buckets ended when they were last part of a run that judged them: not a dry one, and not one that was
     * stopped. Those that the last {@value #LOOK_BACK} runs do not tell of are absent.
     */
    public Map<String, Judged> lastJudged(Collection<String> buckets) {
        return last(buckets, (run, bucket) -> true);
    }

    /** Likewise, the last time that each was safe afterwards. */
    public Map<String, Judged> lastSafe(Collection<String> buckets) {
        return last(buckets, (run, bucket) -> run.result() != RunResult.FAILED && bucket.result() == RunResult.SUCCESS);
    }

    private Map<String, Judged> last(
            Collection<String> buckets, BiPredicate<RunRecord, RunRecord.BucketRecord> wanted) {
        return file.query(runs -> {
            Map<String, Judged> found = new HashMap<>();
            Set<String> open = new HashSet<>(buckets);
            Iterator<RunRecord> judging = runs.limit(LOOK_BACK).filter(JUDGES).iterator();
            while (!open.isEmpty() && judging.hasNext()) {
                RunRecord run = judging.next();
                run.tried()
                        // Read well, but nothing was committed: what counts is the run before.
                        .filter(bucket -> run.result() != RunResult.FAILED || bucket.result() != RunResult.SUCCESS)
                        .filter(bucket -> wanted.test(run, bucket) && open.remove(bucket.bucket()))
                        .forEach(bucket -> found.put(bucket.bucket(), new Judged(run, bucket)));
            }
            return found;
        });
    }

    public record Judged(RunRecord run, RunRecord.BucketRecord bucket) {}

    private synchronized Optional<RunRecord> newest(Predicate<RunRecord> wanted) {
        HistoryFile.State now = file.state();
        if (!now.equals(answersFor)) {
            answers.clear();
            answersFor = now;
        }
        return answers.computeIfAbsent(
                wanted, _ -> file.query(runs -> runs.filter(wanted).findFirst()));
    }
}
