package io.hubstorage.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.testkit.EmbeddedS3;
import io.hubstorage.testkit.Hub;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine and the scheduler together, by a clock that is set, against a real server: three buckets, each by a schedule. */
final class ScheduledBackupsTest {
    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path home;

    private final MutableClock clock = new MutableClock(T0);
    private final List<RunRecord> ended = new CopyOnWriteArrayList<>();
    private EmbeddedS3 s3;
    private Hub hub;
    private String scheduler = "";

    @BeforeEach
    void threeBuckets() {
        s3 = EmbeddedS3.start();
        for (String bucket : List.of("documents", "music", "photos")) {
            s3.createBucket(bucket);
        }
        write("1");
        hub = new Hub(home, s3.settings(), clock)
                .configure(JsonObject.of(
                        "s3_buckets",
                        JsonArray.of("documents", "music", "photos"),
                        "automation",
                        JsonObject.of(
                                "enabled",
                                true,
                                "interval_hours",
                                6,
                                "schedules",
                                JsonArray.of(schedule("hourly", 1, "music"), schedule("weekly", 168, "photos")))))
                .start();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.BACKUP_FINISHED,
                        message -> ended.add(BusJson.decode(message.body(), RunRecord.class)));
        // No two runs begin in the same second.
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(Addresses.BACKUP_STARTED, _ -> clock.advance(Duration.ofSeconds(2)));
        deployScheduler();
    }

    @AfterEach
    void stop() {
        hub.close();
        s3.close();
    }

    private static JsonObject schedule(String name, int hours, String bucket) {
        return JsonObject.of("name", name, "interval_hours", hours, "buckets", JsonArray.of(bucket));
    }

    private void write(String text) {
        for (String bucket : List.of("documents", "music", "photos")) {
            s3.put(bucket, "a/file.txt", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void deployScheduler() {
        Environment environment = Environment.load(
                Map.of(
                        "HUBSTORAGE_CONFIG_PATH",
                                home.resolve("config/config.json").toString(),
                        "HUBSTORAGE_DATA_PATH", hub.data().toString(),
                        "HUBSTORAGE_LOG_PATH", home.resolve("logs").toString()),
                home.resolve("no.env"));
        ConfigStore config = Hub.await(ConfigStore.open(hub.vertx(), environment, UnaryOperator.identity(), clock));
        scheduler = Hub.await(hub.vertx()
                .deployVerticle(new SchedulerVerticle(
                        config,
                        HistoryStore.open(home.resolve("config")),
                        Optional::empty,
                        Optional::empty,
                        clock,
                        Duration.ofMillis(2))));
    }

    /** Those that have ended since the last call, by the names of their schedules. */
    private List<RunRecord> awaitRuns(String... schedules) {
        await().atMost(PATIENCE).until(() -> ended.size() >= schedules.length);
        List<RunRecord> runs = List.copyOf(ended);
        ended.removeAll(runs);
        assertThat(runs).extracting(run -> run.start().schedule()).containsExactly(schedules);
        assertThat(runs).extracting(RunRecord::result).containsOnly(RunResult.SUCCESS);
        return runs;
    }

    private Map<String, String> contents(RunRecord run) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        for (String bucket : List.of("documents", "music", "photos")) {
            Path file = hub.files(run, bucket).resolve("a/file.txt");
            if (Files.exists(file)) {
                contents.put(bucket, Files.readString(file));
            }
        }
        return contents;
    }

    private StatusMessage.Current status() {
        return BusJson.decode(hub.request(Addresses.STATUS, new JsonObject()), StatusMessage.Current.class);
    }

    @Test
    void eachBucketIsBackedUpByItsScheduleAndEverySnapshotHoldsAll() throws IOException {
        List<RunRecord> first = awaitRuns("main", "hourly", "weekly");
        assertThat(first).extracting(run -> run.start().trigger()).containsOnly(Trigger.FIRST);
        assertThat(first).extracting(RunRecord::coversAllBuckets).containsOnly(false);
        assertThat(contents(first.get(0))).isEqualTo(Map.of("documents", "1"));
        assertThat(contents(first.get(2))).isEqualTo(Map.of("documents", "1", "music", "1", "photos", "1"));

        write("2");
        clock.advance(Duration.ofHours(1));
        RunRecord hourly = awaitRuns("hourly").getFirst();
        assertThat(contents(hourly)).isEqualTo(Map.of("documents", "1", "music", "2", "photos", "1"));

        clock.set(T0.plus(Duration.ofHours(24)));
        List<RunRecord> day = awaitRuns("hourly", "main");
        assertThat(contents(day.get(1))).isEqualTo(Map.of("documents", "2", "music", "2", "photos", "1"));
        clock.advance(Duration.ofMinutes(2));
        assertThat(status().state()).as(status().sentence()).isEqualTo(StatusMessage.State.SAFE);
        assertThat(status().buckets())
                .extracting(StatusMessage.Bucket::state)
                .containsOnly(StatusMessage.Standing.SAFE);

        clock.set(T0.plus(Duration.ofDays(7)).plusSeconds(60));
        List<RunRecord> week = awaitRuns("hourly", "main", "weekly");
        assertThat(week.get(2).message()).startsWith("photos is safe");
        assertThat(contents(week.get(2))).isEqualTo(Map.of("documents", "2", "music", "2", "photos", "2"));
    }

    @Test
    void aRunOfAllBucketsIsOneForEachScheduleAlsoAfterARestart() {
        awaitRuns("main", "hourly", "weekly");
        clock.set(T0.plus(Duration.ofHours(167)));
        awaitRuns("hourly", "main");
        clock.advance(Duration.ofMinutes(5));
        Instant whole = hub.backUp().startedAt();
        await().atMost(PATIENCE).until(() -> ended.size() == 1);
        assertThat(ended.removeFirst().coversAllBuckets()).isTrue();
        Hub.await(hub.vertx().undeploy(scheduler));
        clock.set(whole.plus(Duration.ofHours(1)));
        assertThat(clock.now())
                .as("weekly is a week old, but for the run of all")
                .isAfter(T0.plus(Duration.ofDays(7)));
        deployScheduler();
        Instant hourly = awaitRuns("hourly").getFirst().startedAt();
        // The scheduler may hear of that end a moment later than this test.
        await().untilAsserted(() -> assertThat(
                        hub.request(Addresses.SCHEDULER_STATUS, new JsonObject()).getJsonArray("schedules").stream()
                                .map(JsonObject.class::cast)
                                .map(each -> each.getString("name") + " " + each.getString("next")))
                .containsExactly(
                        "main " + whole.plus(Duration.ofHours(6)),
                        "hourly " + hourly.plus(Duration.ofHours(1)),
                        "weekly " + whole.plus(Duration.ofDays(7))));
        await().atMost(PATIENCE).until(() -> !isRunning());
        assertThat(ended).isEmpty();
    }

    private boolean isRunning() {
        return hub.request(Addresses.BACKUP_STATUS, new JsonObject()).getBoolean("running");
    }
}
