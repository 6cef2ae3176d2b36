package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts a run over the bus, like any other client, and stays until it ends. Used once, on a thread that may block. */
final class RunFollower {
    private final Bus bus;
    private final Progress progress;
    /** By run id: a run that an earlier process left without an end may be told of first. */
    private final Map<String, CompletableFuture<RunRecord>> ends = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable RunState> latest = new AtomicReference<>();

    RunFollower(Vertx vertx, Progress progress) {
        this.bus = new Bus(vertx);
        this.progress = progress;
    }

    /**
     * @param stop asks for the run to be stopped, when it completes
     * @throws ReplyException when the run was not even begun
     */
    RunRecord run(BackupMessage.Start start, CompletableFuture<Void> stop) throws InterruptedException {
        Future.all(
                        bus.listen(Addresses.BACKUP_PROGRESS, RunState.class, latest::set),
                        bus.listen(
                                Addresses.BACKUP_FINISHED,
                                RunRecord.class,
                                run -> end(run.runId()).complete(run)))
                .await();
        String runId = bus.ask(Addresses.BACKUP_START, BusJson.encode(start), Bus.PATIENT)
                .map(accepted ->
                        BusJson.decode(accepted, BackupMessage.Accepted.class).runId())
                .await();
        try {
            return progress.follow(end(runId), this::show, stop, this::stop);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private CompletableFuture<RunRecord> end(String runId) {
        return ends.computeIfAbsent(runId, _ -> new CompletableFuture<>());
    }

    private void show() {
        RunState state = latest.get();
        if (state != null) {
            progress.show(state);
        }
    }

    /** A run that has just ended, or is committing and ends by itself in a moment, may refuse it: its end is awaited anyhow. */
    private void stop() {
        progress.note("Stopping; a second signal ends it at once.");
        bus.ask(Addresses.BACKUP_CANCEL, new BackupMessage.Cancel(null));
    }
}
