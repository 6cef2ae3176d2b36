package io.hubstorage.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Current;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.HistoryStore.Judged;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.schedule.Schedule;
import io.hubstorage.snapshot.Certificate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a judge is given, and what it says of that. */
abstract class JudgeKit {
    static final Instant NOW = Instant.parse("2026-11-20T08:05:00Z");
    static final Instant BEGAN = Instant.parse("2026-11-20T06:00:00Z");

    /** Every six hours; the last whole run began at {@link #BEGAN}. */
    static final class Given {
        private final List<String> configured = new ArrayList<>();
        private final Map<String, Judged> judged = new HashMap<>();
        private final Map<String, Judged> good = new HashMap<>();
        private final List<Certificate.Bucket> held = new ArrayList<>();
        private final List<Condition> conditions = new ArrayList<>();
        private final List<Alarm> alarms = new ArrayList<>();
        private final Map<String, RunRecord> bySchedule = new HashMap<>();
        private final List<RunRecord> newestFirst = new ArrayList<>();
        private final JsonArray schedules = new JsonArray();
        private @Nullable RunRecord last;
        private SchedulerMessage.@Nullable Status scheduler = scheduler(true, false, false);
        private boolean hasScheduler = true;
        private boolean dynamic;
        private @Nullable RunState current;
        private Instant now = NOW;

        Given configured(String... buckets) {
            configured.addAll(List.of(buckets));
            return this;
        }

        /** A run over these buckets; the newest snapshot holds those that it read well, or that were there before. */
        Given run(Instant began, RunResult result, boolean whole, Map<String, RunResult> buckets) {
            return run(began, result, whole, null, buckets);
        }

        /** Likewise, by a schedule. */
        Given run(
                Instant began,
                RunResult result,
                boolean whole,
                @Nullable String schedule,
                Map<String, RunResult> buckets) {
            List<RunRecord.BucketRecord> records = buckets.entrySet().stream()
                    .map(each -> new RunRecord.BucketRecord(
                            each.getKey(),
                            new BucketOutcome(
                                    each.getValue(),
                                    false,
                                    BucketCounts.ZERO,
                                    List.of(),
                                    0,
                                    each.getValue() == RunResult.FAILED ? "access denied" : null),
                            true))
                    .toList();
            RunRecord run = new RunRecord(
                    new RunStart("r" + began, Trigger.SCHEDULE, false, whole, began, schedule),
                    new RunEnd(
                            result, began.plusSeconds(300), 1, result == RunResult.FAILED ? "no route to host" : null),
                    new RunRecord.CurrentSnapshot("hublink_1", true, null),
                    records,
                    List.of());
            for (RunRecord.BucketRecord record : records) {
                judged.put(record.bucket(), new Judged(run, record));
                if (record.result() == RunResult.SUCCESS) {
                    good.put(record.bucket(), new Judged(run, record));
                    hold(record.bucket());
                }
            }
            last = run;
            newestFirst.addFirst(run);
            for (Schedule each : Schedule.of(config())) {
                if (each.servedBy(run)) {
                    bySchedule.put(each.name(), run);
                }
            }
            return this;
        }

        private void hold(String bucket) {
            hold(bucket, false);
        }

        /** As a run holds it that was for others. */
        Given newestKeeps(String bucket) {
            hold(bucket, true);
            return this;
        }

        private void hold(String bucket, boolean leftOut) {
            held.removeIf(each -> each.name().equals(bucket));
            held.add(new Certificate.Bucket(
                    bucket,
                    "",
                    new BucketOutcome(RunResult.SUCCESS, leftOut, BucketCounts.ZERO, List.of(), 0, null),
                    new Certificate.Listing(true, 1, "utf8"),
                    new Tally(3, 30),
                    new ManifestSummary(3, 30, "00", Map.of()),
                    null));
        }

        Given newestHolds(String... buckets) {
            held.clear();
            List.of(buckets).forEach(this::hold);
            return this;
        }

        Given at(Instant time) {
            now = time;
            return this;
        }

        Given withoutScheduler() {
            hasScheduler = false;
            scheduler = null;
            return this;
        }

        Given scheduled(SchedulerMessage.@Nullable Status status) {
            scheduler = status;
            return this;
        }

        Given running(RunState.@Nullable Waiting waiting) {
            current = new RunState(
                    new RunStart("now", Trigger.MANUAL, false, true, now.minusSeconds(36)),
                    now,
                    new RunState.Stage(RunPhase.LISTING, 1, 4, null, null, waiting, null),
                    List.of(new RunState.BucketState(
                            "photos", RunPhase.LISTING, TransferMessage.Progress.NONE, null, waiting)),
                    new RunState.Progress(BucketCounts.ZERO, Tally.ZERO, 0, 0, 0, null),
                    List.of());
            return this;
        }

        Given alarm(String message) {
            alarms.add(Alarm.of(Alarm.Kind.SHRUNK, "photos", NOW, message, "Look."));
            return this;
        }

        Given condition(Condition.Kind kind) {
            return condition(kind, "Something is wrong.");
        }

        Given condition(Condition.Kind kind, String message) {
            conditions.add(new Condition(kind, message, "Mend it."));
            return this;
        }

        Given everyBucket() {
            dynamic = true;
            return this;
        }

        /** A schedule of their own for buckets that are configured already; call before {@link #run}. */
        Given schedule(String name, int hours, String... buckets) {
            schedules.add(
                    JsonObject.of("name", name, "interval_hours", hours, "buckets", new JsonArray(List.of(buckets))));
            return this;
        }

        private HubConfig config() {
            return ConfigParser.parse(new JsonObject()
                    .put("s3_buckets", new JsonArray(new ArrayList<>(configured)))
                    .put("automation", JsonObject.of("schedules", schedules))
                    .put("use_dynamic_buckets", dynamic));
        }

        Current judge() {
            HubConfig config = config();
            Certificate newest = held.isEmpty()
                    ? null
                    : new Certificate(
                            1,
                            "hublink_1",
                            new Certificate.Run(
                                    "r", Trigger.SCHEDULE, RunResult.SUCCESS, true, BEGAN, BEGAN.plusSeconds(300), 1),
                            new Certificate.Basis("1", null, null, JsonNodeFactory.instance.objectNode()),
                            List.copyOf(held),
                            List.of(),
                            null);
            return Judge.of(new Facts(
                    now,
                    config,
                    new Facts.Rooms(
                            new BackupMessage.Status(current != null, current, last, last), scheduler, hasScheduler),
                    new Facts.Past(
                            bySchedule,
                            Standings.lastFound(config, newestFirst.stream()).orElse(null),
                            last,
                            judged,
                            good,
                            newest,
                            false),
                    conditions,
                    alarms,
                    null));
        }

        State state() {
            return judge().state();
        }
    }

    static Given safe(String... buckets) {
        Map<String, RunResult> all = new HashMap<>();
        List.of(buckets).forEach(bucket -> all.put(bucket, RunResult.SUCCESS));
        return new Given().configured(buckets).run(BEGAN, RunResult.SUCCESS, true, all);
    }

    static SchedulerMessage.Status scheduler(boolean enabled, boolean paused, boolean overdue) {
        return new SchedulerMessage.Status(
                true,
                enabled,
                paused,
                new SchedulerMessage.Runs(
                        overdue, Instant.parse("2026-11-20T12:00:00Z"), BEGAN, BEGAN, RunResult.SUCCESS),
                new SchedulerMessage.Rule(6, null, null),
                null,
                List.of());
    }

    static Standing standing(Current judged, String bucket) {
        return judged.buckets().stream()
                .filter(each -> each.bucket().equals(bucket))
                .findFirst()
                .orElseThrow()
                .state();
    }
}
