package io.hubstorage.notify.alerts;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.LoginAttack;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.SpaceMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Problem.Pace;
import io.hubstorage.notify.alerts.Problem.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the other rooms say of themselves that the one judgement has no word for, since it is no matter of how safe the backups are, or is
 * hidden by what is worse. Pure.
 */
final class RoomProblems {
    private static final Duration DISK_SETTLES = Duration.ofMinutes(10);

    /** A run may have to wait for another job to end. */
    private static final Duration LATE_AFTER = Duration.ofMinutes(15);

    private static final Duration UNREACHABLE_AFTER = Duration.ofMinutes(5);
    private static final Duration REACHABLE_AFTER = Duration.ofMinutes(2);
    private static final Duration PAUSED_AFTER = Duration.ofMinutes(10);
    private static final Duration ATTACK_OVER_AFTER = Duration.ofHours(1);

    private static final Duration DISK_LOW_AFTER = Duration.ofMinutes(2);

    private static final String WORKER = "worker/";

    private final Problems problems;
    private final Situation situation;
    private final Times times;

    private RoomProblems(Problems problems, Situation situation, Times times) {
        this.problems = problems;
        this.situation = situation;
        this.times = times;
    }

    static void add(Problems problems, Situation situation, Times times) {
        RoomProblems rooms = new RoomProblems(problems, situation, times);
        rooms.scheduler();
        rooms.jobs();
        rooms.space();
        rooms.workers();
        rooms.attack();
    }

    private void scheduler() {
        SchedulerMessage.Status scheduler = situation.scheduler();
        StatusMessage.Current status = situation.status();
        if (scheduler == null || status == null) {
            problems.unknown("late/", "schedule/");
            return;
        }
        Problems.overdue(scheduler).forEach(this::late);
        boolean chosen = status.state() != State.NEEDS_SETUP;
        if (chosen && scheduler.running() && scheduler.paused()) {
            problems.add(paused(
                    "The schedule is paused", Severity.WARNING, "Nothing is backed up by itself until it's resumed."));
        } else if (chosen && scheduler.running() && !scheduler.enabled()) {
            problems.add(paused(
                    "The schedule is switched off",
                    Severity.INFO,
                    "Backups run only when somebody starts them. Switch it on in Configuration."));
        }
    }

    private static Problem paused(String title, Severity severity, String text) {
        return new Problem(
                "schedule/paused",
                Event.PAUSED,
                severity,
                "schedule",
                new Words(title, text, "Backups start by themselves again", List.of()),
                Pace.after(PAUSED_AFTER),
                null);
    }

    private void late(SchedulerMessage.Schedule schedule) {
        Instant last = schedule.times().lastSuccess();
        boolean main = schedule.name().equals(SchedulerMessage.MAIN);
        String what = main ? "The backup" : "The backup by schedule " + schedule.name();
        problems.add(new Problem(
                "late/" + schedule.name(),
                Event.BACKUP_LATE,
                Severity.CRITICAL,
                main ? JobKind.BACKUP.word() : schedule.name(),
                new Words(
                        last == null
                                ? what + " is late: none has succeeded yet"
                                : "%s is late: the last good one is from %s".formatted(what, times.at(last)),
                        "It should have started already. Press Run now, and see in the log what holds it up.",
                        what + " is no longer late",
                        last == null ? List.of() : List.of(new Fact("Last good backup", times.at(last)))),
                Pace.after(LATE_AFTER),
                null));
    }

    private void jobs() {
        JobMessage.Status jobs = situation.jobs();
        if (jobs == null) {
            problems.unknown("job/", "source/");
            return;
        }
        for (JobMessage.OfKind kind : jobs.kinds()) {
            switch (kind.kind()) {
                case BACKUP -> source(kind);
                // These have conditions of their own.
                case DRILL, REPLICATION -> {}
                // Damage that it finds is a condition.
                case VERIFY -> job(kind, record -> record.result() == RunResult.FAILED);
                default -> job(kind, record -> !record.succeeded());
            }
        }
    }

    private void job(JobMessage.OfKind kind, Predicate<JobRecord> failed) {
        String key = "job/" + kind.kind().word();
        JobRecord last = kind.last();
        if (last == null || !last.result().judges() || last.dryRun()) {
            problems.unknown(key);
        } else if (failed.test(last)) {
            problems.add(new Problem(
                    key,
                    Event.JOB_FAILED,
                    Severity.WARNING,
                    kind.kind().word(),
                    new Words(
                            "The last %s did not go well".formatted(kind.kind().word()),
                            last.message() == null ? "The log says more." : last.message(),
                            "The last %s went well".formatted(kind.kind().word()),
                            List.of(
                                    new Fact("Started", times.at(last.startedAt())),
                                    new Fact(Problem.RUN, last.runId()))),
                    Pace.AT_ONCE,
                    last.finishedAt()));
        }
    }

    private void source(JobMessage.OfKind backup) {
        String key = "source/s3";
        if (backup.current() instanceof RunState run) {
            waiting(run).ifPresent(waiting -> {
                String where = waiting.buckets().isEmpty() || run.waiting() != null
                        ? ""
                        : " for " + Times.names(waiting.buckets());
                problems.add(new Problem(
                        key,
                        Event.SOURCE_UNREACHABLE,
                        Severity.WARNING,
                        "S3",
                        new Words(
                                "S3 can't be reached%s since %s: %s"
                                        .formatted(where, times.at(waiting.since()), waiting.cause()),
                                "The backup waits and goes on by itself."
                                        + (waiting.detail() == null ? "" : " " + waiting.detail()),
                                "S3 can be reached again",
                                List.of(new Fact("Run", run.runId()))),
                        new Pace(UNREACHABLE_AFTER, REACHABLE_AFTER),
                        waiting.since()));
            });
        } else if (!(backup.last() instanceof RunRecord last)
                || last.result() == RunResult.FAILED
                || !last.result().judges()) {
            // The run that waited has ended without an answer.
            problems.unknown(key);
        }
    }

    private static Optional<RunState.Waiting> waiting(RunState run) {
        return Stream.concat(
                        Stream.ofNullable(run.waiting()),
                        run.buckets().stream()
                                .map(RunState.BucketState::waiting)
                                .flatMap(Stream::ofNullable))
                .filter(waiting -> waiting.what().equals(RunState.Waiting.S3))
                .findFirst();
    }

    private void space() {
        SpaceMessage.Current space = situation.space();
        SpaceMessage.Disk disk = space == null ? null : space.disk();
        if (disk == null || disk.totalBytes() <= 0) {
            problems.unknown("disk/");
            return;
        }
        if (disk.freeBytes() < disk.lowBytes()) {
            problems.add(new Problem(
                    "disk/low",
                    Event.DISK_LOW,
                    Severity.CRITICAL,
                    "disk",
                    new Words(
                            "The disk of the data folder is almost full: %s free"
                                    .formatted(Sizes.bytes((double) disk.freeBytes())),
                            "The next backup may not fit. Remove old snapshots, let retention do that, or move to a"
                                    + " larger disk.",
                            "The disk of the data folder has room again",
                            List.of(
                                    new Fact("Free", Sizes.bytes((double) disk.freeBytes())),
                                    new Fact("Size", Sizes.bytes((double) disk.totalBytes())))),
                    new Pace(DISK_LOW_AFTER, DISK_SETTLES),
                    null));
        }
    }

    /** Each by itself, so that each is over by itself; those that go together are one message all the same. */
    private void workers() {
        WorkersMessage.Listing workers = situation.workers();
        if (workers == null) {
            problems.unknown(WORKER);
            return;
        }
        workers.missed(situation.now()).forEach(this::worker);
        List<WorkersMessage.Worker> ready = workers.workers().stream()
                .filter(worker -> !worker.local() && worker.state() == WorkersMessage.State.READY)
                .toList();
        ready.forEach(
                worker -> problems.recovery(WORKER + worker.name(), "Worker %s is back".formatted(worker.name())));
        // Others may come back just now, and that all of them have is one message.
        if (ready.stream()
                .anyMatch(worker -> worker.since().plus(WorkersMessage.TOGETHER).isAfter(situation.now()))) {
            problems.unknown(WORKER);
        }
    }

    private void worker(WorkersMessage.Worker missed) {
        String problem = missed.problem();
        problems.add(new Problem(
                WORKER + missed.name(),
                Event.WORKER_MISSING,
                Severity.WARNING,
                missed.name(),
                new Words(
                        "Worker %s is %s".formatted(missed.name(), problem == null ? "lost" : "not let in"),
                        problem == null
                                ? "Backups go on all the same. Start the worker again, or forget it on the Storage"
                                        + " page."
                                : "Backups go on all the same. Of the worker is said: " + problem,
                        "Worker %s is no longer expected".formatted(missed.name()),
                        List.of()),
                Pace.AT_ONCE,
                missed.missingSince()));
    }

    private void attack() {
        LoginAttack attack = situation.attack();
        if (attack != null) {
            problems.add(new Problem(
                    "login/attack",
                    Event.LOGIN_ATTACK,
                    Severity.WARNING,
                    "login",
                    new Words(
                            "Somebody tries passwords, last from %s".formatted(attack.client()),
                            "Further tries from there are refused for a while. If it isn't you, see who can reach this"
                                    + " dashboard, and that its password is long.",
                            "Nobody has tried passwords for an hour",
                            List.of(
                                    new Fact("From", attack.client()),
                                    new Fact("Wrong tries", Sizes.number(attack.tries())))),
                    new Pace(Duration.ZERO, ATTACK_OVER_AFTER),
                    attack.at()));
        }
    }
}
