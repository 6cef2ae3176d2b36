package io.hubstorage.backup;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a run ended, in one sentence for people. */
final class RunSentence {
    private RunSentence() {}

    static boolean allSafe(List<RunRecord.BucketRecord> buckets) {
        return buckets.stream().allMatch(bucket -> bucket.result() == RunResult.SUCCESS);
    }

    /** No bucket could be listed to its end; there is at least one. */
    static String nothingCovered(Collection<BucketAttempt> ended) {
        BucketAttempt first = ended.iterator().next();
        return ended.size() == 1
                ? "%s failed: %s".formatted(first.bucket(), first.error())
                : "all %d buckets failed; the first: %s".formatted(ended.size(), first.error());
    }

    /** @param checked when its files were last looked at, as in {@link RunRecord.CurrentSnapshot} */
    static String unchanged(
            String snapshot, @Nullable Instant checked, Instant startedAt, List<RunRecord.BucketRecord> buckets) {
        return allSafe(buckets)
                ? "%s: no changes; %s is still current%s%s"
                        .formatted(name(buckets), snapshot, checked(checked, startedAt), asides(buckets))
                : "%s; nothing else changed since %s%s".formatted(troubles(buckets), snapshot, asides(buckets));
    }

    private static String checked(@Nullable Instant checked, Instant startedAt) {
        if (checked == null) {
            return ", but not all of its files were looked at";
        }
        if (checked.equals(startedAt)) {
            return " and its files are in place";
        }
        long hours = Duration.between(checked, startedAt).toHours();
        String ago = hours < 1 ? "less than an hour" : hours == 1 ? "an hour" : hours + " hours";
        return ", its files were last looked at %s ago".formatted(ago);
    }

    /**
     * There is a new snapshot.
     *
     * @param tried the buckets of the run
     * @param others how many more the snapshot holds
     */
    static String committed(List<RunRecord.BucketRecord> tried, int others) {
        return (allSafe(tried) ? subject(tried) + " safe: " : troubles(tried) + "; ") + changes(tried) + others(others);
    }

    /**
     * What a run would do now.
     *
     * @param folder where to
     * @param usable how many bytes fit there
     */
    static String planned(List<RunRecord.BucketRecord> buckets, Path folder, long usable) {
        BucketCounts totals = totals(buckets);
        String room = Preflight.shortage(folder, totals.downloaded().bytes(), usable)
                .orElseGet(() -> Sizes.bytes((double) usable) + " free");
        String sentence =
                "dry run, nothing was written: would download %s, link %s, leave out %s that the last snapshot has; %s"
                        .formatted(
                                amount(totals.downloaded()), amount(totals.linked()), amount(totals.deleted()), room);
        return allSafe(buckets) ? sentence : troubles(buckets) + "; " + sentence;
    }

    static String with(String sentence, List<RunRecord.Alarm> alarms) {
        return alarms.isEmpty()
                ? sentence
                : sentence + ". "
                        + alarms.stream().map(RunRecord.Alarm::message).collect(Collectors.joining(" "));
    }

    private static BucketCounts totals(List<RunRecord.BucketRecord> buckets) {
        return buckets.stream().map(RunRecord.BucketRecord::counts).reduce(BucketCounts.ZERO, BucketCounts::plus);
    }

    private static String troubles(List<RunRecord.BucketRecord> buckets) {
        List<String> troubles = new ArrayList<>();
        for (RunRecord.BucketRecord bucket : buckets) {
            if (bucket.outcome().error() != null) {
                troubles.add("%s failed (%s)"
                        .formatted(bucket.bucket(), bucket.outcome().error()));
            } else if (bucket.outcome().failuresTotal() > 0) {
                troubles.add("%s: %s could not be copied"
                        .formatted(
                                bucket.bucket(), Sizes.objects(bucket.outcome().failuresTotal())));
            }
        }
        return String.join("; ", troubles);
    }

    private static String changes(List<RunRecord.BucketRecord> buckets) {
        BucketCounts totals = totals(buckets);
        return "%s new or changed, %s unchanged%s"
                .formatted(
                        amount(totals.downloaded()),
                        Sizes.objects(totals.linked().objects()),
                        asides(buckets));
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

    private static String others(int buckets) {
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
        return "%s (%s)".formatted(Sizes.objects(tally.objects()), Sizes.bytes((double) tally.bytes()));
    }

    private static String subject(List<RunRecord.BucketRecord> buckets) {
        return name(buckets) + (buckets.size() == 1 ? " is" : " are");
    }

    private static String name(List<RunRecord.BucketRecord> buckets) {
        return buckets.size() == 1 ? buckets.getFirst().bucket() : "all " + buckets.size() + " buckets";
    }
}
