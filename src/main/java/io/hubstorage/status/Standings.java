package io.hubstorage.status;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.HistoryStore.Judged;
import io.hubstorage.schedule.Schedule;
import io.hubstorage.snapshot.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How each bucket stands: by what the newest snapshot holds of it, and how old that is. Pure. */
final class Standings {
    /** A run takes its time, and nobody is late by a minute. */
    private static final Duration LEAST_GRACE = Duration.ofMinutes(1);

    private final Facts facts;
    private final @Nullable Certificate newest;
    private final @Nullable Schedule main;
    private final Map<String, Schedule> apart = new HashMap<>();
    private final List<Bucket> all;

    Standings(Facts facts) {
        this.facts = facts;
        this.newest = facts.past().newest();
        List<Schedule> schedules = schedules(facts.config());
        this.main = schedules.stream().filter(Schedule::isMain).findFirst().orElse(null);
        schedules.stream()
                .filter(schedule -> !schedule.isMain())
                .forEach(schedule -> schedule.buckets().forEach(bucket -> apart.put(bucket, schedule)));
        this.all = judge();
    }

    /** None where they cannot be understood: then no copy is too old by one. */
    static List<Schedule> schedules(HubConfig config) {
        try {
            return Schedule.of(config);
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /**
     * The newest run that tells which buckets discovery finds for the schedule of all others: one that served it and
     * judges. One that failed before it came to a bucket knows nothing of them.
     *
     * @param newestFirst read as far as needed; not at all without discovery
     */
    static Optional<RunRecord> lastFound(HubConfig config, Stream<RunRecord> newestFirst) {
        Optional<Schedule> main = config.selection().dynamic()
                ? schedules(config).stream().filter(Schedule::isMain).findFirst()
                : Optional.empty();
        return main.flatMap(schedule -> newestFirst
                .filter(run -> run.result().judges() && schedule.servedBy(run))
                .filter(run -> run.result() != RunResult.FAILED
                        || run.tried().findAny().isPresent())
                .findFirst());
    }

    /**
     * The buckets whose standing matters: those that the configuration names, and with discovery those that were found last.
     * Where no run tells, all that are kept matter: better one too many than one whose backups fail unseen.
     *
     * @param lastFound as in {@link #lastFound}
     */
    static Set<String> wanted(HubConfig config, @Nullable RunRecord lastFound, @Nullable Certificate newest) {
        Set<String> names = new LinkedHashSet<>();
        names.addAll(config.selection().names());
        names.addAll(config.scheduledApart());
        if (config.selection().dynamic() && lastFound != null) {
            lastFound.tried().forEach(bucket -> names.add(bucket.bucket()));
        } else if (config.selection().dynamic() && newest != null) {
            newest.buckets().stream()
                    .filter(bucket -> bucket.manifest() != null)
                    .forEach(bucket -> names.add(bucket.name()));
        }
        return names;
    }

    /** Those that are to be backed up, then those that are only kept. */
    List<Bucket> all() {
        return all;
    }

    Stream<Bucket> wanted() {
        return all.stream().filter(bucket -> bucket.state() != Standing.LEFT_OUT);
    }

    List<Bucket> in(Standing... standings) {
        List<Standing> any = List.of(standings);
        return all.stream().filter(bucket -> any.contains(bucket.state())).toList();
    }

    /** The wanted buckets, by the name of the schedule that they belong to. */
    Map<String, List<Bucket>> bySchedule() {
        return wanted().collect(Collectors.groupingBy(bucket ->
                apart.containsKey(bucket.bucket()) ? apart.get(bucket.bucket()).name() : SchedulerMessage.MAIN));
    }

    static Optional<Instant> oldestCheck(Collection<Bucket> buckets) {
        return buckets.stream().map(Bucket::checked).filter(Objects::nonNull).min(Comparator.naturalOrder());
    }

    Optional<Instant> oldestCheck() {
        return oldestCheck(wanted().toList());
    }

    private List<Bucket> judge() {
        Set<String> wanted = wanted(facts.config(), facts.past().lastFound(), newest);
        List<Bucket> standings = new ArrayList<>();
        wanted.forEach(name -> standings.add(standing(name)));
        if (newest != null) {
            newest.buckets().stream()
                    .filter(bucket -> bucket.manifest() != null && !wanted.contains(bucket.name()))
                    .forEach(bucket -> standings.add(bucket(
                            bucket.name(),
                            Standing.LEFT_OUT,
                            good(bucket.name(), bucket),
                            bucket,
                            facts.config().selection().dynamic()
                                    ? "no longer among the account's buckets; kept as it was"
                                    : "no longer configured; gone from the next snapshot")));
        }
        return standings;
    }

    private Bucket standing(String name) {
        Certificate.Bucket held = held(name);
        Good good = good(name, held);
        Judged judged = facts.past().judged().get(name);
        RunRecord.BucketRecord record = judged != null ? judged.bucket() : held != null ? held.record() : null;
        if (record == null || (held == null && record.result() == RunResult.SUCCESS)) {
            return bucket(name, Standing.NEVER, good, null, absent(good));
        }
        if (record.result() != RunResult.SUCCESS) {
            Standing standing = record.result() == RunResult.PARTIAL ? Standing.PARTIAL : Standing.FAILING;
            return bucket(name, standing, good, held, problem(record));
        }
        return good == null || isLate(name, good.began())
                ? bucket(name, Standing.LATE, good, held, "its last good copy is older than the schedule allows")
                : bucket(name, Standing.SAFE, good, held, null);
    }

    private String absent(@Nullable Good good) {
        if (good != null) {
            return "not in the newest snapshot; an older one has it";
        }
        return facts.past().legacy() ? "not backed up yet; kept as the old tool left it" : "not backed up yet";
    }

    private static String problem(RunRecord.BucketRecord record) {
        if (record.outcome().error() != null) {
            return record.outcome().error();
        }
        long failed = record.outcome().failuresTotal();
        return failed > 0 ? Sizes.objects(failed) + " could not be copied" : "not everything could be copied";
    }

    /** Not while nothing begins by itself, nor right after a run, which others may have had to wait for. */
    private boolean isLate(String bucket, Instant began) {
        SchedulerMessage.Status scheduler = facts.rooms().scheduler();
        BackupMessage.Status backup = facts.rooms().backup();
        RunRecord last = backup == null ? null : backup.last();
        boolean justFree = last != null
                && last.finishedAt() != null
                && Duration.between(last.finishedAt(), facts.now()).abs().compareTo(LEAST_GRACE) < 0;
        if (scheduler == null || !scheduler.startsBackups() || justFree) {
            return false;
        }
        Schedule schedule = apart.getOrDefault(bucket, main);
        return schedule != null
                && schedule.timetable()
                        .next(began)
                        .map(due -> due.plus(grace(facts.past().bySchedule().get(schedule.name()))))
                        .map(latest -> latest.isBefore(facts.now()))
                        .orElse(false);
    }

    private static Duration grace(@Nullable RunRecord last) {
        Instant end = last == null ? null : last.finishedAt();
        Duration twice = last == null || end == null
                ? Duration.ZERO
                : Duration.between(last.startedAt(), end).multipliedBy(2);
        return twice.compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : twice;
    }

    private Certificate.@Nullable Bucket held(String name) {
        return newest == null
                ? null
                : newest.buckets().stream()
                        .filter(bucket -> bucket.name().equals(name) && bucket.manifest() != null)
                        .findFirst()
                        .orElse(null);
    }

    private record Good(
            Instant began, Instant ended, @Nullable String snapshot) {}

    /** As the history says, or else as the newest snapshot's certificate does. */
    private @Nullable Good good(String name, Certificate.@Nullable Bucket held) {
        Judged judged = facts.past().good().get(name);
        if (judged != null) {
            RunRecord run = judged.run();
            Instant ended = run.finishedAt();
            return new Good(run.startedAt(), ended == null ? run.startedAt() : ended, run.snapshot());
        }
        return newest != null
                        && held != null
                        && held.outcome().result() == RunResult.SUCCESS
                        && !held.record().outcome().leftOut()
                ? new Good(newest.startedAt(), newest.run().finishedAt(), newest.snapshot())
                : null;
    }

    private static Bucket bucket(
            String name,
            Standing standing,
            @Nullable Good good,
            Certificate.@Nullable Bucket held,
            @Nullable String problem) {
        return new Bucket(
                name,
                standing,
                good == null ? null : good.began(),
                good == null ? null : good.ended(),
                good == null ? null : good.snapshot(),
                held == null ? null : held.files(),
                problem);
    }
}
