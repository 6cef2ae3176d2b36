package io.hubstorage.notify.alerts;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Sizes;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.notify.Message.JobSummary;
import io.hubstorage.notify.alerts.Alerts.Addressed;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is told of each job, for those that want to hear of all of them: dead man's switches, and whoever asked for it. Pure. */
final class Reports {
    private final Policy policy;
    private final Instant now;
    private final Times times;
    private final Wording wording;

    Reports(Policy policy, Instant now) {
        this.policy = policy;
        this.now = now;
        this.times = new Times(policy.zone());
        this.wording = new Wording(policy, now);
    }

    /** That a job has begun; empty where nobody wants to hear it. */
    Optional<Addressed> began(JobState job) {
        // Of the other kinds, no begin has an event.
        if (!(job instanceof RunState run) || run.start().dryRun()) {
            return Optional.empty();
        }
        Instant at = run.start().startedAt();
        return addressed(
                Event.BACKUP_STARTED,
                job.kind(),
                "A backup has started",
                "Started %s.".formatted(times.at(at)),
                List.of(),
                new JobSummary(job.kind(), job.runId(), RunResult.RUNNING, new JsonObject()));
    }

    /** How a job ended; empty where nobody wants to hear it, and of one that came to no end of its own. */
    Optional<Addressed> ended(JobRecord job) {
        RunResult result = job.result();
        if (job.dryRun() || !result.judges()) {
            return Optional.empty();
        }
        Event event = event(job);
        String what =
                job.kind() == JobKind.BACKUP ? "Backup" : capital(job.kind().word());
        String how = switch (result) {
            case SUCCESS -> "succeeded";
            case PARTIAL -> "finished with errors";
            default -> "failed";
        };
        return addressed(
                event,
                job.kind(),
                "%s %s".formatted(what, how),
                job.message() == null ? "" : job.message(),
                facts(job),
                new JobSummary(job.kind(), job.runId(), result, BusJson.encode(job)));
    }

    /** That hooks of a job failed; empty where none did, and where the job has failed by one, which is told as its failure. */
    Optional<Addressed> hooks(JobRecord job) {
        List<HookOutcome> failed = job.end().hooks().stream()
                .filter(hook ->
                        hook.result() == HookOutcome.Result.FAILED || hook.result() == HookOutcome.Result.TIMED_OUT)
                .filter(hook -> hook.when() == HookOutcome.When.AFTER || job.result() != RunResult.FAILED)
                .toList();
        List<String> hearing = policy.subscribers().stream()
                .filter(each -> each.hears(Event.HOOK_FAILED, Event.HOOK_FAILED.severity()))
                .map(Subscriber::name)
                .toList();
        if (failed.isEmpty() || hearing.isEmpty()) {
            return Optional.empty();
        }
        String noun = job.kind().word();
        return Optional.of(new Addressed(
                new Message(
                        id(job.kind(), job.runId(), "hooks"),
                        now,
                        Event.HOOK_FAILED,
                        Event.HOOK_FAILED.severity(),
                        Message.State.INFO,
                        noun,
                        failed.size() == 1
                                ? "The hook \"%s\" %s the %s failed"
                                        .formatted(
                                                failed.getFirst().hook(),
                                                BusJson.word(failed.getFirst().when()),
                                                noun)
                                : "%s of the %s failed".formatted(Sizes.count(failed.size(), "hook"), noun),
                        failed.stream().map(hook -> hook.sentence(noun)).collect(Collectors.joining("\n")),
                        List.of(new Fact("Result", BusJson.word(job.result())), new Fact("Run", job.runId())),
                        wording.link(job.kind() == JobKind.BACKUP ? "runs/" + job.runId() : ""),
                        null),
                hearing));
    }

    private static Event event(JobRecord job) {
        boolean well = job.result() == RunResult.SUCCESS;
        if (job.kind() == JobKind.BACKUP) {
            return well
                    ? Event.BACKUP_SUCCEEDED
                    : job.result() == RunResult.PARTIAL ? Event.BACKUP_PARTIAL : Event.BACKUP_FAILED;
        }
        if (well
                && job instanceof RepairRecord repair
                && repair.outcome().repairedInAll().objects() > 0) {
            return Event.REPAIRED;
        }
        return well ? Event.JOB_SUCCEEDED : Event.JOB_FAILED;
    }

    private List<Fact> facts(JobRecord job) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Started", times.at(job.startedAt())));
        if (job.finishedAt() != null) {
            facts.add(new Fact("Took", Sizes.duration(Duration.between(job.startedAt(), job.finishedAt()))));
        }
        if (job instanceof RunRecord run) {
            facts.add(new Fact("Objects", Sizes.number(run.totals().listed().objects())));
            facts.add(new Fact(
                    "Downloaded",
                    "%s, %s".formatted(Sizes.objects(run.totals().downloaded().objects()), Sizes.bytes((double)
                            run.totals().downloaded().bytes()))));
        }
        facts.add(new Fact("Run", job.runId()));
        return facts;
    }

    private Optional<Addressed> addressed(
            Event event, JobKind kind, String title, String text, List<Fact> facts, JobSummary job) {
        // One that hears only of failures of jobs hears of a repair that worked as of any other success.
        List<Subscriber> hearing = policy.subscribers().stream()
                .filter(each -> each.hearsOf(event, kind)
                        || (event == Event.REPAIRED && each.isHeartbeat() && each.hearsOf(Event.JOB_SUCCEEDED, kind)))
                .toList();
        if (hearing.isEmpty()) {
            return Optional.empty();
        }
        // A dead man's switch has no use for the record, which may be long.
        JobSummary told = hearing.stream().allMatch(Subscriber::isHeartbeat)
                ? new JobSummary(kind, job.runId(), job.result(), new JsonObject())
                : job;
        String end = job.result() == RunResult.RUNNING ? "began" : "ended";
        return Optional.of(new Addressed(
                new Message(
                        id(kind, job.runId(), end),
                        now,
                        event,
                        event.severity(),
                        Message.State.INFO,
                        kind.word(),
                        title,
                        text,
                        facts,
                        wording.link(kind == JobKind.BACKUP ? "runs/" + job.runId() : ""),
                        told),
                hearing.stream().map(Subscriber::name).toList()));
    }

    /** The same whenever it is made: a report that is made twice after a crash is one message. */
    private static String id(JobKind kind, String runId, String what) {
        return "%s-%s-%s".formatted(kind.word(), runId, what).replaceAll("[^A-Za-z0-9._-]", "_");
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
