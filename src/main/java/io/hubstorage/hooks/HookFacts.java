package io.hubstorage.hooks;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.bus.VerifyRecord;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a hook is told, by names in {@code snake_case}: a command has them in its environment, in capitals behind {@code HUBSTORAGE_}, an
 * address gets them as JSON. Never a secret, and nothing but texts and numbers. docs/hooks.md lists them.
 */
record HookFacts(Map<String, Object> members) {
    /** What tells the processes of one hook from all others. */
    static final List<String> MARKS = List.of("HUBSTORAGE_HOOK", "HUBSTORAGE_WHEN", "HUBSTORAGE_JOB_ID");

    /** Where scripts look for programs, and how texts are encoded: with nothing at all, few would work. */
    private static final Map<String, String> ALWAYS =
            Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG", "C.UTF-8");

    private static final int LONGEST = 4096;

    /** Those of a job that has begun or ended. */
    static HookFacts of(String hook, When when, JobRecord job, Path data) {
        Map<String, Object> facts = begin(hook, when, job.kind(), job.runId(), job.trigger(), job.startedAt(), data);
        put(facts, "snapshot", snapshot(job));
        put(facts, "target", target(job));
        if (when == When.AFTER) {
            put(facts, "job_result", BusJson.word(job.result()));
            put(facts, "job_finished", time(job.finishedAt()));
            put(facts, "job_message", job.message());
            Counts counts = counts(job);
            facts.put("done", counts.done().objects());
            facts.put("done_bytes", counts.done().bytes());
            facts.put("failed", counts.failed());
        }
        return new HookFacts(facts);
    }

    /** What somebody who tries a hook out is told: that a job begins, or has ended well. */
    static HookFacts trial(String hook, When when, JobKind kind, Instant now, Path data) {
        Map<String, Object> facts = begin(hook, when, kind, "test-" + UUID.randomUUID(), Trigger.CLI, now, data);
        if (when == When.AFTER) {
            facts.put("job_result", "success");
            put(facts, "job_finished", time(now));
            facts.put("job_message", "Somebody tries the hook out.");
            facts.put("done", 0L);
            facts.put("done_bytes", 0L);
            facts.put("failed", 0L);
        }
        return new HookFacts(facts);
    }

    private static Map<String, Object> begin(
            String hook, When when, JobKind kind, String id, Trigger trigger, Instant startedAt, Path data) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("hook", hook);
        facts.put("when", BusJson.word(when));
        facts.put("job_kind", kind.word());
        facts.put("job_id", id);
        facts.put("job_trigger", BusJson.word(trigger));
        put(facts, "job_started", time(startedAt));
        facts.put("data_path", data.toString());
        return facts;
    }

    private static void put(Map<String, Object> facts, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            facts.put(name, value);
        }
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The one that a backup has made, or that a restore or a drill reads. */
    private static @Nullable String snapshot(JobRecord job) {
        return switch (job) {
            case RunRecord run -> run.newSnapshot() ? run.snapshot() : null;
            case RestoreRecord restore -> restore.what().snapshot();
            case DrillRecord drill -> drill.what().snapshot();
            case RetentionRecord retention -> retention.what().snapshot();
            case VerifyRecord _, RepairRecord _, ReplicationRecord _ -> null;
        };
    }

    /** Where it writes to, if not to the data folder. */
    private static @Nullable String target(JobRecord job) {
        return switch (job) {
            case RestoreRecord restore -> restore.what().to();
            case DrillRecord drill -> drill.what().to();
            case ReplicationRecord replication -> replication.what().to();
            case RunRecord _, VerifyRecord _, RepairRecord _, RetentionRecord _ -> null;
        };
    }

    /** What was done, and how much of it failed. */
    private record Counts(Tally done, long failed) {}

    private static Counts counts(JobRecord job) {
        return switch (job) {
            case RunRecord run -> {
                BucketCounts totals = run.totals();
                yield new Counts(totals.downloaded(), totals.failed().objects());
            }
            case RestoreRecord restore ->
                new Counts(
                        restore.outcome().written(),
                        RestoreRecord.Outcome.sum(restore.outcome().failed()).objects());
            case DrillRecord drill ->
                new Counts(drill.outcome().same(), drill.outcome().different().objects());
            case VerifyRecord verify ->
                new Counts(
                        verify.outcome().read(), verify.outcome().foundDamaged().objects());
            case RepairRecord repair ->
                new Counts(
                        repair.outcome().repairedInAll(),
                        repair.outcome().lost().objects());
            case RetentionRecord retention ->
                new Counts(
                        new Tally(
                                retention.outcome().removed(),
                                retention.outcome().freedBytes()),
                        retention.outcome().go() - retention.outcome().removed());
            case ReplicationRecord replication ->
                new Counts(
                        replication.outcome().copied(),
                        replication.outcome().failed().objects());
        };
    }

    /** All that a command has of an environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>(ALWAYS);
        members.forEach((name, value) ->
                environment.put("HUBSTORAGE_" + name.toUpperCase(Locale.ROOT), line(value.toString())));
        return environment;
    }

    /** Names of objects are somebody else's: nothing in them ends a line or a variable. */
    private static String line(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    JsonObject json() {
        return new JsonObject(new LinkedHashMap<>(members));
    }
}
