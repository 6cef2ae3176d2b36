package io.hubstorage.notify.alerts;

import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunRecord.BucketRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyRecord;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A week in numbers, and what is odd about them. Pure.
 *
 * @param until the end of the week
 * @param jobs that ended in it, in any order
 */
record Digest(Policy policy, Instant until, List<JobRecord> jobs, Situation situation) {
    private static final double SHRANK_PERCENT = 10;
    private static final double GREW_PERCENT = 50;
    /** A bucket of a handful of objects changes by half every day. */
    private static final long FEW_OBJECTS = 20;

    private static final int SLOW = 3;
    private static final Duration FULL_SOON = Duration.ofDays(90);

    Message message(long number, Instant now) {
        List<String> odd = oddities();
        List<RunRecord> runs = runs();
        long failed =
                runs.stream().filter(run -> run.result() != RunResult.SUCCESS).count();
        String backups = Sizes.count(runs.size(), "backup");
        String title = "Your week: %s, %s%s"
                .formatted(
                        backups,
                        runs.isEmpty()
                                ? "none to count on"
                                : failed == 0 ? "all well" : "%d not well".formatted(failed),
                        odd.isEmpty() ? "" : "; " + (odd.size() == 1 ? odd.getFirst() : odd.size() + " oddities"));
        String text = Stream.concat(
                        Stream.of(standing()),
                        odd.isEmpty()
                                ? Stream.of("Nothing looks odd.")
                                : odd.stream().map("- "::concat))
                .reduce((one, other) -> one + "\n" + other)
                .orElse("");
        return new Message(
                Wording.id(now, number),
                now,
                Event.DIGEST,
                Event.DIGEST.severity(),
                Message.State.INFO,
                "week",
                title,
                text,
                facts(runs),
                new Wording(policy, now).link(""),
                null);
    }

    private List<RunRecord> runs() {
        return jobs.stream()
                .filter(RunRecord.class::isInstance)
                .map(RunRecord.class::cast)
                .filter(run -> !run.dryRun() && run.result().judges())
                .sorted(Comparator.comparing(RunRecord::startedAt))
                .toList();
    }

    private String standing() {
        StatusMessage.Current status = situation.status();
        if (status == null) {
            return "How things stand now could not be told.";
        }
        return status.sentence();
    }

    private List<Fact> facts(List<RunRecord> runs) {
        Times times = new Times(policy.zone());
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Week", "%s to %s".formatted(times.day(policy.weekBefore(until)), times.day(until))));
        facts.add(new Fact("Backups", ends(runs.stream().map(RunRecord::result).toList())));
        Tally downloaded = runs.stream().map(run -> run.totals().downloaded()).reduce(Tally.ZERO, Tally::plus);
        facts.add(new Fact("Downloaded", "%s, %s".formatted(Sizes.objects(downloaded.objects()), Sizes.bytes((double)
                        downloaded.bytes()))));
        long deleted =
                runs.stream().mapToLong(run -> run.totals().deleted().objects()).sum();
        if (deleted > 0) {
            facts.add(new Fact("Gone from S3", Sizes.objects(deleted)));
        }
        StatusMessage.Current status = situation.status();
        if (status != null) {
            long wanted = status.buckets().stream()
                    .filter(each -> each.state() != Standing.LEFT_OUT)
                    .count();
            long safe = status.buckets().stream()
                    .filter(each -> each.state() == Standing.SAFE)
                    .count();
            facts.add(new Fact("Safe now", "%d of %s".formatted(safe, Sizes.count(wanted, "bucket"))));
        }
        space(facts);
        last(VerifyRecord.class)
                .ifPresent(verify -> facts.add(new Fact(
                        "Read and proven",
                        Sizes.count(
                                ofWeek(VerifyRecord.class)
                                        .mapToLong(each -> each.outcome().read().objects())
                                        .sum(),
                                "file"))));
        last(DrillRecord.class).ifPresent(drill -> facts.add(new Fact("Last restore drill", result(drill.result()))));
        for (JobKind kind : List.of(JobKind.RESTORE, JobKind.REPAIR, JobKind.RETENTION, JobKind.REPLICATION)) {
            List<RunResult> ends = jobs.stream()
                    .filter(job ->
                            job.kind() == kind && !job.dryRun() && job.result().judges())
                    .map(JobRecord::result)
                    .toList();
            if (!ends.isEmpty()) {
                facts.add(new Fact(capital(kind.word()), ends(ends)));
            }
        }
        return facts;
    }

    private void space(List<Fact> facts) {
        SpaceMessage.Current space = situation.space();
        SpaceMessage.Disk disk = space == null ? null : space.disk();
        if (space == null || disk == null) {
            return;
        }
        facts.add(new Fact(
                "Disk", "%s of %s free".formatted(Sizes.bytes((double) disk.freeBytes()), Sizes.bytes((double)
                                disk.totalBytes()))));
        Long growth = space.growthBytesPerDay();
        if (growth != null) {
            facts.add(new Fact(
                    "Growth", "%s%s a day".formatted(growth < 0 ? "−" : "", Sizes.bytes((double) Math.abs(growth)))));
        }
    }

    private <T extends JobRecord> Stream<T> ofWeek(Class<T> kind) {
        return jobs.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(job -> job.result().ended());
    }

    private <T extends JobRecord> Optional<T> last(Class<T> kind) {
        return ofWeek(kind).max(Comparator.comparing(JobRecord::startedAt));
    }

    private static String ends(List<RunResult> results) {
        long well =
                results.stream().filter(result -> result == RunResult.SUCCESS).count();
        long partial =
                results.stream().filter(result -> result == RunResult.PARTIAL).count();
        long failed = results.size() - well - partial;
        StringBuilder text = new StringBuilder(Sizes.number(well)).append(" well");
        if (partial > 0) {
            text.append(", ").append(Sizes.number(partial)).append(" with errors");
        }
        if (failed > 0) {
            text.append(", ").append(Sizes.number(failed)).append(" failed");
        }
        return text.toString();
    }

    private static String result(RunResult result) {
        return switch (result) {
            case SUCCESS -> "everything came back";
            case PARTIAL, FAILED -> "did not go well";
            default -> "came to no end";
        };
    }

    /** Each a phrase that begins in lower case, the most pressing first. */
    List<String> oddities() {
        List<String> odd = new ArrayList<>();
        sizes().forEach((bucket, change) -> {
            if (change <= -SHRANK_PERCENT) {
                odd.add("%s shrank %d %%".formatted(bucket, Math.round(-change)));
            }
        });
        SpaceMessage.Current space = situation.space();
        if (space != null && space.fullAbout() != null) {
            Instant full = space.fullAbout().atStartOfDay(policy.zone()).toInstant();
            if (full.isBefore(until.plus(FULL_SOON))) {
                odd.add("the disk is full about " + Times.day(space.fullAbout()));
            }
        }
        sizes().forEach((bucket, change) -> {
            if (change >= GREW_PERCENT) {
                odd.add("%s grew %d %%".formatted(bucket, Math.round(change)));
            }
        });
        slowest().ifPresent(odd::add);
        StatusMessage.Current status = situation.status();
        if (status != null) {
            List<String> never = status.buckets().stream()
                    .filter(each -> each.state() == Standing.NEVER)
                    .map(Bucket::bucket)
                    .toList();
            if (!never.isEmpty()) {
                odd.add("%s has no backup yet".formatted(Times.names(never)));
            }
            if (!status.alarms().isEmpty()) {
                odd.add("%s waits to be looked at"
                        .formatted(Sizes.count(status.alarms().size(), "alarm")));
            }
        }
        return odd;
    }

    /** By how many percent the number of each bucket's objects changed, from the first whole listing to the last. */
    private Map<String, Double> sizes() {
        Map<String, long[]> firstAndLast = new LinkedHashMap<>();
        for (RunRecord run : runs()) {
            run.tried().filter(BucketRecord::listingComplete).forEach(bucket -> {
                long listed = bucket.counts().listed().objects();
                firstAndLast.computeIfAbsent(bucket.bucket(), _ -> new long[] {listed, listed})[1] = listed;
            });
        }
        Map<String, Double> changes = new LinkedHashMap<>();
        firstAndLast.forEach((bucket, listed) -> {
            if (Math.max(listed[0], listed[1]) >= FEW_OBJECTS && listed[0] > 0) {
                changes.put(bucket, 100.0 * (listed[1] - listed[0]) / listed[0]);
            }
        });
        return changes;
    }

    /** A backup that took several times as long as half of them did. */
    private Optional<String> slowest() {
        List<Duration> took = runs().stream()
                .filter(run -> run.finishedAt() != null)
                .map(run -> Duration.between(run.startedAt(), run.finishedAt()))
                .sorted()
                .toList();
        if (took.size() < SLOW) {
            return Optional.empty();
        }
        Duration median = took.get(took.size() / 2);
        Duration longest = took.getLast();
        return longest.compareTo(median.multipliedBy(SLOW)) > 0 && longest.toMinutes() >= 10
                ? Optional.of(
                        "one backup took %s, most take %s".formatted(Sizes.roughly(longest), Sizes.roughly(median)))
                : Optional.empty();
    }

    private static String capital(String phrase) {
        return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1);
    }
}
