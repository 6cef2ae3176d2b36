package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Remedy;
import io.hubstorage.config.HubConfig;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.Snapshots;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a bucket is asked for next, with a worker that ends its shards as it is told. */
@ExtendWith(VertxExtension.class)
final class BucketAttemptsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    private final List<TransferMessage.Shard> asked = new CopyOnWriteArrayList<>();
    private final Queue<End> ends = new ConcurrentLinkedQueue<>();
    private BucketAttempts bucket;

    private record End(Outcome outcome, Remedy remedy) {}

    @BeforeEach
    void aBucketAndAWorker(Vertx vertx) throws IOException {
        Layout layout = new Layout(home);
        Staging staging = Staging.open(layout, NOW, 1);
        RunPlan plan = RunMonitorTest.plan();
        ShardDispatcher dispatcher = new ShardDispatcher(vertx, new Workers(plan::config, () -> NOW), home, "run");
        bucket = new BucketAttempts(
                new HubConfig.BucketSpec("photos", ""),
                new BucketAttempts.Workshop(
                        plan,
                        new Preflight.Disk(true, false, false),
                        staging,
                        new PreviousSnapshots(new Snapshots(layout), staging),
                        Presence.read(layout),
                        dispatcher,
                        new RunMonitor(plan, () -> NOW, _ -> null)));
        vertx.eventBus().<JsonObject>consumer(Addresses.workerShard(Addresses.LOCAL_WORKER), message -> {
            TransferMessage.Shard shard = BusJson.decode(message.body(), TransferMessage.Shard.class);
            asked.add(shard);
            message.reply(new JsonObject());
            dispatcher.ended(result(shard, Objects.requireNonNull(ends.poll())));
        });
    }

    private static TransferMessage.Result result(TransferMessage.Shard shard, End end) {
        return new TransferMessage.Result(
                shard.runId(),
                shard.id(),
                end.outcome(),
                new TransferMessage.Progress(
                        new BucketCounts(Map.of(BucketCounts.Fate.LISTED, Tally.of(7))), Tally.ZERO, 0, true),
                new TransferMessage.Usage(1, 2, 3, 4),
                new TransferMessage.Failures(
                        List.of(), end.remedy() == Remedy.NONE ? 0 : 1, end.remedy(), Map.of(), null),
                end.outcome().isComplete() ? null : "why");
    }

    /** The next shard that is asked for ends so. */
    private void next(Outcome outcome, Remedy remedy) {
        ends.add(new End(outcome, remedy));
    }

    private List<Mode> modes() {
        return asked.stream().map(TransferMessage.Shard::mode).toList();
    }

    private List<Integer> attempts() {
        return asked.stream().map(shard -> shard.id().attempt()).toList();
    }

    private BucketAttempt last() {
        return Objects.requireNonNull(bucket.last());
    }

    @Test
    void objectsThatFailedAreAskedForAgainInTheSameAttempt() throws Exception {
        next(Outcome.CHANGED, Remedy.RETRY);
        next(Outcome.UNCHANGED, Remedy.NONE);

        bucket.copy();
        assertThat(bucket.isRetriable()).isTrue();
        bucket.copy();

        assertThat(bucket.isRetriable()).isFalse();
        assertThat(modes()).containsExactly(Mode.COPY, Mode.RETRY);
        assertThat(attempts()).containsExactly(1, 1);
        assertThat(asked.getLast().before().counts().listed()).isEqualTo(Tally.of(7));
        assertThat(bucket.isUnchanged()).as("it had changed before").isFalse();
        assertThat(last().usage()).isEqualTo(new TransferMessage.Usage(2, 4, 6, 8));
        assertThat(last().counts().listed())
                .as("what is told of objects includes the others")
                .isEqualTo(Tally.of(7));
    }

    @Test
    void aBucketThatBreaksWhileItsObjectsAreAskedForAgainIsCopiedAnewAtOnce() throws Exception {
        next(Outcome.CHANGED, Remedy.RETRY);
        next(Outcome.FAILED, Remedy.COPY);
        next(Outcome.CHANGED, Remedy.NONE);

        bucket.copy();
        bucket.copy();

        assertThat(bucket.isComplete())
                .as("it may have been the last attempt, and it was complete once")
                .isTrue();
        assertThat(modes()).containsExactly(Mode.COPY, Mode.RETRY, Mode.COPY);
        assertThat(attempts()).containsExactly(1, 1, 2);
    }

    @Test
    void aListingThatCameToNoEndIsMadeAnew() throws Exception {
        next(Outcome.FAILED, Remedy.COPY);
        next(Outcome.CHANGED, Remedy.NONE);

        bucket.copy();
        assertThat(bucket.isComplete()).isFalse();
        bucket.copy();

        assertThat(bucket.isComplete()).isTrue();
        assertThat(modes()).containsExactly(Mode.COPY, Mode.COPY);
        assertThat(attempts()).containsExactly(1, 2);
    }

    @Test
    void aNewAttemptThatFailsDoesNotReplaceOneThatCoversTheBucket() throws Exception {
        next(Outcome.CHANGED, Remedy.COPY);
        next(Outcome.FAILED, Remedy.COPY);

        bucket.copy();
        bucket.copy();

        assertThat(modes()).containsExactly(Mode.COPY, Mode.COPY);
        assertThat(bucket.isComplete()).isTrue();
        assertThat(last().number()).isEqualTo(1);
    }

    @Test
    void anotherOrderIsSortedAtOnceAndFromThenOn() throws Exception {
        next(Outcome.UNORDERED, Remedy.COPY);
        next(Outcome.FAILED, Remedy.COPY);
        next(Outcome.UNCHANGED, Remedy.NONE);

        bucket.copy();
        bucket.copy();

        assertThat(asked).extracting(shard -> shard.keys().sorted()).containsExactly(false, true, true);
    }

    @Test
    void whatIsDamagedStillWhenEveryFileIsReadFails() throws Exception {
        next(Outcome.DAMAGED, Remedy.COPY);
        next(Outcome.DAMAGED, Remedy.COPY);
        next(Outcome.DAMAGED, Remedy.COPY);

        bucket.copy();

        assertThat(modes()).as("by the manifest, by a look, by a hash").hasSize(3);
        assertThat(bucket.isComplete()).isFalse();
    }

    @Test
    void refusedCredentialsAndAFullDiskEndTheRun() {
        next(Outcome.AUTH, Remedy.NONE);
        assertThatThrownBy(bucket::copy).isInstanceOf(RunStoppedException.class).hasMessage("why");

        next(Outcome.DISK_FULL, Remedy.NONE);
        assertThatThrownBy(bucket::copy).isInstanceOf(RunStoppedException.class).hasMessageContaining("is full");

        next(Outcome.CANCELLED, Remedy.COPY);
        assertThatThrownBy(bucket::copy).isInstanceOf(CancellationException.class);
    }

    @Test
    void whatIsLinkedIsNotLinkedAgain() throws Exception {
        next(Outcome.CHANGED, Remedy.RETRY);
        next(Outcome.LINKED, Remedy.NONE);

        bucket.copy();
        bucket.link();
        bucket.link();

        assertThat(modes()).containsExactly(Mode.COPY, Mode.LINK);
        assertThat(last().linked()).isTrue();
        assertThat(last().failuresTotal())
                .as("what failed before is still told")
                .isEqualTo(1);
        assertThat(bucket.isRetriable()).as("it stays as it is").isFalse();
    }

    @Test
    void linksThatFindDamageAreMadeAfterTheBucketWasCopiedAnew() throws Exception {
        next(Outcome.CHANGED, Remedy.NONE);
        next(Outcome.DAMAGED, Remedy.COPY);
        next(Outcome.CHANGED, Remedy.NONE);
        next(Outcome.LINKED, Remedy.NONE);

        bucket.copy();
        bucket.link();

        assertThat(modes()).containsExactly(Mode.COPY, Mode.LINK, Mode.COPY, Mode.LINK);
        assertThat(attempts()).containsExactly(1, 1, 2, 2);
        assertThat(last().linked()).isTrue();
    }

    @Test
    void linksThatFailLeaveTheBucketToTheNextAttempt() throws Exception {
        next(Outcome.CHANGED, Remedy.NONE);
        next(Outcome.FAILED, Remedy.COPY);

        bucket.copy();
        bucket.link();

        assertThat(bucket.isComplete()).isFalse();
        assertThat(bucket.isRetriable()).isTrue();
    }
}
