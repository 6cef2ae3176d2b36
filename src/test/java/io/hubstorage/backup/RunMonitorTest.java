package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.Environment;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RunMonitorTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final RunMonitor monitor = new RunMonitor(plan(), () -> NOW, _ -> null);

    static RunPlan plan() {
        return new RunPlan(
                new RunStart("run", Trigger.MANUAL, false, true, NOW),
                List.of(),
                ConfigParser.parse(new JsonObject().put("s3_buckets", new JsonArray().add("photos"))),
                Environment.load(Map.of(), Path.of("no.env")).settings(),
                Path.of("data"));
    }

    private static BucketCounts downloaded(long objects, long bytes) {
        return counts(new Tally(objects, bytes), Tally.ZERO);
    }

    private static BucketCounts counts(Tally downloaded, Tally failed) {
        return new BucketCounts(Map.of(
                BucketCounts.Fate.LISTED,
                downloaded.plus(failed),
                BucketCounts.Fate.DOWNLOADED,
                downloaded,
                BucketCounts.Fate.FAILED,
                failed));
    }

    private static TransferMessage.Heartbeat beat(
            int attempt, int index, BucketCounts counts, Tally toDownload, boolean listed, long received) {
        return new TransferMessage.Heartbeat(
                "run",
                new TransferMessage.ShardId("photos", attempt, index),
                new TransferMessage.Progress(counts, toDownload, received, listed),
                List.of(new TransferMessage.InFlight("key-" + index, 100, 40 + 50L * index)),
                null);
    }

    private static TransferMessage.Result result(int index, BucketCounts counts, Tally toDownload, long received) {
        return new TransferMessage.Result(
                "run",
                new TransferMessage.ShardId("photos", 1, index),
                TransferMessage.Outcome.CHANGED,
                new TransferMessage.Progress(counts, toDownload, received, true),
                TransferMessage.Usage.NONE,
                TransferMessage.Failures.none(TransferMessage.Remedy.NONE, null),
                null);
    }

    @BeforeEach
    void anAttemptInTwoShards() {
        monitor.buckets(List.of("photos"));
        monitor.attempt(1);
        monitor.beginBucket("photos", 1, 2);
    }

    @Test
    void theLimitOfTheMomentIsToldUntilTheRunEnds() {
        BandwidthLimit limit = new BandwidthLimit(20, NOW.plusSeconds(60));
        RunMonitor limited = new RunMonitor(plan(), () -> NOW, now -> now.equals(NOW) ? limit : null);

        assertThat(limited.state().stage().bandwidthLimit()).isEqualTo(limit);
        assertThat(monitor.state().stage().bandwidthLimit()).isNull();
        limited.phase(RunPhase.CANCELLING);
        assertThat(limited.state().stage().bandwidthLimit()).isNull();
    }

    @Test
    void theBucketIsTheSumOfItsShards() {
        monitor.heartbeat(beat(1, 0, downloaded(3, 30), new Tally(5, 50), true, 35));
        monitor.heartbeat(beat(1, 1, downloaded(4, 40), new Tally(9, 90), false, 45));

        RunState state = monitor.state();

        assertThat(state.progress().totals().downloaded()).isEqualTo(new Tally(7, 70));
        assertThat(state.progress().toDownload()).isEqualTo(new Tally(14, 140));
        assertThat(state.progress().bytesReceived()).isEqualTo(80);
        assertThat(state.inFlight()).containsExactly("photos/key-0", "photos/key-1");
        assertThat(state.transfers())
                .as("a part that was asked for again does not make an object larger than it is")
                .containsExactly(
                        new RunState.Transfer("photos", "key-0", 100, 40),
                        new RunState.Transfer("photos", "key-1", 100, 90));
        assertThat(state.phase()).isEqualTo(RunPhase.LISTING);
        assertThat(state.progress().etaSeconds()).as("unknown while listing").isNull();
    }

    @Test
    void onceEveryShardHasListedTheRunIsTransferring() {
        monitor.heartbeat(beat(1, 0, downloaded(3, 30), new Tally(5, 50), true, 35));
        assertThat(monitor.state().phase()).isEqualTo(RunPhase.LISTING);
        monitor.heartbeat(beat(1, 1, downloaded(0, 0), Tally.ZERO, true, 0));

        assertThat(monitor.state().phase()).isEqualTo(RunPhase.TRANSFERRING);
    }

    @Test
    void aHeartbeatThatWasOvertakenByTheResultDoesNotTurnTheNumbersBack() {
        monitor.result(result(0, downloaded(5, 50), new Tally(5, 50), 50));
        monitor.heartbeat(beat(1, 0, downloaded(3, 30), new Tally(4, 40), false, 35));

        assertThat(monitor.state().progress().totals().downloaded()).isEqualTo(new Tally(5, 50));
    }

    @Test
    void aHeartbeatOfAnEarlierAttemptOrAnotherBucketIsIgnored() {
        monitor.beginBucket("photos", 2, 1);
        monitor.heartbeat(beat(1, 0, downloaded(3, 30), new Tally(4, 40), false, 35));

        assertThat(monitor.state().progress().totals()).isEqualTo(BucketCounts.ZERO);
    }

    @Test
    void whenNothingIsLeftTheEndIsNow() {
        monitor.result(result(0, downloaded(5, 50), new Tally(5, 50), 50));
        monitor.result(result(1, downloaded(1, 10), new Tally(1, 10), 10));

        assertThat(monitor.state().progress().etaSeconds()).isZero();
    }

    @Test
    void whatHasArrivedOfAnUnfinishedObjectNeedsNoRoomAnyMore() {
        monitor.heartbeat(beat(1, 0, downloaded(0, 0), new Tally(1, 1_000), true, 600));

        assertThat(monitor.bytesOutstanding()).isEqualTo(400);
    }

    @Test
    void whatFailedNeedsNoRoom() {
        monitor.heartbeat(beat(1, 0, counts(new Tally(1, 10), new Tally(1, 990)), new Tally(2, 1_000), true, 10));

        assertThat(monitor.bytesOutstanding()).isZero();
    }

    @Test
    void whileWaitingForTheNextAttemptItTellsWhenAndWhy() {
        monitor.retryAt(NOW.plusSeconds(60), "photos not complete");

        RunState state = monitor.state();

        assertThat(state.phase()).isEqualTo(RunPhase.RETRYING);
        assertThat(state.stage().retryAt()).isEqualTo(NOW.plusSeconds(60));
        assertThat(state.stage().message()).isEqualTo("photos not complete");
        monitor.attempt(2);
        assertThat(monitor.state().stage().retryAt()).isNull();
        assertThat(monitor.state().stage().attempt()).isEqualTo(2);
    }

    @Test
    void aBucketThatFailedSaysWhy() {
        monitor.endBucket("photos", RunPhase.FAILED, "no such bucket");

        assertThat(monitor.state().buckets().getFirst().error()).isEqualTo("no such bucket");
        assertThat(monitor.state().buckets().getFirst().phase()).isEqualTo(RunPhase.FAILED);
    }
}
