package io.hubstorage.schedule;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.config.HubConfig;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done regularly: which kind of job, for which buckets, and when. Immutable.
 *
 * @param kind of job, as in {@code hubstorage.<kind>.start}
 * @param name unique among those of its kind
 * @param buckets that a backup must cover to count for it; of {@link SchedulerMessage#MAIN} those that are left to it, and none
 *     where it is for all or where they are found out only by a run
 */
public record Schedule(
        String kind, String name, List<String> buckets, SchedulerMessage.Rule rule, Timetable timetable) {
    public static final String BACKUP = "backup";

    /**
     * Those of a configuration for backups, that of all buckets which no other names first. It is absent where none is left to it.
     *
     * @throws IllegalArgumentException when a cron expression or the time zone cannot be understood
     */
    public static List<Schedule> of(HubConfig config) {
        HubConfig.Automation automation = config.automation();
        String zone = automation.timeZone();
        List<Schedule> schedules = new ArrayList<>();
        for (HubConfig.Schedule each : config.schedules()) {
            double hours = each.intervalHours() == null ? automation.intervalHours() : each.intervalHours();
            schedules.add(backup(each.name(), each.buckets(), hours, each.cron(), zone));
        }
        Set<String> taken = config.scheduledApart();
        boolean dynamic = config.selection().dynamic();
        List<String> left = taken.isEmpty() || dynamic
                ? List.of()
                : config.selection().names().stream()
                        .filter(bucket -> !taken.contains(bucket))
                        .toList();
        if (taken.isEmpty() || dynamic || !left.isEmpty()) {
            schedules.addFirst(
                    backup(SchedulerMessage.MAIN, left, automation.intervalHours(), automation.cron(), zone));
        }
        return List.copyOf(schedules);
    }

    /**
     * The same, and those of other kinds of jobs behind them.
     *
     * @throws IllegalArgumentException likewise
     */
    static List<Schedule> ofAllKinds(HubConfig config) {
        List<Schedule> schedules = new ArrayList<>(of(config));
        double drillHours = config.verify().drillDays() * 24;
        if (drillHours > 0) {
            schedules.add(new Schedule(
                    JobKind.DRILL.word(),
                    JobKind.DRILL.word(),
                    List.of(),
                    rule(drillHours, null, null),
                    Timetable.Interval.ofHours(drillHours)));
        }
        if (config.retention().enabled()) {
            schedules.add(new Schedule(
                    JobKind.RETENTION.word(),
                    JobKind.RETENTION.word(),
                    List.of(),
                    rule(24, null, null),
                    new Timetable.Daily(config.zone())));
        }
        double copyHours = config.replication().intervalDays() * 24;
        if (copyHours > 0 && config.replication().to() != null) {
            schedules.add(new Schedule(
                    JobKind.REPLICATION.word(),
                    JobKind.REPLICATION.word(),
                    List.of(),
                    rule(copyHours, null, null),
                    Timetable.Interval.ofHours(copyHours)));
        }
        return List.copyOf(schedules);
    }

    private static Schedule backup(
            String name, List<String> buckets, double hours, @Nullable String cron, @Nullable String zone) {
        return new Schedule(BACKUP, name, buckets, rule(hours, cron, zone), Timetable.of(hours, cron, zone));
    }

    static SchedulerMessage.Rule rule(double hours, @Nullable String cron, @Nullable String zone) {
        return cron == null || cron.isBlank()
                ? new SchedulerMessage.Rule(hours, null, null)
                : new SchedulerMessage.Rule(
                        hours, cron, zone == null ? ZoneId.systemDefault().getId() : zone);
    }

    /** Whether it is for all buckets that no other names. */
    public boolean isMain() {
        return name.equals(SchedulerMessage.MAIN);
    }

    /** Whether it waits, when it is due, for a backup that has gone well since: nothing old goes before there is something new. */
    boolean followsBackup() {
        return kind.equals(JobKind.RETENTION.word());
    }

    /** Whether it is the same thing to do, maybe at other times: then what has been done counts for it. */
    boolean continues(Schedule other) {
        return kind.equals(other.kind) && name.equals(other.name) && (isMain() || buckets.equals(other.buckets));
    }

    /** Whether a backup that begins is to do its work. Of one that was asked for by its buckets, only the end tells. */
    boolean begunBy(RunStart run) {
        return kind.equals(BACKUP)
                && !run.dryRun()
                && (Boolean.TRUE.equals(run.allBuckets()) || name.equals(run.schedule()));
    }

    /**
     * Whether a backup has done its work, or was to do it and came to no end: it tried all of its buckets, whoever asked for
     * it. A bucket that joins the schedule is in none of its earlier backups.
     */
    public boolean servedBy(RunRecord run) {
        if (!kind.equals(BACKUP) || run.dryRun()) {
            return false;
        }
        boolean asked = run.coversAllBuckets() || name.equals(run.start().schedule());
        Set<String> tried =
                run.tried().map(RunRecord.BucketRecord::bucket).collect(Collectors.toCollection(HashSet::new));
        boolean all = !buckets.isEmpty() && tried.containsAll(buckets);
        return all || (asked && (isMain() || tried.isEmpty()));
    }

    /** How a job that served it ended; of a backup, for its own buckets. */
    RunResult resultIn(JobRecord job) {
        return job instanceof RunRecord run ? resultIn(run) : job.result();
    }

    private RunResult resultIn(RunRecord run) {
        List<RunRecord.BucketRecord> own =
                run.tried().filter(bucket -> buckets.contains(bucket.bucket())).toList();
        boolean well = run.result() == RunResult.PARTIAL
                && !own.isEmpty()
                && own.stream().allMatch(bucket -> bucket.result() == RunResult.SUCCESS);
        return well ? RunResult.SUCCESS : run.result();
    }
}
