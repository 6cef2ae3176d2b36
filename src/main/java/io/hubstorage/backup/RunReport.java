package io.hubstorage.backup;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts a run's end into a record; {@link RunSentence} says it for people. */
final class RunReport {
    private final RunPlan plan;
    private final InstantSource clock;
    private final HistoryStore history;
    /** Of accounts that did not tell which buckets they have. */
    private List<RunRecord.BucketRecord> undiscovered = List.of();

    /** A word for why the run was told to end, as {@link RunEnd#cause}; the first one counts. */
    private volatile @Nullable String stoppedBy;

    RunReport(RunPlan plan, InstantSource clock, HistoryStore history) {
        this.plan = plan;
        this.clock = clock;
        this.history = history;
    }

    /** Tells of accounts that did not say which buckets they have: by a bucket that stands for all of them, and failed. */
    void undiscovered(List<S3Message.Undiscovered> accounts) {
        undiscovered = accounts.stream()
                .map(account -> new RunRecord.BucketRecord(
                        account.buckets(),
                        new BucketOutcome(
                                RunResult.FAILED,
                                false,
                                BucketCounts.ZERO,
                                List.of(),
                                0,
                                "the buckets could not be discovered: " + account.error(),
                                Map.of(),
                                FailureCause.DISCOVERY),
                        false))
                .toList();
    }

    RunRecord begun() {
        return RunRecord.running(plan.start());
    }

    /** Ended before it came to a snapshot. */
    RunRecord stopped(RunResult result, int attempts, String why) {
        // A run ends interrupted while the program still runs only when it is told to.
        boolean inOrder = result == RunResult.INTERRUPTED;
        RunEnd end = new RunEnd(result, clock.instant(), attempts, why, inOrder);
        String cause = result == RunResult.FAILED ? Objects.requireNonNullElse(stoppedBy, FailureCause.UNKNOWN) : null;
        return new RunRecord(plan.start(), end.because(cause), RunRecord.CurrentSnapshot.NONE, List.of(), List.of());
    }

    /** Remembers of which kind it is what ends the run, and returns what to say of it. */
    String because(String kind, String why) {
        if (stoppedBy == null) {
            stoppedBy = kind;
        }
        return why;
    }

    /** Why a run ended: what a {@link RunStoppedException} says; anything else means that the destination's disk failed. */
    String reason(Exception e) {
        if (e instanceof RunStoppedException stopped) {
            return because(stopped.kind(), String.valueOf(e.getMessage()));
        }
        return DiskFull.isCauseOf(e)
                ? because(FailureCause.DISK_FULL, Preflight.full(plan.data(), e.getMessage()))
                : because(
                        FailureCause.DISK,
                        "the destination cannot be used: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
    }

    RunRecord nothingCovered(int attempts, Collection<BucketAttempt> ended) {
        if (ended.isEmpty()) {
            String none = "every bucket that was found has a schedule of its own, so there was nothing to do";
            return record(RunResult.SUCCESS, attempts, RunRecord.CurrentSnapshot.NONE, List.of(), none, List.of());
        }
        String sentence = RunSentence.nothingCovered(ended);
        return record(RunResult.FAILED, attempts, RunRecord.CurrentSnapshot.NONE, buckets(ended), sentence, List.of());
    }

    /**
     * S3 lists nothing else than the last snapshot has.
     *
     * @param checked when its files were last looked at, as in {@link RunRecord.CurrentSnapshot}
     */
    RunRecord unchanged(
            String snapshot,
            @Nullable Instant checked,
            int attempts,
            Collection<BucketAttempt> ended,
            List<RunRecord.Alarm> alarms) {
        List<RunRecord.BucketRecord> buckets = buckets(ended);
        String sentence = RunSentence.unchanged(snapshot, checked, plan.startedAt(), buckets);
        RunRecord.CurrentSnapshot current = new RunRecord.CurrentSnapshot(snapshot, false, checked);
        return record(result(buckets), attempts, current, buckets, sentence, alarms);
    }

    /**
     * A new snapshot is about to be committed.
     *
     * @param dated what its name says
     * @param newest the snapshot before
     */
    RunRecord committed(
            Layout layout,
            Instant dated,
            int attempts,
            Map<String, BucketAttempt> ended,
            Collection<BucketAttempt> whole,
            @Nullable SnapshotInfo newest,
            List<RunRecord.Alarm> alarms) {
        Map<String, RunRecord.BucketRecord> before = before(newest, ended, whole);
        List<RunRecord.BucketRecord> buckets = new ArrayList<>();
        Set<String> told = new TreeSet<>();
        for (BucketAttempt attempt : whole) {
            BucketAttempt tried = ended.get(attempt.bucket());
            buckets.add(
                    tried == null ? leftOut(attempt, before) : attempt.keep() ? kept(attempt, tried) : bucket(attempt));
            told.add(attempt.bucket());
        }
        ended.values().stream()
                .filter(attempt -> !told.contains(attempt.bucket()))
                .map(RunReport::bucket)
                .forEach(buckets::add);
        buckets.addAll(undiscovered);
        List<RunRecord.BucketRecord> tried = buckets.stream()
                .filter(bucket -> ended.containsKey(bucket.bucket()) || undiscovered.contains(bucket))
                .toList();
        String sentence = RunSentence.committed(tried, buckets.size() - tried.size());
        RunRecord.CurrentSnapshot current =
                new RunRecord.CurrentSnapshot(freeName(layout, dated), true, plan.startedAt());
        return record(result(tried), attempts, current, buckets, sentence, alarms);
    }

    /** How the buckets that this run leaves out ended last: as the history says, or else as the last certificate does. */
    private Map<String, RunRecord.BucketRecord> before(
            @Nullable SnapshotInfo newest, Map<String, BucketAttempt> ended, Collection<BucketAttempt> whole) {
        List<String> leftOut = whole.stream()
                .map(BucketAttempt::bucket)
                .filter(bucket -> !ended.containsKey(bucket))
                .toList();
        Map<String, RunRecord.BucketRecord> before = new HashMap<>();
        if (newest != null && newest.certificate() != null) {
            newest.certificate().buckets().stream()
                    .map(Certificate.Bucket::record)
                    .filter(bucket -> leftOut.contains(bucket.bucket()))
                    .forEach(bucket -> before.put(bucket.bucket(), bucket));
        }
        history.lastJudged(leftOut).forEach((bucket, judged) -> before.put(bucket, judged.bucket()));
        return before;
    }

    RunRecord planned(Collection<BucketAttempt> ended, long usable) {
        if (ended.stream().noneMatch(BucketAttempt::complete)) {
            return nothingCovered(1, ended);
        }
        List<RunRecord.BucketRecord> buckets = buckets(ended);
        String sentence = RunSentence.planned(buckets, plan.data(), usable);
        return record(result(buckets), 1, RunRecord.CurrentSnapshot.NONE, buckets, sentence, List.of());
    }

    private RunRecord record(
            RunResult result,
            int attempts,
            RunRecord.CurrentSnapshot current,
            List<RunRecord.BucketRecord> buckets,
            String sentence,
            List<RunRecord.Alarm> alarms) {
        RunEnd end = new RunEnd(result, clock.instant(), attempts, RunSentence.with(sentence, alarms));
        return new RunRecord(plan.start(), end, current, buckets, alarms);
    }

    private List<RunRecord.BucketRecord> buckets(Collection<BucketAttempt> ended) {
        return Stream.concat(ended.stream().map(RunReport::bucket), undiscovered.stream())
                .toList();
    }

    private static RunRecord.BucketRecord bucket(BucketAttempt attempt) {
        boolean complete = attempt.complete();
        RunResult result =
                !complete ? RunResult.FAILED : attempt.failuresTotal() > 0 ? RunResult.PARTIAL : RunResult.SUCCESS;
        return new RunRecord.BucketRecord(
                attempt.bucket(),
                new BucketOutcome(
                        result,
                        false,
                        complete ? attempt.counts() : BucketCounts.ZERO,
                        attempt.failures(),
                        attempt.failuresTotal(),
                        complete ? attempt.error() : errorSoFar(attempt),
                        attempt.failuresByKind(),
                        attempt.errorKind()),
                complete && !attempt.keep());
    }

    /** The counts of what was not finished prove nothing and stay out of the record; people still want to know how far it was. */
    private static @Nullable String errorSoFar(BucketAttempt attempt) {
        String error = attempt.error();
        long listed = attempt.counts().listed().objects();
        return error == null || listed == 0
                ? error
                : "%s By then %s had been listed and %s downloaded."
                        .formatted(
                                error,
                                Sizes.objects(listed),
                                Sizes.number(attempt.counts().downloaded().objects()));
    }

    /** A bucket that failed and was linked over whole: nothing is concluded from what its listing said. */
    private static RunRecord.BucketRecord kept(BucketAttempt kept, BucketAttempt tried) {
        return new RunRecord.BucketRecord(
                kept.bucket(),
                new BucketOutcome(
                        RunResult.FAILED,
                        false,
                        kept.counts(),
                        kept.failures(),
                        kept.failuresTotal(),
                        errorSoFar(tried),
                        kept.failuresByKind(),
                        tried.errorKind()),
                false);
    }

    /** A bucket that was no part of this run: linked over whole, and as safe or not as it was. */
    private static RunRecord.BucketRecord leftOut(BucketAttempt attempt, Map<String, RunRecord.BucketRecord> before) {
        RunRecord.BucketRecord last = before.get(attempt.bucket());
        return new RunRecord.BucketRecord(
                attempt.bucket(),
                new BucketOutcome(
                        last == null ? RunResult.FAILED : last.result(),
                        true,
                        attempt.counts(),
                        List.of(),
                        0,
                        last == null
                                ? "nothing tells how it was backed up last"
                                : last.outcome().error()),
                false);
    }

    private static RunResult result(List<RunRecord.BucketRecord> buckets) {
        return RunSentence.allSafe(buckets) ? RunResult.SUCCESS : RunResult.PARTIAL;
    }

    /** Two runs within a second must not get the same name. */
    private static String freeName(Layout layout, Instant dated) {
        Instant time = dated;
        while (Files.exists(layout.snapshot(Layout.name(time)))) {
            time = time.plusSeconds(1);
        }
        return Layout.name(time);
    }
}
