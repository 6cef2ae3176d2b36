package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class ShardDispatcherTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path home;

    private final Workers workers = new Workers(RunMonitorTest.plan()::config, () -> NOW);

    private Staging staging() throws IOException {
        return Staging.open(new Layout(home), NOW, 1);
    }

    private TransferMessage.Shard shard(int index, String journal) {
        return new TransferMessage.Shard(
                "run",
                new TransferMessage.ShardId("photos", 3, index),
                TransferMessage.Mode.COPY,
                new TransferMessage.Keys("", null, null, false),
                new TransferMessage.Workspace(home.resolve("tree").toString(), journal, List.of()),
                new TransferMessage.Options(true, List.of(), List.of(), true, false, false, false),
                TransferMessage.Progress.NONE);
    }

    @Test
    void aShardThatCannotBeHandedOutFailsAloneAndTheOthersAreWaitedFor(Vertx vertx) throws Exception {
        TransferMessage.Shard broken = shard(0, "no path \0");
        TransferMessage.Shard other = shard(1, home.resolve("journal").toString());
        ShardDispatcher dispatcher = new ShardDispatcher(vertx, workers, home, "run");
        vertx.eventBus().<JsonObject>consumer(Addresses.workerShard(Addresses.LOCAL_WORKER), message -> {
            message.reply(new JsonObject().put("accepted", true));
            dispatcher.ended(new TransferMessage.Result(
                    "run",
                    other.id(),
                    TransferMessage.Outcome.UNCHANGED,
                    TransferMessage.Progress.NONE,
                    TransferMessage.Usage.NONE,
                    TransferMessage.Failures.none(TransferMessage.Remedy.NONE, null),
                    null));
        });

        Map<TransferMessage.ShardId, TransferMessage.Result> results =
                dispatcher.run(List.of(broken, other), staging());

        assertThat(Objects.requireNonNull(results.get(broken.id())).error()).startsWith("internal error: ");
        assertThat(Objects.requireNonNull(results.get(other.id())).outcome())
                .isEqualTo(TransferMessage.Outcome.UNCHANGED);
    }

    @Test
    void aWorkerThatFallsSilentLosesItsLeaseAndIsToldToStop(Vertx vertx) throws Exception {
        TransferMessage.Shard shard = shard(2, home.resolve("journal").toString());
        CompletableFuture<Boolean> leased = new CompletableFuture<>();
        CompletableFuture<TransferMessage.Cancel> told = new CompletableFuture<>();
        // Takes the work, and is never heard of again.
        vertx.eventBus().<JsonObject>consumer(Addresses.workerShard(Addresses.LOCAL_WORKER), message -> {
            leased.complete(Files.exists(Path.of(shard.lease())) && Files.isDirectory(home.resolve("tree")));
            message.reply(new JsonObject().put("accepted", true));
        });
        vertx.eventBus()
                .<JsonObject>consumer(
                        Addresses.workerCancel(Addresses.LOCAL_WORKER),
                        message -> told.complete(BusJson.decode(message.body(), TransferMessage.Cancel.class)));
        ShardDispatcher dispatcher = new ShardDispatcher(vertx, workers, home, "run", Duration.ofMillis(200));

        TransferMessage.Result result =
                Objects.requireNonNull(dispatcher.run(List.of(shard), staging()).get(shard.id()));

        assertThat(result.outcome()).isEqualTo(TransferMessage.Outcome.FAILED);
        assertThat(result.error()).contains("no longer answers");
        assertThat(leased.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Path.of(shard.lease())).doesNotExist();
        assertThat(told.get(20, TimeUnit.SECONDS)).isEqualTo(new TransferMessage.Cancel("run", shard.id()));
        assertThat(dispatcher.hasGivenUp()).isTrue();
    }
}
