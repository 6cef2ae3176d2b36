package io.hubstorage.jobs;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Durable;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of the past, in {@code history.jsonl}, in the order in which they were last written down, whatever the clock said.
 * What is asked about runs is asked about backups alone: no job of another kind is seen there, nor makes one forgotten.
 * Thread-safe; every call may block on the disk. I/O errors are thrown as {@link java.io.UncheckedIOException}.
 */
public final class HistoryStore {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

    /** Of each kind. */
    static final int KEEP = 10_000;

    private static final int PAGE = 50;
    private static final int LARGEST_PAGE = 1000;

    /** How many jobs are looked through for those that have not ended. */
    private static final int LOOK_BACK = 1_000;

    private static final Predicate<RunRecord> REAL = run -> !run.dryRun();
    private static final Predicate<RunRecord> JUDGES =
            REAL.and(run -> run.result().judges());

    private final HistoryFile file;

    /** Found while the file was as {@link #answersFor}: the last success may be far back, and is asked for every few seconds. */
    private final Map<Object, Optional<JobRecord>> answers = new HashMap<>();

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

    /** Where the file is. */
    Path folder() {
        return Durable.folderOf(file.path());
    }

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    public void append(JobRecord job) {
        file.append(job);
    }

    /** Why the last record could not be written down; empty when it could. */
    public Optional<String> unwritable() {
        return file.unwritable();
    }

    /**
     * How many are to be on a page.
     *
     * @throws IllegalArgumentException for less than one and more than a thousand
     */
    public static int pageSize(@Nullable Integer asked) {
        if (asked != null && (asked < 1 || asked > LARGEST_PAGE)) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to %d".formatted(asked, LARGEST_PAGE));
        }
        return asked == null ? PAGE : asked;
    }

    /**
     * Jobs, the newest first.
     *
     * @param kind only of this one
     * @param before only jobs older than the one of this id; none when it is not (or no longer) in the history
     */
    public List<JobRecord> page(@Nullable JobKind kind, int limit, @Nullable String before) {
        // That job may be of any kind.
        return file.query(
                before == null ? kind : null,
                jobs -> olderThan(before, jobs)
                        .filter(job -> kind == null || job.kind() == kind)
                        .limit(Math.max(0, limit))
                        .toList());
    }

    /** Runs likewise. */
    public List<RunRecord> newest(int limit, @Nullable String before) {
        return query(runs -> olderThan(before, runs).limit(Math.max(0, limit)).toList());
    }

    private static <R extends JobRecord> Stream<R> olderThan(@Nullable String id, Stream<R> jobs) {
        return id == null
                ? jobs
                : jobs.dropWhile(job -> !job.runId().equals(id)).skip(1);
    }

    /** Asks the runs, newest first, as many as the answer takes. */
    public <T> T query(Function<Stream<RunRecord>, T> question) {
        return file.query(JobKind.BACKUP, jobs -> question.apply(jobs.map(RunRecord.class::cast)));
    }

    /** The job of this id, of whatever kind. */
    public Optional<JobRecord> find(String id) {
        return place(id).map(HistoryPlace::record);
    }

    /** The same, with those beside it. */
    Optional<HistoryPlace> place(String id) {
        return file.find(id);
    }

    /**
     * Jobs as somebody asks for them, the newest first.
     *
     * @param underWay whether the job of an id is worked on by this process
     * @throws IllegalArgumentException for a limit that is out of bounds
     */
    JobMessage.Page search(JobMessage.Query query, Predicate<String> underWay) {
        return file.search(new HistorySearch(query, pageSize(query.limit()), underWay));
    }

    /** The newest job of that kind that has ended. */
    public Optional<JobRecord> lastEnded(JobKind kind) {
        return newest(kind, "ended", job -> job.result().ended());
    }

    /** The newest job of that kind that {@link JobRecord#succeeded}. */
    public Optional<JobRecord> lastSuccess(JobKind kind) {
        return newest(kind, "success", JobRecord::succeeded);
    }

    /** The newest run, dry or not, ended or not. */
    public Optional<RunRecord> last() {
        return query(Stream::findFirst);
    }

    /** The newest run that was not a dry one, ended or not. */
    Optional<RunRecord> lastReal() {
        return newest(REAL);
    }

    /** The newest run that has ended, dry or not. */
    public Optional<RunRecord> lastEnded() {
        return lastEnded(JobKind.BACKUP).map(RunRecord.class::cast);
    }

    /** The newest run after which every bucket that was configured then was safe. */
    public Optional<RunRecord> lastSuccess() {
        return lastSuccess(JobKind.BACKUP).map(RunRecord.class::cast);
    }

    /** The jobs among the last {@value #LOOK_BACK} of that type that have not ended, newest first. */
    <R extends JobRecord> List<R> unfinished(Class<R> type) {
        JobKind kind = Stream.of(JobKind.values())
                .filter(each -> each.record() == type)
                .findFirst()
                .orElseThrow();
        return file.query(
                kind,
                jobs -> jobs.map(type::cast)
                        .limit(LOOK_BACK)
                        .filter(job -> !job.result().ended())
                        .toList());
    }

    /** The newest job of that kind that came to an end by itself, well or not. */
    public Optional<JobRecord> lastDecisive(JobKind kind) {
        return newest(kind, "decisive", job -> job.result().judges() && !job.dryRun());
    }

    /**
     * The newest of these that is wanted.
     *
     * @param question names what is wanted, so that the answer is looked for only once as long as the history stays as it is
     */
    public Optional<JobRecord> lastDecisive(JobKind kind, Object question, Predicate<JobRecord> wanted) {
        return newest(
                kind, List.of("decisive", question), job -> job.result().judges() && !job.dryRun() && wanted.test(job));
    }

    /** The newest run that judges the buckets it covered: not a dry one, and not one that was stopped. */
    public Optional<RunRecord> lastDecisive() {
        return newest(JUDGES);
    }

    /**
     * How these buckets ended when they were last part of a run that judged them: not a dry one, and not one that was
     * stopped. Those that no run tells of are absent, and all runs are read for them: ask seldom.
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
        return query(runs -> {
            Map<String, Judged> found = new HashMap<>();
            Set<String> open = new HashSet<>(buckets);
            Iterator<RunRecord> judging = runs.filter(JUDGES).iterator();
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

    private Optional<RunRecord> newest(Predicate<RunRecord> wanted) {
        return newest(JobKind.BACKUP, wanted, job -> job instanceof RunRecord run && wanted.test(run))
                .map(RunRecord.class::cast);
    }

    /** @param question names it among those about that kind */
    private synchronized Optional<JobRecord> newest(JobKind kind, Object question, Predicate<JobRecord> wanted) {
        HistoryFile.State now = file.state();
        if (!now.equals(answersFor)) {
            answers.clear();
            answersFor = now;
        }
        return answers.computeIfAbsent(
                List.of(kind, question),
                _ -> file.query(kind, jobs -> jobs.filter(wanted).findFirst()));
    }
}
