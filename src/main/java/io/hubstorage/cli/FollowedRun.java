package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts a run over the bus, like any other client, and stays until it ends. Used once, on a thread that may block. */
final class FollowedRun {
    private final Vertx vertx;
    private final Progress progress;
    /** By run id: a run that an earlier process left without an end may be told of first. */
    private final Map<String, CompletableFuture<RunRecord>> ends = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable RunState> latest = new AtomicReference<>();

    FollowedRun(Vertx vertx, Progress progress) {
        this.vertx = vertx;
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
        listen();
        JsonObject answer = request(Addresses.BACKUP_START, BusJson.encode(start));
        CompletableFuture<RunRecord> finished =
                end(BusJson.decode(answer, BackupMessage.Accepted.class).runId());
        boolean stopping = false;
        while (true) {
            try {
                RunRecord record = finished.get(Progress.PACE.toMillis(), TimeUnit.MILLISECONDS);
                progress.end();
                return record;
            } catch (TimeoutException _) {
                RunState state = latest.get();
                if (state != null) {
                    progress.show(state);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
            if (stop.isDone() && !stopping) {
                stopping = true;
                stop();
            }
        }
    }

    private CompletableFuture<RunRecord> end(String runId) {
        return ends.computeIfAbsent(runId, _ -> new CompletableFuture<>());
    }

    private void ended(RunRecord run) {
        end(run.runId()).complete(run);
    }

    private void stop() throws InterruptedException {
        progress.note("Stopping; a second signal ends it at once.");
        try {
            request(Addresses.BACKUP_CANCEL, BusJson.encode(new BackupMessage.Cancel(null)));
        } catch (Refused _) {
            // It has just ended, or is committing and ends by itself in a moment.
        }
    }

    private void listen() throws InterruptedException {
        Future<Void> listening = Future.all(
                        vertx.eventBus()
                                .<JsonObject>consumer(
                                        Addresses.BACKUP_PROGRESS,
                                        message -> latest.set(BusJson.decode(message.body(), RunState.class)))
                                .completion(),
                        vertx.eventBus()
                                .<JsonObject>consumer(
                                        Addresses.BACKUP_FINISHED,
                                        message -> ended(BusJson.decode(message.body(), RunRecord.class)))
                                .completion())
                .mapEmpty();
        try {
            listening.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonObject request(String address, JsonObject body) throws Refused, InterruptedException {
        try {
            return vertx.eventBus()
                    .<JsonObject>request(address, body)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get()
                    .body();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReplyException refused) {
                throw new Refused(refused);
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
