package io.hubstorage.backup;

import io.hubstorage.backup.workers.Workers;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.BandwidthLimit;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.UnfinishedRuns;
import io.hubstorage.jobs.Work;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run as a job: the destination that it takes, the workers that it tells to stop, what it shows. */
final class ActiveRun implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRun.class);

    private final RunPlan plan;
    private final Layout layout;
    private final HistoryStore history;
    private final InstantSource clock;
    private final String version;
    private final Workers workers;
    private final Bus bus;
    private final RunMonitor monitor;
    private final ShardDispatcher dispatcher;
    private final RunReport report;
    private @Nullable DataLock lock;
    private @Nullable BackupRun run;
    private volatile @Nullable Job job;

    /** @param limits see {@link RunMonitor} */
    ActiveRun(
            Vertx vertx,
            Workers workers,
            RunPlan plan,
            HistoryStore history,
            InstantSource clock,
            String version,
            Function<Instant, @Nullable BandwidthLimit> limits) {
        this.plan = plan;
        this.layout = new Layout(plan.data());
        this.history = history;
        this.clock = clock;
        this.version = version;
        this.workers = workers;
        this.bus = new Bus(vertx);
        this.monitor = new RunMonitor(plan, clock, limits);
        this.dispatcher = new ShardDispatcher(vertx, workers, plan.data(), plan.runId());
        this.report = new RunReport(plan, clock, history);
    }

    @Override
    public JobKind kind() {
        return JobKind.BACKUP;
    }

    @Override
    public String id() {
        return plan.runId();
    }

    @Override
    public String noun() {
        return plan.dryRun() ? "dry run" : "backup";
    }

    /** A dry run disturbs nobody. */
    @Override
    public void admit() throws IOException {
        if (!plan.dryRun()) {
            lock = Preflight.takeDestination(layout, plan.settings().configFolder(), plan.startedAt());
            endUnfinished();
        }
    }

    /**
     * Those that could not be told of when this process started, because the disk was not mounted or another process was at
     * work on it. They are published before this run has begun: whoever follows runs takes an end for that of the last one.
     */
    private void endUnfinished() {
        try {
            UnfinishedRuns.end(history, layout, plan.startedAt(), this::raise)
                    .forEach(ended -> bus.publish(Addresses.BACKUP_FINISHED, ended));
        } catch (UncheckedIOException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    private void raise(Alarm alarm) {
        bus.publish(Addresses.ALARM_RAISE, alarm);
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }

    @Override
    public RunRecord begun() {
        return report.begun();
    }

    @Override
    public RunRecord run(Job asked) throws IOException, InterruptedException, RunStoppedException {
        job = asked;
        BucketSelection selection = new BucketSelection(
                plan.config(), plan.only(), plan.start().schedule(), () -> dispatcher.accountBuckets(asked));
        BackupRun begun =
                new BackupRun(plan, lock, selection, dispatcher, monitor, asked, clock, version, report, this::raise);
        run = begun;
        return withLosses(begun.execute());
    }

    @Override
    public RunRecord stopped(RunResult result, String why) {
        return withLosses(report.stopped(result, run == null ? 0 : run.attempts(), why));
    }

    private RunRecord withLosses(RunRecord record) {
        return record.losing(workers.lostSince(plan.startedAt()));
    }

    @Override
    public String reason(Exception failure) {
        return report.reason(failure);
    }

    @Override
    public String remains() {
        return "the next run goes on with what was downloaded";
    }

    @Override
    public RunState state() {
        return monitor.state();
    }

    @Override
    public void stopping() {
        monitor.phase(RunPhase.CANCELLING);
        dispatcher.cancel();
    }

    /** Stops the run before the disk is full, or when it is another one all at once. */
    @Override
    public Optional<String> trouble() throws IOException {
        if (plan.dryRun()) {
            return Optional.empty();
        }
        Destination.Check found = new Destination(layout, plan.settings().configFolder()).inspect();
        if (!found.usable()) {
            return Optional.of(report.because(FailureCause.DISK, found.message()));
        }
        // Only of the folder that was taken: in another one in its place the lock is not ours either.
        Optional<String> lost = Preflight.lost(layout, lock);
        if (lost.isPresent()) {
            return lost.map(why -> report.because(FailureCause.DISK, why));
        }
        return Preflight.shortage(plan.data(), monitor.bytesOutstanding(), DiskProbe.usableBytes(plan.data()))
                .map(why -> report.because(FailureCause.DISK_FULL, why));
    }

    @Override
    public void ended(JobRecord record) {
        monitor.phase(
                record.result() == RunResult.SUCCESS || record.result() == RunResult.PARTIAL
                        ? RunPhase.DONE
                        : RunPhase.FAILED);
    }

    void heartbeat(TransferMessage.Heartbeat heartbeat) {
        if (heartbeat.runId().equals(plan.runId()) && dispatcher.heard(heartbeat)) {
            monitor.heartbeat(heartbeat);
            Job known = job;
            if (known != null && known.isStopped()) {
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
            if (dispatcher.isLast(result)) {
                monitor.result(result);
            }
            dispatcher.ended(result);
        }
    }
}
