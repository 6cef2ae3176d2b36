package io.hubstorage.schedule;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A planner, and what it is told and asked. */
abstract class PlannerKit {
    static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    static final Duration HOUR = Duration.ofHours(1);
    HubConfig configured = config("photos", 6, null);
    final Planner planner = new Planner(configured);

    static Schedule named(HubConfig config, String name) {
        return Schedule.of(config).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Nullable
    String toStart(Instant now) {
        return planner.toStart(now).map(Schedule::name).orElse(null);
    }

    /** Asks for what is to start, has it accepted, and ended an hour later. */
    void runs(Instant now, RunResult result) {
        Schedule due = planner.toStart(now).orElseThrow();
        planner.ask(due);
        planner.accepted("r" + now, now);
        planner.finished(scheduled(due, now, result), now.plus(HOUR));
    }

    static RunRecord scheduled(Schedule schedule, Instant start, RunResult result) {
        return record(
                new RunStart("r" + start, Trigger.SCHEDULE, false, false, start, schedule.name()),
                result,
                schedule.buckets());
    }

    static RunRecord record(RunStart start, RunResult result, List<String> buckets) {
        return new RunRecord(
                start,
                new RunEnd(result, start.startedAt(), 1, null),
                RunRecord.CurrentSnapshot.NONE,
                buckets.stream()
                        .map(bucket -> new RunRecord.BucketRecord(
                                bucket, new BucketOutcome(result, false, BucketCounts.ZERO, List.of(), 0, null), true))
                        .toList(),
                List.of());
    }

    Trigger ask() {
        return planner.ask(named(configured, "main"));
    }

    Duration refused(Instant now) {
        ask();
        return planner.refused(now);
    }

    boolean configure(HubConfig config, Instant now) {
        configured = config;
        return planner.configure(config, Plan.Past.of(Schedule.of(config), Collections.emptyIterator(), null), now);
    }

    /** The same past for each schedule. */
    void begin(Plan.Past past, boolean paused) {
        Map<Schedule, Plan.Past> each = new LinkedHashMap<>();
        Schedule.of(configured).forEach(schedule -> each.put(schedule, past));
        planner.begin(configured, each, paused, T0);
    }

    void begin(RunRecord... newestFirst) {
        List<RunRecord> runs = List.of(newestFirst);
        Instant success = runs.stream()
                .filter(RunRecord::leavesAllSafe)
                .map(RunRecord::startedAt)
                .findFirst()
                .orElse(null);
        begin(new Plan.Past(runs, success, null), false);
    }

    SchedulerMessage.Runs runs() {
        return planner.status(T0).runs();
    }

    static Instant after(int hours) {
        return T0.plus(HOUR.multipliedBy(hours));
    }

    static HubConfig config(@Nullable String bucket, double hours, @Nullable String cron) {
        return ConfigParser.parse(
                automation(new JsonObject().put("interval_hours", hours).put("cron", cron))
                        .put("s3_buckets", bucket == null ? new JsonArray() : new JsonArray().add(bucket)));
    }

    static JsonObject automation(JsonObject members) {
        return new JsonObject().put("automation", members);
    }

    static RunRecord run(String id, Instant start, RunResult result) {
        return run(id, start, result, false, true);
    }

    static RunRecord run(String id, Instant start, RunResult result, boolean dryRun, boolean allBuckets) {
        return new RunRecord(
                new RunStart(id, Trigger.MANUAL, dryRun, allBuckets, start),
                new RunEnd(result, start, 1, null),
                RunRecord.CurrentSnapshot.NONE,
                List.of(),
                List.of());
    }
}
