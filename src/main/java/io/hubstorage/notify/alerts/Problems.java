package io.hubstorage.notify.alerts;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Problem.Pace;
import io.hubstorage.notify.alerts.Problem.Words;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong, read from the judgement of {@code status}, which is not judged anew. Pure. */
final class Problems {
    private final Situation situation;
    private final Times times;
    private final Map<String, Problem> problems = new LinkedHashMap<>();
    /** Keys, or their beginnings that end in a slash, of which nothing can be told now. */
    private final Set<String> unknown = new HashSet<>();

    private final Map<String, String> recoveries = new HashMap<>();

    private Problems(Situation situation, Times times) {
        this.situation = situation;
        this.times = times;
    }

    /**
     * What is wrong.
     *
     * @param problems by key
     * @param recoveries by key, where the usual one would say too much
     */
    record Found(Map<String, Problem> problems, Set<String> unknown, Map<String, String> recoveries) {
        /** Whether it cannot be told now if this problem is still there. */
        boolean isUnknown(String key) {
            return unknown.contains(key) || unknown.contains(key.substring(0, key.indexOf('/') + 1));
        }
    }

    static Found of(Situation situation, Times times) {
        Problems found = new Problems(situation, times);
        found.status();
        RoomProblems.add(found, situation, times);
        return new Found(found.problems, found.unknown, found.recoveries);
    }

    /** That nothing can be told now of what has such a key, or one that begins so where it ends in a slash. */
    void unknown(String... keys) {
        unknown.addAll(List.of(keys));
    }

    /** That something is over is told so, and not as its problem would have it. */
    void recovery(String key, String title) {
        recoveries.put(key, title);
    }

    void add(Problem problem) {
        problems.merge(problem.key(), problem, Problems::both);
    }

    /** Two conditions of one kind are one thing to look at. */
    private static Problem both(Problem one, Problem other) {
        Words words = one.words();
        return new Problem(
                one.key(),
                one.event(),
                one.severity(),
                one.subject(),
                new Words(
                        words.title(),
                        "%s\n%s. %s"
                                .formatted(
                                        words.text(),
                                        other.words().title(),
                                        other.words().text()),
                        words.recovery(),
                        words.facts()),
                one.pace(),
                one.since());
    }

    private void status() {
        StatusMessage.Current status = situation.status();
        if (status == null) {
            unknown("bucket/", "condition/", "alarm/", "run/");
            return;
        }
        status.buckets().forEach(this::bucket);
        status.conditions().stream()
                // Told by RoomProblems: with its figures, of each worker by itself.
                .filter(condition -> !condition.kind().leavesStateAlone())
                .forEach(this::condition);
        status.alarms().forEach(this::alarm);
        run(status);
    }

    private void bucket(Bucket bucket) {
        String key = "bucket/" + bucket.bucket();
        String name = bucket.bucket();
        String why = bucket.problem() == null ? "" : ": " + bucket.problem();
        switch (bucket.state()) {
            case FAILING ->
                add(bucket(
                        key,
                        Event.BACKUP_FAILED,
                        bucket,
                        "Bucket %s couldn't be backed up%s".formatted(name, why),
                        "Its earlier snapshots are untouched. The run's page shows what failed; press Run now when the"
                                + " cause is mended."));
            case PARTIAL ->
                add(bucket(
                        key,
                        Event.BACKUP_PARTIAL,
                        bucket,
                        "Bucket %s isn't backed up completely%s".formatted(name, why),
                        "What failed keeps its previous version. The run's page names each object and why; the next"
                                + " run tries them again."));
            case LATE -> {
                if (!isOverdue(name)) {
                    add(bucket(
                            key,
                            Event.BACKUP_LATE,
                            bucket,
                            "The last good copy of bucket %s is too old".formatted(name),
                            "It's older than the schedule allows. Press Run now, and see in the log what holds the"
                                    + " backups up."));
                }
            }
            // The newest snapshot may just be out of reach.
            case NEVER -> unknown(key);
            case LEFT_OUT -> recoveries.put(key, "Bucket %s is no longer part of the backup".formatted(name));
            case SAFE -> {}
        }
    }

    private Problem bucket(String key, Event event, Bucket bucket, String title, String text) {
        Instant good = bucket.checked();
        List<Fact> facts =
                good == null ? List.of(new Fact("Last good copy", "none")) : List.of(lastGood("Last good copy", good));
        return new Problem(
                key,
                event,
                event.severity(),
                bucket.bucket(),
                new Words(title, text, "Bucket %s is backed up again".formatted(bucket.bucket()), facts),
                Pace.AT_ONCE,
                null);
    }

    private Fact lastGood(String label, Instant at) {
        return new Fact(label, times.at(at));
    }

    private boolean isOverdue(String bucket) {
        SchedulerMessage.Status scheduler = situation.scheduler();
        return scheduler != null
                && overdue(scheduler)
                        .anyMatch(late ->
                                late.buckets().isEmpty() || late.buckets().contains(bucket));
    }

    static Stream<SchedulerMessage.Schedule> overdue(SchedulerMessage.Status scheduler) {
        return scheduler.startsBackups()
                ? scheduler.ofBackups().filter(schedule -> schedule.times().overdue())
                : Stream.empty();
    }

    private void condition(Condition condition) {
        ConditionKind kind = ConditionKind.of(condition.kind());
        add(new Problem(
                "condition/" + BusJson.word(condition.kind()),
                kind.event(),
                kind.severity(),
                kind.subject(),
                new Words(line(condition.message()), condition.remedy(), kind.recovery(), List.of()),
                Pace.after(kind.patience()),
                null));
    }

    private void alarm(Alarm alarm) {
        Event event = alarm.kind() == Alarm.Kind.SHRUNK ? Event.BUCKET_SHRANK : Event.DAMAGE;
        Severity severity = alarm.kind() == Alarm.Kind.CLOCK_MOVED || alarm.kind() == Alarm.Kind.OTHER
                ? Severity.WARNING
                : event.severity();
        String bucket = alarm.bucket();
        String subject = bucket != null
                ? bucket
                : alarm.kind() == Alarm.Kind.CLOCK_MOVED
                        ? "clock"
                        : alarm.kind() == Alarm.Kind.DAMAGE ? "stored files" : "history";
        List<Fact> facts = new ArrayList<>();
        if (alarm.snapshot() != null) {
            facts.add(new Fact("Snapshot", alarm.snapshot()));
        }
        String title = line(alarm.message());
        add(new Problem(
                "alarm/" + alarm.id(),
                event,
                severity,
                subject,
                new Words(title, alarm.remedy(), "Somebody has looked at it: " + title, facts),
                Pace.AT_ONCE,
                alarm.occurrences().since()));
    }

    /** A run that failed before it came to its buckets, or after them. While another is under way nobody knows. */
    private void run(StatusMessage.Current status) {
        if (status.state() == State.RUNNING || status.state() == State.WAITING) {
            unknown("run/");
            return;
        }
        boolean told = status.conditions().stream().anyMatch(each -> each.kind().stopsBackups())
                || status.buckets().stream()
                        .map(Bucket::state)
                        .anyMatch(state -> state == Standing.FAILING || state == Standing.PARTIAL);
        if (status.state() == State.FAILING && !told) {
            add(new Problem(
                    "run/backup",
                    Event.BACKUP_FAILED,
                    Severity.CRITICAL,
                    JobKind.BACKUP.word(),
                    new Words(line(status.title()), status.sentence(), "Backups work again", List.of()),
                    Pace.AT_ONCE,
                    null));
        }
    }

    /** A sentence as a title. */
    private static String line(@Nullable String sentence) {
        String text = sentence == null ? "" : sentence.strip().replaceAll("\\s+", " ");
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
