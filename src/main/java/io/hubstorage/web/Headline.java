package io.hubstorage.web;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.HubConfig;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How things stand, in one word and in one sentence that is true at this moment.
 *
 * @param sentence what is so and, when something is wrong, what to do
 */
record Headline(State state, String sentence) {
    /** By this machine's clock: a sentence is for people. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    /** The word. */
    enum State {
        /** Every configured bucket is in a snapshot, and the schedule is kept. */
        SAFE,
        /** A run is under way. */
        RUNNING,
        /** A run is under way, and cannot go on: S3 does not do its work. */
        WAITING,
        /** The next run should have begun already. */
        LATE,
        /** The last run failed, wholly or in part, or nothing can run. */
        FAILING,
        /** Nothing runs by itself. */
        PAUSED,
        /** Some bucket has never been backed up. */
        NEVER_RUN,
        /** No bucket is chosen. */
        NEEDS_SETUP;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Judges the state of things.
     *
     * @param buckets the configured buckets
     * @param runs the last ones, newest first; the last one is enough where it {@link #isClear}
     * @param scheduler absent when it does not answer
     */
    static Headline of(
            HubConfig buckets,
            BackupMessage.Status backup,
            List<RunRecord> runs,
            SchedulerMessage.@Nullable Status scheduler,
            Instant now) {
        RunState current = backup.current();
        RunRecord good = backup.lastSuccess();
        if (backup.running() && current != null) {
            return running(current, good, now);
        }
        if (needsSetup(buckets)) {
            return new Headline(
                    State.NEEDS_SETUP, "Nothing is backed up yet: choose your buckets on the configuration page.");
        }
        // A run that was stopped takes nothing away from the one before it, be that a good or a bad one.
        Optional<RunRecord> last = runs.stream().filter(Headline::isDecisive).findFirst();
        if (last.isPresent() && last.get().result() != RunResult.SUCCESS) {
            return failing(last.get(), now);
        }
        if (scheduler == null || !scheduler.running()) {
            return new Headline(
                    State.FAILING,
                    "The scheduler is not running, so no backup starts by itself; restart HubStorage."
                            + lastGood(good, now));
        }
        if (scheduler.paused()) {
            return new Headline(
                    State.PAUSED, "The schedule is paused: nothing runs until you resume it." + lastGood(good, now));
        }
        if (scheduler.overdue()) {
            return new Headline(
                    State.LATE,
                    good == null
                            ? "The first backup is late."
                            : "The next backup is late; the last good one was %s."
                                    .formatted(Spans.ago(end(good), now)));
        }
        if (!scheduler.enabled()) {
            return new Headline(
                    State.PAUSED,
                    "The schedule is switched off: backups run when you start them." + lastGood(good, now));
        }
        return good == null
                ? new Headline(State.NEVER_RUN, "No backup has finished yet%s.".formatted(next(scheduler, now)))
                : covered(buckets, good, runs, scheduler, now);
    }

    /** Whether a run alone tells how things stand: it ended by itself, was no dry one, and covered every bucket. */
    static boolean isClear(HubConfig config, RunRecord run) {
        Set<String> saved = saved(run).collect(Collectors.toSet());
        return isDecisive(run)
                && config.buckets().stream().map(HubConfig.BucketSpec::name).allMatch(saved::contains);
    }

    private static boolean isDecisive(RunRecord run) {
        return !run.dryRun()
                && (run.result() == RunResult.SUCCESS
                        || run.result() == RunResult.PARTIAL
                        || run.result() == RunResult.FAILED);
    }

    /** The buckets that a run left in a snapshot as they should be. */
    private static Stream<String> saved(RunRecord run) {
        return run.dryRun()
                ? Stream.empty()
                : run.buckets().stream()
                        .filter(bucket -> bucket.result() == RunResult.SUCCESS)
                        .map(RunRecord.BucketRecord::bucket);
    }

    /** Whether nothing is to be backed up. */
    static boolean needsSetup(HubConfig config) {
        return config.buckets().isEmpty() && !config.dynamicBuckets();
    }

    private static Headline running(RunState run, @Nullable RunRecord good, Instant now) {
        RunState.Waiting waiting = run.waiting();
        if (waiting != null) {
            return new Headline(
                    State.WAITING,
                    "Waiting for %s: %s since %s. The %s goes on by itself as soon as it can.%s"
                            .formatted(
                                    waiting.what().toUpperCase(Locale.ROOT),
                                    waiting.cause(),
                                    TIME.format(waiting.since()),
                                    run.dryRun() ? "dry run" : "backup",
                                    lastGood(good, now)));
        }
        int many = run.buckets().size();
        String what = many == 0 ? "" : " of " + count(many);
        return new Headline(
                State.RUNNING,
                "A %s%s is running, started %s.%s"
                        .formatted(
                                run.dryRun() ? "dry run" : "backup",
                                what,
                                Spans.ago(run.startedAt(), now),
                                lastGood(good, now)));
    }

    private static Headline failing(RunRecord last, Instant now) {
        List<String> bad = last.buckets().stream()
                .filter(bucket -> bucket.result() != RunResult.SUCCESS)
                .map(RunRecord.BucketRecord::bucket)
                .toList();
        String ended = Spans.ago(end(last), now);
        String title = last.result() == RunResult.FAILED || bad.isEmpty()
                ? "The last backup failed %s.".formatted(ended)
                : "The last backup completed with failures %s; of %s, these need attention: %s."
                        .formatted(ended, count(last.buckets().size()), String.join(", ", bad));
        return new Headline(State.FAILING, last.message() == null ? title : title + " " + last.message());
    }

    private static Headline covered(
            HubConfig buckets, RunRecord good, List<RunRecord> runs, SchedulerMessage.Status scheduler, Instant now) {
        Set<String> saved = Stream.concat(Stream.of(good), runs.stream())
                .flatMap(Headline::saved)
                .collect(Collectors.toSet());
        List<String> missing = buckets.buckets().stream()
                .map(HubConfig.BucketSpec::name)
                .filter(name -> !saved.contains(name))
                .toList();
        if (!missing.isEmpty()) {
            return new Headline(
                    State.NEVER_RUN,
                    "Not backed up yet: %s%s.".formatted(String.join(", ", missing), next(scheduler, now)));
        }
        int many = buckets.dynamicBuckets() ? saved.size() : buckets.buckets().size();
        return new Headline(
                State.SAFE,
                "%s safe. Last backup %s%s.%s"
                        .formatted(
                                many == 1 ? "The bucket is" : "All %s are".formatted(count(many)),
                                Spans.ago(end(good), now),
                                next(scheduler, now),
                                alarms(good)));
    }

    private static String alarms(RunRecord good) {
        return good.alarms().stream().map(alarm -> " " + alarm.message()).collect(Collectors.joining());
    }

    private static String next(SchedulerMessage.Status scheduler, Instant now) {
        return scheduler.nextBackup() == null ? "" : ", next " + Spans.until(scheduler.nextBackup(), now);
    }

    private static String lastGood(@Nullable RunRecord good, Instant now) {
        return good == null ? "" : " The last good backup was %s.".formatted(Spans.ago(end(good), now));
    }

    private static String count(int buckets) {
        return buckets == 1 ? "1 bucket" : buckets + " buckets";
    }

    private static Instant end(RunRecord run) {
        return run.finishedAt() == null ? run.startedAt() : run.finishedAt();
    }
}
