package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.config.Settings;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TestClients;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The endpoint as a whole is not to be had: for a while, for good, or by this name. */
final class OutageTest extends EngineTest {
    private SyntheticBucket bucket;

    @BeforeEach
    void aBucketThatTakesAWhile() {
        hub.patience(Duration.ofMillis(400), 6);
        bucket = s3.bucket("photos", SyntheticBucket.uniform(2_000, 1_000, "##/##"));
        s3.bandwidth(2_000_000, 0);
        hub.configure("photos");
    }

    private CompletableFuture<RunRecord> begin() {
        hub.start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            RunState state = state();
            return state != null && state.progress().totals().downloaded().objects() > 150;
        });
        return finished;
    }

    @Test
    void anOutageInTheMiddleCostsNoObject() throws Exception {
        hub.outage(Duration.ofMinutes(2));
        CompletableFuture<RunRecord> finished = begin();

        s3.down();
        Instant down = Instant.now();
        // Longer than all attempts that are counted would take, and than the log bears without a word.
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            RunState.Waiting waiting = awaitWaiting(Duration.ofSeconds(10));
            assertThat(waiting.what()).isEqualTo(RunState.Waiting.S3);
            assertThat(waiting.cause()).isEqualTo("connection refused");
            assertThat(waiting.buckets()).containsExactly("photos");
            assertThat(waiting.since()).isBetween(down.minusSeconds(2), down.plusSeconds(3));
            assertThat(Objects.requireNonNull(state()).buckets().getFirst().waiting())
                    .as("the bucket says so too")
                    .isNotNull();
            assertThat(finished).isNotDone();
            s3.up();
            await().atMost(Duration.ofSeconds(10)).until(() -> finished.isDone() || waiting() == null);

            RunRecord run = finished.get(60, TimeUnit.SECONDS);

            assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
            assertThat(run.attempts()).isEqualTo(1);
            audit(run).holds("photos", bucket);
            assertThat(log.lines("WARN"))
                    .as("one line of all requests together")
                    .singleElement()
                    .asString()
                    .contains("Waiting for S3: connection refused since ", "check AWS_ENDPOINT_URL");
            assertThat(log.lines("INFO")).anyMatch(line -> line.contains("S3 answers again, after "));
        }
    }

    /** The state of the run in progress; null when there is none. */
    private @Nullable RunState state() {
        return BusJson.decode(hub.request(Addresses.BACKUP_STATUS, new JsonObject()), BackupMessage.Status.class)
                .current();
    }

    private RunState.@Nullable Waiting waiting() {
        RunState state = state();
        return state == null ? null : state.waiting();
    }

    private RunState.Waiting awaitWaiting(Duration atMost) {
        return Objects.requireNonNull(await().atMost(atMost).until(this::waiting, Objects::nonNull));
    }

    @Test
    void aServerThatThrottlesEverythingIsWaitedForByName() throws Exception {
        hub.outage(Duration.ofMinutes(2));
        CompletableFuture<RunRecord> finished = begin();

        s3.faults().when(request -> true).then(new Fault.Status(503, "SlowDown", "reduce"));

        assertThat(awaitWaiting(Duration.ofSeconds(10)).cause()).isEqualTo("503 SlowDown");
        s3.faults().clear();
        RunRecord run = finished.get(60, TimeUnit.SECONDS);
        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aServerThatFallsSilentIsWaitedForLongBeforeItsRequestsTimeOut() throws Exception {
        hub.close();
        hub = new Hub(home, s3.settings(), InstantSource.system());
        hub.patience(Duration.ofSeconds(20), 2).outage(Duration.ofMinutes(2));
        hub.configure("photos");
        CompletableFuture<RunRecord> finished = begin();

        s3.faults().when(request -> true).then(new Fault.Hang());

        assertThat(awaitWaiting(Duration.ofSeconds(10)).cause()).isEqualTo("no answer");
        assertThat(finished).isNotDone();
    }

    @Test
    void oneBucketsOutageIsShownAtTheBucketWhileTheOthersGoOn() throws Exception {
        // The other bucket's pages come slowly on a busy machine, and must not count as a server that is silent.
        hub.patience(Duration.ofSeconds(30), 6).outage(Duration.ofMinutes(2));
        // So it lasts 40 s, longer than such a machine may take to find out that the first one waits.
        s3.bandwidth(500_000, 0);
        // Without folders it is one shard: eight would take all places of the account, and photos would not begin
        // before one is over.
        SyntheticBucket music = s3.bucket("music", SyntheticBucket.uniform(4_000, 5_000, "####"));
        s3.faults()
                .when(request -> request.bucket().equals("photos"))
                .then(new Fault.Status(503, "SlowDown", "reduce"));
        hub.configure("photos", "music");
        hub.start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));

        RunState state = Objects.requireNonNull(await("the bucket waits, and the run does not, as music works")
                .atMost(Duration.ofMinutes(1))
                .until(
                        this::state,
                        each -> each != null
                                && each.waiting() == null
                                && each.buckets().stream().anyMatch(one -> one.waiting() != null)));

        assertThat(state.buckets())
                .filteredOn(one -> one.waiting() != null)
                .extracting(RunState.BucketState::bucket)
                .containsExactly("photos");
        s3.faults().clear();
        s3.bandwidth(0, 0);
        RunRecord run = finished.get(120, TimeUnit.SECONDS);
        audit(run).holds("photos", bucket).holds("music", music);
    }

    @Test
    void anOutageWhileTheBucketsAreLookedForIsWaitedOut() throws Exception {
        hub.outage(Duration.ofMinutes(2));
        s3.bandwidth(0, 0);
        hub.configure("*");
        s3.down();
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            CompletableFuture<RunRecord> finished = beginWithoutBuckets(log);
            s3.up();

            RunRecord run = finished.get(60, TimeUnit.SECONDS);

            assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
            audit(run).holds("photos", bucket);
        }
    }

    @Test
    void anOutageThatLastsWhileTheBucketsAreLookedForFailsTheRunWithItsCause() throws Exception {
        hub.outage(Duration.ofSeconds(1));
        hub.configure("*");
        s3.down();

        RunRecord run = hub.backUp();

        assertThat(run.result()).isEqualTo(RunResult.FAILED);
        assertThat(run.message())
                .contains("the buckets could not be discovered", "cannot be reached", "check AWS_ENDPOINT_URL");
    }

    @Test
    void aRunThatWaitsForItsBucketsCanBeStopped() throws Exception {
        hub.outage(Duration.ofMinutes(2));
        hub.configure("*");
        s3.down();
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            CompletableFuture<RunRecord> finished = beginWithoutBuckets(log);

            hub.request(Addresses.BACKUP_CANCEL, new JsonObject());

            RunRecord run = finished.get(30, TimeUnit.SECONDS);
            assertThat(run.result()).isEqualTo(RunResult.CANCELLED);
            assertThat(run.message()).contains("stopped on request");
        }
    }

    private CompletableFuture<RunRecord> beginWithoutBuckets(LogCapture log) {
        hub.start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> log.lines("WARN").stream().anyMatch(line -> line.contains("cannot be reached")));
        assertThat(awaitWaiting(Duration.ofSeconds(1)).buckets())
                .as("which ones there are is what it waits for")
                .isEmpty();
        assertThat(finished).isNotDone();
        return finished;
    }

    @Test
    void anOutageThatLastsFailsTheBucketOnceAndNotEachObject() throws Exception {
        hub.outage(Duration.ofSeconds(1));
        CompletableFuture<RunRecord> finished = begin();
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            s3.down();

            RunRecord run = finished.get(60, TimeUnit.SECONDS);

            assertThat(run.result()).isEqualTo(RunResult.FAILED);
            assertThat(run.message()).contains("photos failed", "endpoint cannot be reached", "check AWS_ENDPOINT_URL");
            assertThat(run.buckets().getFirst().outcome().error())
                    .as("how far it was")
                    .containsPattern("By then [\\d,]+ objects had been listed");
            assertThat(run.snapshot()).isNull();
            assertThat(log.lines("WARN"))
                    .as(String.join("\n", log.lines("WARN")))
                    .hasSizeLessThan(4);
        }
        s3.up();
        s3.log().clear();

        RunRecord next = hub.backUp();

        audit(next).holds("photos", bucket);
        assertThat(s3.counts().gets())
                .as("what had arrived is not fetched again")
                .isLessThan(1_900);
    }

    @Test
    void aHostThatNobodyKnowsIsNamedInOneMessageWithTheSettingToCheck() {
        Settings.Aws nowhere = TestClients.settings(URI.create("http://s3.nowhere.invalid:9000"), "key", "secret");
        hub.close();
        hub = new Hub(home, nowhere, InstantSource.system());
        hub.patience(Duration.ofMillis(400), 2).outage(Duration.ofSeconds(1));
        hub.configure("photos", "music", "papers");
        try (LogCapture log = LogCapture.of("io.hubstorage")) {
            RunRecord run = hub.backUp();

            assertThat(run.result()).isEqualTo(RunResult.FAILED);
            assertThat(run.message())
                    .contains("its name is unknown", "s3.nowhere.invalid", "check AWS_ENDPOINT_URL and the network");
            assertThat(Duration.between(run.startedAt(), Objects.requireNonNull(run.finishedAt())))
                    .as("it was asked for again until the patience was over")
                    .isGreaterThan(Duration.ofSeconds(1));
            assertThat(log.lines("WARN"))
                    .as("one line a bucket, one for the outage and one for the run")
                    .hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void aGatewayThatDoesNotReachItsServerIsWaitedForToo() {
        hub.outage(Duration.ofSeconds(30));
        s3.bandwidth(0, 0);
        for (int status : List.of(502, 503, 504)) {
            s3.faults()
                    .when(request -> request.key().equals("05/" + (status - 480)))
                    .attempts(6)
                    .then(new Fault.Status(status, "", ""));
        }

        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void theServerOfTheseTestsComesBackWhereItWas() {
        URI before = s3.endpoint();
        s3.down();
        s3.up();
        assertThat(s3.endpoint()).isEqualTo(before);
        SyntheticS3 other = SyntheticS3.start();
        assertThat(other.endpoint()).isNotEqualTo(before);
        other.close();
    }
}
