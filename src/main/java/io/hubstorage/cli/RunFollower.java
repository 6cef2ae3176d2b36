package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.JobState;
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
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Starts a job over the bus, like any other client, and stays until it ends. Used once, on a thread that may block. */
final class RunFollower {
    static final Followed<RunRecord, RunState> BACKUP =
            new Followed<>(JobKind.BACKUP, RunRecord.class, RunState.class, Progress::show);

    private final Bus bus;
    private final Progress progress;

    RunFollower(Vertx vertx, Progress progress) {
        this.bus = new Bus(vertx);
        this.progress = progress;
    }

    /** A kind of job, and how its states are shown. */
    record Followed<R extends JobRecord, S extends JobState>(
            JobKind kind, Class<R> record, Class<S> state, BiConsumer<Progress, S> show) {}

    /**
     * @param start the request that starts it
     * @param stop asks for the job to be stopped, when it completes
     * @throws ReplyException when the job was not even begun
     */
    <R extends JobRecord, S extends JobState> R run(Followed<R, S> followed, Object start, CompletableFuture<Void> stop)
            throws InterruptedException {
        // By id: a job that an earlier process left without an end may be told of first.
        Map<String, CompletableFuture<R>> ends = new ConcurrentHashMap<>();
        AtomicReference<@Nullable S> latest = new AtomicReference<>();
        JobKind kind = followed.kind();
        Future.all(
                        bus.listen(kind.progress(), followed.state(), latest::set),
                        bus.listen(
                                kind.finished(),
                                followed.record(),
                                job -> end(ends, job.runId()).complete(job)))
                .await();
        String id = bus.ask(kind.start(), BusJson.encode(start), Bus.PATIENT)
                .map(accepted -> accepted.getString("run_id"))
                .await();
        try {
            return progress.follow(
                    end(ends, id),
                    () -> {
                        S state = latest.get();
                        if (state != null) {
                            followed.show().accept(progress, state);
                        }
                    },
                    stop,
                    () -> stop(id));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static <R> CompletableFuture<R> end(Map<String, CompletableFuture<R>> ends, String id) {
        return ends.computeIfAbsent(id, _ -> new CompletableFuture<>());
    }

    /** A job that has just ended, or is committing and ends by itself in a moment, may refuse it: its end is awaited anyhow. */
    private void stop(String id) {
        progress.note("Stopping; a second signal ends it at once.");
        bus.ask(Addresses.JOBS_CANCEL, new JobMessage.Cancel(id));
    }
}
