package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards whose downloads are limited, by a clock that goes on only when the test says so. */
final class LimitedTransferTest {
    private static final long MIB = 1 << 20;
    private static final int SMALL = 128 * 1024;
    /** So many small bodies are a burst. */
    private static final long BURST = RateLimiter.LEAST_BURST / SMALL;

    private static final long BURST_NANOS = 125_000_000;
    /** What is on its way to a reader that does not ask for more: what it has asked for last, in pieces as the network gives them. */
    private static final long UNDER_WAY = 512 * 1024;

    @TempDir
    Path home;

    private final AtomicLong now = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final RateLimiter bandwidth = new RateLimiter(() -> {
        long time = now.get();
        looks.incrementAndGet();
        return time;
    });
    private TestShard shard;

    @BeforeEach
    void start() {
        bandwidth.rate(8 * MIB);
        shard = new TestShard(home).within(bandwidth);
    }

    @AfterEach
    void stop() {
        bandwidth.rate(Double.POSITIVE_INFINITY);
        shard.close();
    }

    private void small(String folder, int many) {
        for (int i = 0; i < many; i++) {
            shard.bucket().add("%s/%03d".formatted(folder, i), SMALL);
        }
    }

    private static CompletableFuture<TransferMessage.Result> started(ShardJob job) {
        CompletableFuture<TransferMessage.Result> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(job.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static TransferMessage.Result ended(CompletableFuture<TransferMessage.Result> job) throws Exception {
        return job.get(60, TimeUnit.SECONDS);
    }

    private static void await(BooleanSupplier condition) {
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(condition::getAsBoolean);
    }

    private static long received(ShardJob job) {
        return job.heartbeat().progress().bytesReceived();
    }

    @Test
    void asManySmallBodiesAreAskedForAsTheClockAllowsAndNotOneMore() throws Exception {
        small("a", 40);
        CompletableFuture<TransferMessage.Result> result = started(shard.job(Mode.COPY));

        for (long allowed = BURST; allowed < 40; allowed += 4) {
            long expected = allowed;
            await(() -> shard.gets() >= expected);
            assertThat(shard.gets()).isEqualTo((int) expected);
            now.addAndGet(Duration.ofMillis(1_000 * 4 * SMALL / (8 * MIB) + 1).toNanos());
        }

        assertThat(ended(result).progress().counts().downloaded().objects()).isEqualTo(40);
    }

    /** Of all objects together, small ones and ranges of a large one. */
    @Test
    void noMoreBytesComeThanTheClockAllows() throws Exception {
        small("a", 60);
        shard.bucket().add("large", 20 * MIB);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);

        await(() -> {
            double allowed = RateLimiter.LEAST_BURST + 8.0 * MIB * now.get() / 1e9;
            assertThat((double) received(job)).isLessThanOrEqualTo(allowed + UNDER_WAY * 3);
            now.addAndGet(Duration.ofMillis(20).toNanos());
            return result.isDone();
        });

        assertThat(ended(result).progress().counts().downloaded().objects()).isEqualTo(61);
        assertThat(now.get()).as("nanoseconds").isGreaterThan((long)
                ((27.5 * MIB - RateLimiter.LEAST_BURST) / (8 * MIB) * 1e9));
        assertThat(shard.gets()).as("each body is asked for once").isEqualTo(60 + 3);
    }

    /** As much time as a burst takes to come, of which whoever waits first has then taken their part. */
    private void advanceByABurst(CompletableFuture<?> job) {
        long before = looks.get();
        now.addAndGet(BURST_NANOS);
        // The first of them may have looked at the clock before.
        await(() -> looks.get() >= before + 2 || job.isDone());
    }

    @Test
    void bandwidthGoesToThoseWhoCanUseItHoweverManyWouldLikeToBegin() throws Exception {
        int many = 12;
        for (int i = 0; i < many; i++) {
            shard.bucket().add("large/%02d".formatted(i), 2 * MIB);
        }
        shard.permits().ceiling(2);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);
        await(() -> received(job) >= MIB);

        double lowest = 0;
        int idle = 0;
        long last = 0;
        while (!result.isDone()) {
            advanceByABurst(result);
            long received = received(job);
            double ahead = received - 8.0 * MIB * now.get() / 1e9;
            lowest = Math.min(lowest, ahead);
            assertThat(ahead).as("since the beginning").isLessThanOrEqualTo(MIB + 2 * UNDER_WAY);
            assertThat(ahead - lowest)
                    .as("at once, of which one beginning may have been waiting for its permit")
                    .isLessThanOrEqualTo(2 * MIB + 2 * UNDER_WAY);
            idle = received == last ? idle + 1 : 0;
            last = received;
            assertThat(idle).as("bursts of which nobody had anything").isLessThan(6);
        }

        assertThat(ended(result).progress().counts().downloaded().objects()).isEqualTo(many);
    }

    @Test
    void aLargeObjectThatIsReadAlreadyStandsStillWithTheClockAndGoesOnWhenTheLimitEnds() throws Exception {
        shard.bucket().add("large", 40 * MIB);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);
        await(() -> received(job) >= RateLimiter.LEAST_BURST);

        assertThat(received(job)).isLessThanOrEqualTo(RateLimiter.LEAST_BURST + UNDER_WAY);
        assertThat(result).isNotDone();
        bandwidth.rate(Double.POSITIVE_INFINITY);

        assertThat(ended(result).progress().counts().downloaded().bytes()).isEqualTo(40 * MIB);
    }

    @Test
    void aLimitThatBeginsHoldsForWhatIsUnderWay() throws Exception {
        bandwidth.rate(Double.POSITIVE_INFINITY);
        shard.bucket().add("large", 40 * MIB);
        shard.s3().bandwidth(4 * MIB, 0);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);
        await(() -> received(job) >= MIB);

        bandwidth.rate(8 * MIB);
        long before = received(job) + 5 * (MIB + UNDER_WAY) + RateLimiter.LEAST_BURST;
        shard.s3().bandwidth(0, 0);
        await(() -> {
            assertThat((double) received(job)).isLessThanOrEqualTo(before + 8.0 * MIB * now.get() / 1e9);
            now.addAndGet(Duration.ofMillis(20).toNanos());
            return result.isDone();
        });

        assertThat(ended(result).progress().counts().downloaded().bytes()).isEqualTo(40 * MIB);
        assertThat(now.get()).as("nanoseconds").isGreaterThan((long) ((40.0 * MIB - before) / (8 * MIB) * 1e9));
    }

    @Test
    void aRunThatIsStoppedDoesNotWaitForItsBandwidth() throws Exception {
        small("a", 20);
        shard.bucket().add("large", 40 * MIB);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);
        await(() -> received(job) >= SMALL);

        job.cancel();

        assertThat(ended(result).outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void shardsShareOneLimit() throws Exception {
        small("a", 20);
        List<CompletableFuture<TransferMessage.Result>> results =
                List.of(started(shard.job(Mode.COPY)), started(shard.job(Mode.COPY)), started(shard.job(Mode.COPY)));
        await(() -> shard.s3().counts().lists() == 3 && shard.gets() >= BURST);

        assertThat(shard.gets()).isEqualTo((int) BURST);
        bandwidth.rate(Double.POSITIVE_INFINITY);

        for (CompletableFuture<TransferMessage.Result> result : results) {
            assertThat(ended(result).outcome()).isEqualTo(Outcome.CHANGED);
        }
    }

    @Test
    void whatTheServerRefusesCostsNothing() throws Exception {
        small("refused", 40);
        shard.bucket().add("z", SMALL);
        shard.s3()
                .faults()
                .when(request ->
                        request.kind() == RequestKind.GET && request.key().startsWith("refused"))
                .then(Fault.accessDenied());

        TransferMessage.Result result = ended(started(shard.job(Mode.COPY)));

        assertThat(result.progress().counts().downloaded().objects()).isEqualTo(1);
        assertThat(result.failures().total()).isEqualTo(40);
    }

    /** By the real clock, in which the silence that S3 is allowed passes several times. */
    @Test
    void aBodyThatWaitsForBandwidthIsNoSilentServerAndNoSlowOne() throws Exception {
        RateLimiter real = new RateLimiter(System::nanoTime);
        real.rate(2 * MIB);
        shard.within(real).stall(Duration.ofMillis(1_500));
        shard.bucket().add("large", 16 * MIB);
        ShardJob job = shard.job(Mode.COPY);

        CompletableFuture<TransferMessage.Result> result = started(job);
        await(() -> {
            TransferMessage.Service service = job.heartbeat().service();
            assertThat(service == null ? null : service.trouble()).isNull();
            return result.isDone();
        });

        assertThat(ended(result).progress().counts().downloaded().bytes()).isEqualTo(16 * MIB);
        assertThat(shard.gets()).as("each range is asked for once").isEqualTo(2);
        assertThat(shard.permits().limit()).isEqualTo(32);
    }

    @Test
    void neitherListingNorComparingWaitsForBandwidth() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            shard.bucket().add("b/%04d".formatted(i), 10);
        }
        shard.backUp();
        small("a", 20);
        shard.bucket().add("c", SMALL);
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);

        await(() -> job.heartbeat().progress().listingComplete());
        assertThat(job.heartbeat().progress().counts().linked().objects()).isEqualTo(1_500);
        assertThat(result).isNotDone();
        bandwidth.rate(Double.POSITIVE_INFINITY);

        assertThat(ended(result).progress().counts().downloaded().objects()).isEqualTo(21);
    }

    @Test
    void aServerThatSendsNoBodiesHoldsUpNeitherListingNorComparing() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            shard.bucket().add("b/%04d".formatted(i), 10);
        }
        bandwidth.rate(Double.POSITIVE_INFINITY);
        shard.backUp();
        small("a", 100);
        HeldRequests held = new HeldRequests();
        shard.s3().faults().when(RequestKind.GET).then(Fault.hold(held));
        ShardJob job = shard.job(Mode.COPY);
        CompletableFuture<TransferMessage.Result> result = started(job);

        await(() -> job.heartbeat().progress().listingComplete());
        assertThat(job.heartbeat().progress().counts().linked().objects()).isEqualTo(1_500);
        assertThat(held.arrived()).isLessThanOrEqualTo(64);
        assertThat(result).isNotDone();
        held.open();

        assertThat(ended(result).progress().counts().downloaded().objects()).isEqualTo(100);
    }
}
