package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.Restoring;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the engine says of each bucket after what has happened. */
final class StandingTest extends EngineTest {
    private StatusMessage.Current status() {
        hub.start();
        return BusJson.decode(hub.request(Addresses.STATUS, new JsonObject()), StatusMessage.Current.class);
    }

    private StatusMessage.Bucket bucketNow(String name) {
        return status().buckets().stream()
                .filter(bucket -> bucket.bucket().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aBucketThatWasOnceBackedUpButIsNotInTheNewestSnapshotIsNotSafe() {
        bucket("documents", "a");
        bucket("shrinky", "x");
        hub.configure("documents");
        hub.backUp();
        hub.stop().configure("shrinky");
        hub.backUp();
        hub.stop().configure("documents", "shrinky");

        assertThat(bucketNow("documents").state()).isEqualTo(StatusMessage.Standing.NEVER);
        assertThat(bucketNow("documents").held()).isNull();
        assertThat(bucketNow("documents").problem()).contains("not in the newest snapshot");
        assertThat(bucketNow("shrinky").state()).isEqualTo(StatusMessage.Standing.SAFE);

        hub.backUp();
        assertThat(bucketNow("documents").state()).isEqualTo(StatusMessage.Standing.SAFE);
    }

    @Test
    void aRunOfOneBucketHidesNoFailureOfAnother() {
        SyntheticBucket photos = bucket("photos", "a");
        bucket("music", "x");
        hub.configure("photos", "music");
        RunRecord first = hub.backUp();
        s3.removeBucket("music");
        photos.change("a");
        hub.backUp();
        for (int run = 0; run < 2; run++) {
            photos.change("a");
            hub.run(new BackupMessage.Start(null, false, List.of("photos")));
            StatusMessage.Bucket music = bucketNow("music");
            assertThat(music.state()).isEqualTo(StatusMessage.Standing.FAILING);
            assertThat(music.problem()).contains("does not exist");
            assertThat(music.lastSuccess()).isEqualTo(first.startedAt());
            assertThat(bucketNow("photos").state()).isEqualTo(StatusMessage.Standing.SAFE);
        }
        hub.stop();
        assertThat(bucketNow("music").state()).isEqualTo(StatusMessage.Standing.FAILING);
    }

    @Test
    void howARestoreEndedSaysNothingAboutBackups() {
        bucket("photos", "a");
        hub.configure("photos");
        RunRecord good = hub.backUp();
        StatusMessage.Verdict safe = status().verdict();
        history("r1", RunResult.FAILED);
        history("r2", RunResult.RUNNING);

        assertThat(status().verdict().title()).isEqualTo(safe.title());
        assertThat(status().state()).isEqualTo(safe.state());
        assertThat(bucketNow("photos").state()).isEqualTo(StatusMessage.Standing.SAFE);
        assertThat(backups()).isEqualTo(new BackupMessage.Status(false, null, good, good));

        s3.removeBucket("photos");
        RunRecord bad = hub.backUp();
        history("r3", RunResult.SUCCESS);

        assertThat(status().state()).isEqualTo(StatusMessage.State.FAILING);
        assertThat(bucketNow("photos").lastSuccess()).isEqualTo(good.startedAt());
        assertThat(backups()).isEqualTo(new BackupMessage.Status(false, null, bad, good));
        assertThat(BusJson.decode(hub.request(Addresses.BACKUP_HISTORY, new JsonObject()), BackupMessage.History.class)
                        .runs())
                .containsExactly(bad, good);
        assertThat(BusJson.decode(hub.request(Addresses.JOBS_LIST, new JsonObject()), JobMessage.Page.class)
                        .jobs())
                .extracting(JobRecord::runId)
                .containsExactly("r3", bad.runId(), "r2", "r1", good.runId());
    }

    private BackupMessage.Status backups() {
        return BusJson.decode(hub.request(Addresses.BACKUP_STATUS, new JsonObject()), BackupMessage.Status.class);
    }

    private void history(String restore, RunResult result) {
        Instant began = Instant.now();
        HistoryStore.open(home.resolve("config"))
                .append(Restoring.record(
                        restore, began, new RunEnd(result, result.ended() ? began : null, 1, "as it went")));
    }

    @Test
    void aNewestSnapshotThatSomebodyRemovedIsNoCopyAnyMore() throws IOException {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        RunRecord only = hub.backUp();
        assertThat(bucketNow("photos").state()).isEqualTo(StatusMessage.Standing.SAFE);
        Trees.delete(hub.data().resolve(Objects.requireNonNull(only.snapshot())));
        assertThat(bucketNow("photos").state()).isEqualTo(StatusMessage.Standing.NEVER);
        photos.change("a");
        hub.backUp();
        assertThat(bucketNow("photos").state()).isEqualTo(StatusMessage.Standing.SAFE);
    }

    @Test
    void aLostHistoryIsTakenFromTheCertificatesAndThatIsAnAlarm() throws IOException {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        hub.backUp();
        photos.change("a");
        RunRecord second = hub.backUp();
        hub.stop();
        Files.delete(home.resolve("config/history.jsonl"));

        StatusMessage.Current judged = status();

        BackupMessage.Status told =
                BusJson.decode(hub.request(Addresses.BACKUP_STATUS, new JsonObject()), BackupMessage.Status.class);
        assertThat(told.last()).isNotNull();
        assertThat(told.lastSuccess()).isNotNull();
        assertThat(told.lastSuccess().runId()).isEqualTo(second.runId());
        assertThat(told.lastSuccess().startedAt()).isEqualTo(second.startedAt());
        assertThat(judged.buckets().getFirst().lastSuccess()).isEqualTo(second.startedAt());
        assertThat(judged.alarms()).singleElement().satisfies(alarm -> {
            assertThat(alarm.kind()).isEqualTo(Alarm.Kind.HISTORY_LOST);
            assertThat(alarm.message()).startsWith("The history had lost 2 runs");
        });
        BackupMessage.History history = BusJson.decode(
                hub.request(Addresses.BACKUP_HISTORY, BusJson.encode(new BackupMessage.HistoryQuery(10, null, null))),
                BackupMessage.History.class);
        assertThat(history.runs()).hasSize(2);
        hub.stop();
        assertThat(status().alarms()).as("once told is enough").hasSize(1);
        assertThat(status().alarms().getFirst().occurrences().times()).isEqualTo(1);
    }

    @Test
    void whatTheDiskHadLostIsAnAlarmEvenIfTheRunFetchedItAgain() throws IOException {
        SyntheticBucket photos = bucket("photos", "a", "b");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        Files.delete(hub.files(first, "photos").resolve("a"));
        photos.change("b");
        hub.backUp();
        Awaitility.await()
                .until(() -> status().alarms().stream()
                        .anyMatch(alarm -> alarm.kind() == Alarm.Kind.DAMAGE
                                && alarm.message().startsWith("1 file of the last snapshot")));
    }

    @Test
    void whoeverListensHearsWhatTheOneWhoAsksIsTold() {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        hub.start();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.SCHEDULER_STATUS,
                        message -> message.reply(BusJson.encode(new SchedulerMessage.Status(
                                true,
                                true,
                                false,
                                new SchedulerMessage.Runs(false, null, null, null, null),
                                new SchedulerMessage.Rule(6, null, null),
                                null,
                                List.of()))));
        List<StatusMessage.Current> heard = new CopyOnWriteArrayList<>();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.STATUS_CHANGED,
                        message -> heard.add(BusJson.decode(message.body(), StatusMessage.Current.class)));
        hub.backUp();
        Awaitility.await()
                .until(() -> !heard.isEmpty()
                        && heard.getLast().state() == StatusMessage.State.SAFE
                        && heard.getLast().title().equals(status().title()));
        photos.delete("a");
        hub.backUp();
        Awaitility.await()
                .until(() -> heard.getLast().state() == StatusMessage.State.ATTENTION
                        && !heard.getLast().alarms().isEmpty());
    }
}
