package io.hubstorage.backup;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.UnfinishedRuns;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The run in progress: its thread, what it reports, and how it is stopped. Used on the event loop. */
final class ActiveRun {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRun.class);
    private static final long SPACE_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Vertx vertx;
    private final RunPlan plan;
    private final InstantSource clock;
    private final RunMonitor monitor;
    private final Job job;
    private final ShardDispatcher dispatcher;
    private final CompletableFuture<Void> admission = new CompletableFuture<>();
    private final Promise<Void> ended = Promise.promise();
    private long spaceCheckedNanos = System.nanoTime();

    ActiveRun(
            Vertx vertx,
            RunPlan plan,
            Job job,
            InstantSource clock,
            Function<Instant, @Nullable BandwidthLimit> limits) {
        this.vertx = vertx;
        this.plan = plan;
        this.job = job;
        this.clock = clock;
        this.monitor = new RunMonitor(plan, clock, limits);
        this.dispatcher = new ShardDispatcher(vertx, plan.runId());
    }

    Job job() {
        return job;
    }

    RunPlan plan() {
        return plan;
    }

    RunMonitor monitor() {
        return monitor;
    }

    /** Completes when the run has ended, its record is in the history, and everybody has been told. */
    Future<Void> ended() {
        return ended.future();
    }

    /**
     * Begins to run, on a virtual thread. Completes on the caller's event loop when the destination is this run's; fails
     * with {@link DataLock.HeldException} when it is somebody else's, with {@link Preflight.UnusableException} when it
     * cannot be written to, and then there is no run and no record of one.
     *
     * @param whenEnded gets the record, on the caller's event loop; comes after the returned future is complete
     */
    Future<Void> begin(HistoryStore history, String version, Handler<RunRecord> whenEnded) {
        Context context = vertx.getOrCreateContext();
        Thread.ofVirtual().name("backup-" + plan.runId()).start(() -> {
            MDC.put("run", plan.runId());
            RunReport report = new RunReport(plan, clock, history);
            try {
                BucketSelection selection =
                        new BucketSelection(plan.config(), plan.only(), () -> dispatcher.accountBuckets(job));
                BackupRun run =
                        new BackupRun(plan, selection, dispatcher, monitor, job, clock, version, report, this::raise);
                RunRecord record = admitted(report, history, run);
                context.runOnContext(_ -> whenEnded.handle(record));
            } catch (DataLock.HeldException | Preflight.UnusableException e) {
                admission.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                // Whatever happened, the run has ended: without a record the next one could never begin.
                LOG.error("the run failed in an unforeseen way", e);
                admission.complete(null);
                RunRecord record = report.stopped(RunResult.FAILED, 0, "internal error: " + e);
                context.runOnContext(_ -> whenEnded.handle(record));
            } finally {
                MDC.remove("run");
            }
        });
        return Future.fromCompletionStage(admission, context);
    }

    void told() {
        ended.complete();
    }

    /** Takes the destination first: a run that another process leaves no room for is not to be found in the history. */
    private RunRecord admitted(RunReport report, HistoryStore history, BackupRun run)
            throws DataLock.HeldException, Preflight.UnusableException {
        if (plan.dryRun()) {
            return recorded(report, history, run::execute);
        }
        Layout layout = new Layout(plan.data());
        try (DataLock _ = Preflight.takeDestination(layout, plan.settings().configFolder(), plan.startedAt())) {
            endUnfinished(history, layout);
            return recorded(report, history, run::execute);
        } catch (IOException e) {
            return recorded(report, history, () -> report.stopped(RunResult.FAILED, 0, report.reason(e)));
        }
    }

    /**
     * Those that could not be told of when this process started, because the disk was not mounted or another process was at
     * work on it. They are published before this run has begun: whoever follows runs takes an end for that of the last one.
     */
    private void endUnfinished(HistoryStore history, Layout layout) {
        try {
            UnfinishedRuns.end(history, layout, plan.startedAt(), this::raise)
                    .forEach(run -> vertx.eventBus().publish(Addresses.BACKUP_FINISHED, BusJson.encode(run)));
        } catch (UncheckedIOException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    private RunRecord recorded(RunReport report, HistoryStore history, Supplier<RunRecord> work) {
        admission.complete(null);
        RunRecord record;
        try {
            history.append(report.begun());
            record = work.get();
        } catch (UncheckedIOException e) {
            if (DiskFull.isCauseOf(e)) {
                record = report.stopped(
                        RunResult.FAILED, 0, Preflight.full(plan.settings().configFolder(), e.getMessage()));
            } else {
                // A backup that is written down nowhere is better than none; its end says so.
                LOG.error("the begin of this run is not in the history: {}", e.getMessage());
                record = work.get();
            }
        }
        try {
            history.append(record);
        } catch (UncheckedIOException e) {
            // What the run has done is done, whether or not it can be written down; the next start tries again.
            LOG.error("the end of this run is not in the history: {}", e.getMessage());
            record = unwritten(record, e);
        }
        tell(record);
        return record;
    }

    /** Says in the record itself, and to whoever looks after the program, that it is kept nowhere. */
    private RunRecord unwritten(RunRecord record, UncheckedIOException e) {
        Path folder = plan.settings().configFolder();
        FolderAccess.Problem problem = FolderAccess.tryOut(folder)
                .or(() -> FolderAccess.askFile(HistoryStore.in(folder)))
                .orElseGet(() -> new FolderAccess.Problem(
                        String.valueOf(e.getMessage()), "See whether the disk of %s is well.".formatted(folder)));
        Alarm alarm = Alarm.of(
                Alarm.Kind.HISTORY_UNWRITABLE,
                "",
                clock.instant(),
                "The run of %s could not be written to the history. %s"
                        .formatted(record.startedAt().truncatedTo(ChronoUnit.SECONDS), problem.what()),
                problem.remedy());
        raise(alarm);
        RunEnd end = record.end();
        String more = "; this run is not in the history: " + problem.sentence();
        return record.with(new RunEnd(
                end.result(),
                end.finishedAt(),
                end.attempts(),
                end.message() == null ? more : end.message() + more,
                end.stoppedInOrder()));
    }

    private void raise(Alarm alarm) {
        vertx.eventBus().publish(Addresses.ALARM_RAISE, BusJson.encode(alarm));
    }

    private static void tell(RunRecord record) {
        if (record.result() == RunResult.SUCCESS) {
            LOG.info("{}", record.message());
        } else {
            LOG.warn("{}: {}", record.result().name().toLowerCase(Locale.ROOT), record.message());
        }
    }

    /** Asks the run to stop; false when it is committing. */
    boolean stop(RunResult as, String why) {
        if (!job.stop(as, why)) {
            return false;
        }
        monitor.phase(RunPhase.CANCELLING);
        dispatcher.cancel();
        return true;
    }

    void heartbeat(TransferMessage.Heartbeat heartbeat) {
        if (heartbeat.runId().equals(plan.runId())) {
            dispatcher.heard(heartbeat);
            monitor.heartbeat(heartbeat);
            if (job.isStopped()) {
                dispatcher.cancel();
            }
        }
    }

    void discovering(TransferMessage.Discovering search) {
        if (search.runId().equals(plan.runId())) {
            monitor.discovering(search.service());
        }
    }

    void result(TransferMessage.Result result) {
        if (result.runId().equals(plan.runId())) {
            monitor.result(result);
            dispatcher.ended(result);
        }
    }

    /** Stops the run before the disk is full, or when it is another one all at once; looks at most once a second. */
    void watchDestination() {
        long now = System.nanoTime();
        if (plan.dryRun() || now - spaceCheckedNanos < SPACE_CHECK_NANOS || job.isStopped()) {
            return;
        }
        spaceCheckedNanos = now;
        long outstanding = monitor.bytesOutstanding();
        vertx.executeBlocking(() -> trouble(outstanding), false)
                .onSuccess(trouble -> trouble.ifPresent(why -> {
                    if (stop(RunResult.FAILED, why)) {
                        LOG.error("{}", why);
                    }
                }));
    }

    private Optional<String> trouble(long outstanding) throws IOException {
        Destination.Check found =
                new Destination(new Layout(plan.data()), plan.settings().configFolder()).inspect();
        if (!found.usable()) {
            return Optional.of(found.message());
        }
        return Preflight.shortage(plan.data(), outstanding, DiskProbe.usableBytes(plan.data()));
    }

    /** The state that the run ended in, for those that follow its progress. */
    RunState lastState(RunRecord record) {
        monitor.phase(
                record.result() == RunResult.SUCCESS || record.result() == RunResult.PARTIAL
                        ? RunPhase.DONE
                        : RunPhase.FAILED);
        return monitor.state();
    }
}
