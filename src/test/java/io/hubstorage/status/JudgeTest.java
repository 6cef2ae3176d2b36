package io.hubstorage.status;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.hubstorage.snapshot.Certificate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JudgeTest {
    private static final Instant NOW = Instant.parse("2026-11-20T08:05:00Z");
    private static final Instant BEGAN = Instant.parse("2026-11-20T06:00:00Z");

    /** Every six hours; the last whole run began at {@link #BEGAN}. */
    private static final class Given {
        private final List<String> configured = new ArrayList<>();
        private final Map<String, Judged> judged = new HashMap<>();
        private final Map<String, Judged> good = new HashMap<>();
        private final List<Certificate.Bucket> held = new ArrayList<>();
        private final List<Condition> conditions = new ArrayList<>();
        private final List<Alarm> alarms = new ArrayList<>();
        private @Nullable RunRecord lastWhole;
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
                    new RunStart("r" + began, Trigger.SCHEDULE, false, whole, began),
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
            lastWhole = whole ? run : lastWhole;
            return this;
        }

        private void hold(String bucket) {
            held.removeIf(each -> each.name().equals(bucket));
            held.add(new Certificate.Bucket(
                    bucket,
                    "",
                    new BucketOutcome(RunResult.SUCCESS, false, BucketCounts.ZERO, List.of(), 0, null),
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
            conditions.add(new Condition(kind, "Something is wrong.", "Mend it."));
            return this;
        }

        Given everyBucket() {
            dynamic = true;
            return this;
        }

        Current judge() {
            HubConfig config = ConfigParser.parse(new JsonObject()
                    .put("s3_buckets", new JsonArray(new ArrayList<>(configured)))
                    .put("use_dynamic_buckets", dynamic));
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
                    new Facts.Past(lastWhole, last, judged, good, newest, false),
                    conditions,
                    alarms,
                    null));
        }

        State state() {
            return judge().state();
        }
    }

    private static Given safe(String... buckets) {
        Map<String, RunResult> all = new HashMap<>();
        List.of(buckets).forEach(bucket -> all.put(bucket, RunResult.SUCCESS));
        return new Given().configured(buckets).run(BEGAN, RunResult.SUCCESS, true, all);
    }

    private static SchedulerMessage.Status scheduler(boolean enabled, boolean paused, boolean overdue) {
        return new SchedulerMessage.Status(
                true,
                enabled,
                paused,
                new SchedulerMessage.Runs(
                        overdue, Instant.parse("2026-11-20T12:00:00Z"), BEGAN, BEGAN, RunResult.SUCCESS),
                new SchedulerMessage.Rule(6, null, null),
                null);
    }

    private static Standing standing(Current judged, String bucket) {
        return judged.buckets().stream()
                .filter(each -> each.bucket().equals(bucket))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Test
    void allIsSafeAfterAGoodRun() {
        Current one = safe("photos").judge();
        assertThat(one.state()).isEqualTo(State.SAFE);
        assertThat(one.sentence()).isEqualTo("Bucket photos is safe. Last backup 2 h ago, next in 4 h.");
        assertThat(safe("photos", "music").judge().title()).isEqualTo("All 2 buckets are safe.");
    }

    @Test
    void aBucketThatOnlyAnOlderSnapshotHasIsNotSafe() {
        Current judged = new Given()
                .configured("documents", "shrinky")
                .run(BEGAN.minusSeconds(7200), RunResult.SUCCESS, true, Map.of("documents", RunResult.SUCCESS))
                .run(BEGAN, RunResult.SUCCESS, true, Map.of("shrinky", RunResult.SUCCESS))
                .newestHolds("shrinky")
                .judge();
        assertThat(judged.state()).isEqualTo(State.NEVER_RUN);
        assertThat(judged.title()).isEqualTo("1 of 2 buckets is safe.");
        assertThat(judged.detail()).contains("documents: not in the newest snapshot");
        assertThat(standing(judged, "documents")).isEqualTo(Standing.NEVER);
    }

    @Test
    void aCopyThatIsOlderThanTheScheduleAllowsIsNotSafe() {
        Instant due = BEGAN.plus(Duration.ofHours(6));
        assertThat(safe("photos").at(due.plus(Duration.ofMinutes(9))).state()).isEqualTo(State.SAFE);
        Current judged = safe("photos").at(due.plus(Duration.ofMinutes(11))).judge();
        assertThat(judged.state()).isEqualTo(State.LATE);
        assertThat(standing(judged, "photos")).isEqualTo(Standing.LATE);
        assertThat(judged.sentence()).startsWith("The last good backup is too old. The last good backup was 6 h ago.");
    }

    @Test
    void aRunOfOneBucketHidesNeitherTheFailureNorTheAgeOfAnother() {
        Given given = new Given()
                .configured("photos", "music")
                .newestHolds("music")
                .run(BEGAN, RunResult.PARTIAL, true, Map.of("photos", RunResult.SUCCESS, "music", RunResult.FAILED))
                .run(BEGAN.plusSeconds(3600), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS));
        Current judged = given.judge();
        assertThat(judged.state()).isEqualTo(State.FAILING);
        assertThat(judged.title()).isEqualTo("Bucket music needs attention.");
        assertThat(judged.detail()).startsWith("music: access denied.");
        assertThat(standing(judged, "photos")).isEqualTo(Standing.SAFE);

        Current old = safe("photos", "music")
                .run(BEGAN.plus(Duration.ofHours(6)), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS))
                .at(BEGAN.plus(Duration.ofHours(7)))
                .judge();
        assertThat(standing(old, "photos")).isEqualTo(Standing.SAFE);
        assertThat(standing(old, "music")).isEqualTo(Standing.LATE);
        assertThat(old.title()).isEqualTo("The last good copy of music is too old.");
    }

    @Test
    void manyBucketsInTroubleAreToldByTheirCause() {
        Map<String, RunResult> bad = new HashMap<>();
        List.of("a1x", "b1x", "c1x", "d1x").forEach(bucket -> bad.put(bucket, RunResult.FAILED));
        Current judged = new Given()
                .configured("a1x", "b1x", "c1x", "d1x")
                .run(BEGAN, RunResult.PARTIAL, true, bad)
                .judge();
        assertThat(judged.title()).isEqualTo("4 buckets need attention.");
        assertThat(judged.detail()).startsWith("a1x, b1x and 2 more: access denied. The next run starts");
    }

    @Test
    void aRunThatFailedAsAWholeIsToldUntilTheBucketsAreBackedUp() {
        Given given = safe("photos").run(BEGAN.plusSeconds(3600), RunResult.FAILED, true, Map.of());
        assertThat(given.judge().sentence())
                .startsWith("The last backup failed. no route to host. Earlier snapshots are untouched.");
        assertThat(given.run(BEGAN.plusSeconds(7200), RunResult.SUCCESS, false, Map.of("photos", RunResult.SUCCESS))
                        .state())
                .isEqualTo(State.SAFE);
    }

    @Test
    void aBucketThatDoesNotExistIsNotHeld() {
        Current judged = new Given()
                .configured("photos", "nowhere")
                .run(BEGAN, RunResult.PARTIAL, true, Map.of("photos", RunResult.SUCCESS, "nowhere", RunResult.FAILED))
                .judge();
        assertThat(judged.buckets().get(1).held()).isNull();
        assertThat(judged.buckets().get(0).held()).isEqualTo(new Tally(3, 30));
        assertThat(judged.state()).isEqualTo(State.FAILING);
    }

    @Test
    void anAlarmIsNotSafeHoweverWellTheBackupsGo() {
        Current judged = safe("photos").alarm("The bucket photos shrank.").judge();
        assertThat(judged.state()).isEqualTo(State.ATTENTION);
        assertThat(judged.sentence()).startsWith("Something needs a look. The bucket photos shrank.");
        assertThat(judged.alarms()).hasSize(1);
    }

    @Test
    void aConditionThatStopsBackupsFailsAndAnotherAsksForAttention() {
        assertThat(safe("photos").condition(Condition.Kind.HISTORY).state()).isEqualTo(State.FAILING);
        assertThat(safe("photos").condition(Condition.Kind.DATA_FOLDER).judge().sentence())
                .startsWith("Something is wrong. Mend it. The last good backup was 2 h ago.");
        assertThat(safe("photos").condition(Condition.Kind.CONFIG).state()).isEqualTo(State.ATTENTION);
    }

    @Test
    void aScheduleThatIsNotKeptIsTold() {
        assertThat(safe("photos").scheduled(scheduler(true, true, false)).state())
                .isEqualTo(State.PAUSED);
        assertThat(safe("photos").scheduled(scheduler(false, false, false)).state())
                .isEqualTo(State.PAUSED);
        assertThat(safe("photos").scheduled(scheduler(true, false, true)).state())
                .isEqualTo(State.LATE);
        assertThat(safe("photos").scheduled(null).state()).isEqualTo(State.FAILING);
    }

    @Test
    void aCommandThatRunsOnceHasNoSchedulerAndIsNotToldSo() {
        Current judged = safe("photos").withoutScheduler().judge();
        assertThat(judged.sentence()).isEqualTo("Bucket photos is safe. Last backup 2 h ago.");
        assertThat(judged.conditions()).isEmpty();
    }

    @Test
    void aRunThatWaitsForS3IsNotSimplyRunning() {
        Current judged = safe("photos")
                .running(new RunState.Waiting("s3", "connection refused", NOW, List.of("photos"), null))
                .judge();
        assertThat(judged.state()).isEqualTo(State.WAITING);
        assertThat(judged.title()).isEqualTo("Waiting for S3: connection refused since {at:%s}.".formatted(NOW));
        assertThat(judged.sentence())
                .matches("Waiting for S3: connection refused since [0-9]{2}:05\\. The backup goes on by itself as soon"
                        + " as it can\\. The last good backup was 2 h ago\\.");
        Current running = safe("photos").running(null).judge();
        assertThat(running.sentence())
                .isEqualTo("Backing up bucket photos. Started 36 s ago. The last good backup was 2 h ago.");
    }

    @Test
    void withoutBucketsItNeedsSetUpAndBeforeTheFirstRunNothingIsSafe() {
        assertThat(new Given().state()).isEqualTo(State.NEEDS_SETUP);
        Current fresh = new Given().configured("photos").judge();
        assertThat(fresh.state()).isEqualTo(State.NEVER_RUN);
        assertThat(fresh.title()).isEqualTo("No backup has run yet.");
    }

    @Test
    void withoutAHistoryTheNewestSnapshotStillTells() {
        Current judged = new Given().configured("photos").newestHolds("photos").judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.buckets().getFirst().lastSuccess()).isEqualTo(BEGAN);
    }

    @Test
    void aFoundBucketThatIsGoneIsKeptAndSaidToBeSo() {
        Current judged = new Given()
                .everyBucket()
                .run(BEGAN, RunResult.SUCCESS, true, Map.of("photos", RunResult.SUCCESS))
                .newestHolds("photos", "gone")
                .judge();
        assertThat(judged.state()).isEqualTo(State.SAFE);
        assertThat(judged.title()).isEqualTo("Bucket photos is safe.");
        assertThat(standing(judged, "gone")).isEqualTo(Standing.LEFT_OUT);
    }

    @Test
    void spansAreAsCoarseAsPeopleSayThem() {
        assertThat(Phrases.ago(NOW.minusSeconds(4), NOW)).isEqualTo("just now");
        assertThat(Phrases.ago(NOW.plusSeconds(20), NOW)).isEqualTo("just now");
        assertThat(Phrases.ago(NOW.minusSeconds(36), NOW)).isEqualTo("36 s ago");
        assertThat(Phrases.ago(NOW.minus(Duration.ofMinutes(89)), NOW)).isEqualTo("89 min ago");
        assertThat(Phrases.ago(NOW.minus(Duration.ofMinutes(100)), NOW)).isEqualTo("2 h ago");
        assertThat(Phrases.until(NOW.plusSeconds(34), NOW)).isEqualTo("in 34 s");
        assertThat(Phrases.until(NOW.plus(Duration.ofDays(3)), NOW)).isEqualTo("in 3 days");
        assertThat(Phrases.until(NOW.minusSeconds(5), NOW)).isEqualTo("now");
    }

    @Test
    void onlyOurOwnMarksAreFilled() {
        assertThat(Phrases.filled("{ago:2026-11-20T08:04:00Z}, {ago:soon}, {until:$1}", NOW))
                .isEqualTo("60 s ago, {ago:soon}, {until:$1}");
    }
}
