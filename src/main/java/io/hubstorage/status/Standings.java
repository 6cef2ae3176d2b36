package io.hubstorage.status;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.HistoryStore.Judged;
import io.hubstorage.schedule.Timetable;
import io.hubstorage.snapshot.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How each bucket stands: by what the newest snapshot holds of it, and how old that is. Pure. */
final class Standings {
    /** A run takes its time, and nobody is late by a minute. */
    private static final Duration LEAST_GRACE = Duration.ofMinutes(1);

    private final Facts facts;
    private final @Nullable Certificate newest;
    private final Optional<Timetable> timetable;
    private final Duration grace;
    private final List<Bucket> all;

    Standings(Facts facts) {
        this.facts = facts;
        this.newest = facts.past().newest();
        this.timetable = timetable(facts);
        this.grace = grace(facts.past().lastWhole());
        this.all = judge();
    }

    /** Empty while nothing runs by itself: then no copy is too old by a schedule. */
    private static Optional<Timetable> timetable(Facts facts) {
        SchedulerMessage.Status scheduler = facts.rooms().scheduler();
        if (scheduler == null || !scheduler.startsBackups()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Timetable.of(facts.config().automation()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Duration grace(@Nullable RunRecord whole) {
        Instant end = whole == null ? null : whole.finishedAt();
        Duration twice = whole == null || end == null
                ? Duration.ZERO
                : Duration.between(whole.startedAt(), end).multipliedBy(2);
        return twice.compareTo(LEAST_GRACE) < 0 ? LEAST_GRACE : twice;
    }

    /** The buckets whose standing matters: those of the configuration, and with discovery those that the last run found. */
    static Set<String> wanted(HubConfig config, @Nullable RunRecord lastWhole, @Nullable Certificate newest) {
        Set<String> names = new LinkedHashSet<>();
        names.addAll(config.selection().names());
        if (config.selection().dynamic() && lastWhole != null) {
            lastWhole.tried().forEach(bucket -> names.add(bucket.bucket()));
        } else if (config.selection().dynamic() && newest != null) {
            newest.buckets().stream()
                    .filter(bucket -> !bucket.record().outcome().leftOut())
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

    Optional<Instant> oldestCheck() {
        return wanted().map(Bucket::checked).filter(Objects::nonNull).min(Comparator.naturalOrder());
    }

    private List<Bucket> judge() {
        Set<String> wanted = wanted(facts.config(), facts.past().lastWhole(), newest);
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
        return good == null || isLate(good.began())
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

    private boolean isLate(Instant began) {
        return timetable
                .flatMap(planned -> planned.next(began))
                .map(due -> due.plus(grace).isBefore(facts.now()))
                .orElse(false);
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
