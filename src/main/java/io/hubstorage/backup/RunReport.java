package io.hubstorage.backup;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts a run's end into a record and into one sentence for people. */
final class RunReport {
    private final RunPlan plan;
    private final InstantSource clock;
    private final HistoryStore history;

    RunReport(RunPlan plan, InstantSource clock, HistoryStore history) {
        this.plan = plan;
        this.clock = clock;
        this.history = history;
    }

    /** The record of a run that has just begun. */
    RunRecord begun() {
        return RunRecord.running(plan.start());
    }

    /** Ended before it came to a snapshot. */
    RunRecord stopped(RunResult result, int attempts, String why) {
        // A run ends interrupted while the program still runs only when it is told to.
        boolean inOrder = result == RunResult.INTERRUPTED;
        RunEnd end = new RunEnd(result, clock.instant(), attempts, why, inOrder);
        return new RunRecord(plan.start(), end, RunRecord.Truth.NONE, List.of(), List.of());
    }

    /** Ended because the destination's disk did not do what it must. */
    RunRecord broken(int attempts, Exception e) {
        String why = DiskFull.isCauseOf(e)
                ? Preflight.full(plan.data(), e.getMessage())
                : "the destination cannot be used: " + (e.getMessage() == null ? e.toString() : e.getMessage());
        return stopped(RunResult.FAILED, attempts, why);
    }

    /** No bucket could be listed to its end. */
    RunRecord nothingCovered(int attempts, Collection<BucketAttempt> ended) {
        String why = ended.size() == 1
                ? "%s failed: %s"
                        .formatted(
                                ended.iterator().next().bucket(),
                                ended.iterator().next().error())
                : "all %d buckets failed; the first: %s"
                        .formatted(ended.size(), ended.iterator().next().error());
        return record(RunResult.FAILED, attempts, RunRecord.Truth.NONE, buckets(ended), why, List.of());
    }

    /**
     * S3 lists nothing else than the last snapshot has.
     *
     * @param checked when its files were last looked at, as in {@link RunRecord.Truth}
     */
    RunRecord unchanged(
            String snapshot,
            @Nullable Instant checked,
            int attempts,
            Collection<BucketAttempt> ended,
            List<RunRecord.Alarm> alarms) {
        List<RunRecord.BucketRecord> buckets = buckets(ended);
        String sentence = allSafe(buckets)
                ? "%s: no changes; %s is still current%s%s"
                        .formatted(name(buckets), snapshot, checked(checked), asides(buckets))
                : "%s; nothing else changed since %s%s".formatted(troubles(buckets), snapshot, asides(buckets));
        RunRecord.Truth truth = new RunRecord.Truth(snapshot, false, checked);
        return record(result(buckets), attempts, truth, buckets, with(sentence, alarms), alarms);
    }

    private String checked(@Nullable Instant checked) {
        if (checked == null) {
            return ", but not all of its files were looked at";
        }
        if (checked.equals(plan.startedAt())) {
            return " and its files are in place";
        }
        long hours = Duration.between(checked, plan.startedAt()).toHours();
        String ago = hours < 1 ? "less than an hour" : hours == 1 ? "an hour" : hours + " hours";
        return ", its files were last looked at %s ago".formatted(ago);
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
        List<RunRecord.BucketRecord> tried = buckets.stream()
                .filter(bucket -> ended.containsKey(bucket.bucket()))
                .toList();
        String sentence = (allSafe(tried) ? subject(tried) + " safe: " : troubles(tried) + "; ")
                + changes(tried)
                + leftOut(buckets.size() - tried.size());
        RunRecord.Truth truth = new RunRecord.Truth(freeName(layout, dated), true, plan.startedAt());
        return record(result(tried), attempts, truth, buckets, with(sentence, alarms), alarms);
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

    /** A dry run: what a run would do now. */
    RunRecord planned(Collection<BucketAttempt> ended, long usable) {
        if (ended.stream().noneMatch(BucketAttempt::complete)) {
            return nothingCovered(1, ended);
        }
        List<RunRecord.BucketRecord> buckets = buckets(ended);
        BucketCounts totals = totals(buckets);
        String room = Preflight.shortage(plan.data(), totals.downloaded().bytes(), usable)
                .map(shortage -> "; " + shortage)
                .orElse("; %s free".formatted(Sizes.bytes((double) usable)));
        String sentence =
                "dry run, nothing was written: would download %s, link %s, leave out %s that the last snapshot has%s"
                        .formatted(
                                amount(totals.downloaded()), amount(totals.linked()), amount(totals.deleted()), room);
        if (!allSafe(buckets)) {
            sentence = troubles(buckets) + "; " + sentence;
        }
        return record(result(buckets), 1, RunRecord.Truth.NONE, buckets, sentence, List.of());
    }

    private RunRecord record(
            RunResult result,
            int attempts,
            RunRecord.Truth truth,
            List<RunRecord.BucketRecord> buckets,
            @Nullable String message,
            List<RunRecord.Alarm> alarms) {
        RunEnd end = new RunEnd(result, clock.instant(), attempts, message);
        return new RunRecord(plan.start(), end, truth, buckets, alarms);
    }

    private static BucketCounts totals(List<RunRecord.BucketRecord> buckets) {
        return buckets.stream().map(RunRecord.BucketRecord::counts).reduce(BucketCounts.ZERO, BucketCounts::plus);
    }

    private static List<RunRecord.BucketRecord> buckets(Collection<BucketAttempt> ended) {
        return ended.stream().map(RunReport::bucket).toList();
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
                        complete ? attempt.error() : errorSoFar(attempt)),
                complete && !attempt.keep());
    }

    /** The counts of what was not finished prove nothing and stay out of the record; people still want to know how far it was. */
    private static @Nullable String errorSoFar(BucketAttempt attempt) {
        String error = attempt.error();
        long listed = attempt.counts().listed().objects();
        return error == null || listed == 0
                ? error
                : String.format(
                        Locale.ROOT,
                        "%s By then %,d object%s had been listed and %,d downloaded.",
                        error,
                        listed,
                        listed == 1 ? "" : "s",
                        attempt.counts().downloaded().objects());
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
                        errorSoFar(tried)),
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

    private static boolean allSafe(List<RunRecord.BucketRecord> buckets) {
        return buckets.stream().allMatch(bucket -> bucket.result() == RunResult.SUCCESS);
    }

    private static RunResult result(List<RunRecord.BucketRecord> buckets) {
        return allSafe(buckets) ? RunResult.SUCCESS : RunResult.PARTIAL;
    }

    private static String troubles(List<RunRecord.BucketRecord> buckets) {
        List<String> troubles = new ArrayList<>();
        for (RunRecord.BucketRecord bucket : buckets) {
            if (bucket.outcome().error() != null) {
                troubles.add("%s failed (%s)"
                        .formatted(bucket.bucket(), bucket.outcome().error()));
            } else if (bucket.outcome().failuresTotal() > 0) {
                troubles.add("%s: %s could not be copied"
                        .formatted(bucket.bucket(), objects(bucket.outcome().failuresTotal())));
            }
        }
        return String.join("; ", troubles);
    }

    private static String changes(List<RunRecord.BucketRecord> buckets) {
        BucketCounts totals = totals(buckets);
        return "%s new or changed, %s unchanged%s"
                .formatted(amount(totals.downloaded()), objects(totals.linked().objects()), asides(buckets));
    }

    /** What is not as one might expect, each with a comma before it. */
    private static String asides(List<RunRecord.BucketRecord> buckets) {
        BucketCounts totals = totals(buckets);
        StringBuilder asides = new StringBuilder();
        append(asides, totals.metadataRefreshed(), "with new metadata");
        append(asides, totals.refetched(), "fetched again because the disk no longer held them");
        append(asides, totals.deleted(), "gone");
        append(asides, totals.carried(), "gone from S3 and kept");
        append(asides, totals.kept(), "kept in their previous version");
        append(asides, totals.archived(), "archived and not readable");
        append(asides, totals.vanished(), "vanished meanwhile");
        return asides.toString();
    }

    private static String leftOut(int buckets) {
        return buckets == 0
                ? ""
                : "; %s not part of this run and %s as before"
                        .formatted(
                                buckets == 1 ? "1 other bucket was" : buckets + " other buckets were",
                                buckets == 1 ? "stays" : "stay");
    }

    private static void append(StringBuilder text, Tally tally, String what) {
        if (tally.objects() > 0) {
            text.append(", ").append(Sizes.number(tally.objects())).append(' ').append(what);
        }
    }

    private static String amount(Tally tally) {
        return "%s (%s)".formatted(objects(tally.objects()), Sizes.bytes((double) tally.bytes()));
    }

    private static String objects(long count) {
        return count == 1 ? "1 object" : Sizes.number(count) + " objects";
    }

    private static String subject(List<RunRecord.BucketRecord> buckets) {
        return name(buckets) + (buckets.size() == 1 ? " is" : " are");
    }

    private static String name(List<RunRecord.BucketRecord> buckets) {
        return buckets.size() == 1 ? buckets.getFirst().bucket() : "all " + buckets.size() + " buckets";
    }

    private static String with(String sentence, List<RunRecord.Alarm> alarms) {
        return alarms.isEmpty()
                ? sentence
                : sentence + ". "
                        + alarms.stream().map(RunRecord.Alarm::message).collect(Collectors.joining(" "));
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
