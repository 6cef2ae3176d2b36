package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A fault of the program itself in one bucket, while a worker is busy with another. */
@ExtendWith(VertxExtension.class)
final class UnforeseenFailureTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    private final Map<String, TransferMessage.Shard> asked = new ConcurrentHashMap<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private ShardDispatcher dispatcher;
    private final Job job = new Job();
    private BackupRun run;

    @BeforeEach
    void aRunOfTwoBuckets(Vertx vertx) {
        RunPlan some = RunMonitorTest.plan();
        RunPlan plan = new RunPlan(
                some.start(),
                List.of(),
                ConfigParser.parse(new JsonObject().put("s3_buckets", new JsonArray(List.of("broken", "busy")))),
                some.settings(),
                home.resolve("data"));
        dispatcher = new ShardDispatcher(vertx, new Workers(plan::config, () -> NOW), plan.data(), plan.runId());
        run = new BackupRun(
                plan,
                null,
                new BucketSelection(plan.config(), List.of(), null, () -> new S3Message.Buckets(List.of())),
                dispatcher,
                new RunMonitor(plan, () -> NOW, _ -> null),
                job,
                () -> NOW,
                "test",
                new RunReport(plan, () -> NOW, HistoryStore.open(home)),
                _ -> {});
        vertx.eventBus().<JsonObject>consumer(Addresses.workerShard(Addresses.LOCAL_WORKER), message -> {
            TransferMessage.Shard shard = BusJson.decode(message.body(), TransferMessage.Shard.class);
            asked.put(shard.bucket(), shard);
            message.reply(new JsonObject());
        });
        vertx.eventBus()
                .<JsonObject>consumer(Addresses.workerCancel(Addresses.LOCAL_WORKER), _ -> cancelled.incrementAndGet());
    }

    private TransferMessage.Result cancelled(String bucket) {
        TransferMessage.Shard shard = Objects.requireNonNull(asked.get(bucket));
        return new TransferMessage.Result(
                shard.runId(),
                shard.id(),
                Outcome.CANCELLED,
                TransferMessage.Progress.NONE,
                TransferMessage.Usage.NONE,
                TransferMessage.Failures.none(TransferMessage.Remedy.COPY, null),
                null);
    }

    @Test
    void theRunEndsWhenTheOtherWorkersHaveBeenToldToStopAndHaveStopped() throws Exception {
        Files.createDirectories(home.resolve("data"));
        CompletableFuture<RunRecord> execution = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                execution.complete(run.execute());
            } catch (Throwable e) {
                execution.completeExceptionally(e);
            }
        });
        await().until(() -> asked.size() == 2);

        JsonObject withoutAnOutcome = BusJson.encode(cancelled("broken"));
        withoutAnOutcome.remove("outcome");
        dispatcher.ended(BusJson.decode(withoutAnOutcome, TransferMessage.Result.class));

        await().until(() -> cancelled.get() > 0);
        assertThat(execution).isNotDone();
        dispatcher.ended(cancelled("busy"));
        assertThat(execution).failsWithin(20, TimeUnit.SECONDS).withThrowableOfType(CancellationException.class);
        assertThat(job.result()).isEqualTo(RunResult.FAILED);
        assertThat(job.reason()).startsWith("internal error: java.lang.NullPointerException");
    }
}
