package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts a run over the bus, like any other client, and stays until it ends. Used once, on a thread that may block. */
final class RunFollower {
    private final EventBus bus;
    private final Progress progress;
    /** By run id: a run that an earlier process left without an end may be told of first. */
    private final Map<String, CompletableFuture<RunRecord>> ends = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable RunState> latest = new AtomicReference<>();

    RunFollower(Vertx vertx, Progress progress) {
        this.bus = vertx.eventBus();
        this.progress = progress;
    }

    /** The run was not even begun. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private static final int BAD_REQUEST = 400;
        private static final int CONFLICT = 409;
        private static final int LOCKED = 423;

        private final int code;

        Refused(ReplyException reason) {
            super(reason.getMessage(), reason);
            this.code = reason.failureCode();
        }

        ExitCode exitCode() {
            return switch (code) {
                case BAD_REQUEST -> ExitCode.USAGE;
                case CONFLICT, LOCKED -> ExitCode.BUSY;
                default -> ExitCode.FAILED;
            };
        }
    }

    /** @param stop asks for the run to be stopped, when it completes */
    RunRecord run(BackupMessage.Start start, CompletableFuture<Void> stop) throws Refused, InterruptedException {
        try {
            await(listen());
            JsonObject accepted = await(bus.<JsonObject>request(Addresses.BACKUP_START, BusJson.encode(start)))
                    .body();
            String runId =
                    BusJson.decode(accepted, BackupMessage.Accepted.class).runId();
            return progress.follow(end(runId), this::show, stop, this::stop);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReplyException refused) {
                throw new Refused(refused);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Future<Void> listen() {
        return Future.all(
                        bus.<JsonObject>consumer(
                                        Addresses.BACKUP_PROGRESS,
                                        message -> latest.set(BusJson.decode(message.body(), RunState.class)))
                                .completion(),
                        bus.<JsonObject>consumer(Addresses.BACKUP_FINISHED, message -> {
                                    RunRecord run = BusJson.decode(message.body(), RunRecord.class);
                                    end(run.runId()).complete(run);
                                })
                                .completion())
                .mapEmpty();
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
        bus.request(Addresses.BACKUP_CANCEL, BusJson.encode(new BackupMessage.Cancel(null)));
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
