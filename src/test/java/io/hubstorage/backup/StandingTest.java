package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.snapshot.Trees;
import io.hubstorage.testkit.SyntheticBucket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
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
    void whoeverListensHearsWhatTheOneWhoAsksIsTold() {
        SyntheticBucket photos = bucket("photos", "a");
        hub.configure("photos");
        hub.start();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.SCHEDULER_STATUS,
                        message -> message.reply(BusJson.encode(new SchedulerMessage.Status(
                                true, true, false, false, null, null, null, null, 6, null, null))));
        List<StatusMessage.Current> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
        hub.vertx()
                .eventBus()
                .<JsonObject>consumer(
                        Addresses.STATUS_CHANGED,
                        message -> heard.add(BusJson.decode(message.body(), StatusMessage.Current.class)));
        hub.backUp();
        org.awaitility.Awaitility.await()
                .until(() -> !heard.isEmpty()
                        && heard.getLast().state() == StatusMessage.State.SAFE
                        && heard.getLast().title().equals(status().title()));
        photos.delete("a");
        hub.backUp();
        org.awaitility.Awaitility.await()
                .until(() -> heard.getLast().state() == StatusMessage.State.ATTENTION
                        && !heard.getLast().alarms().isEmpty());
    }
}
