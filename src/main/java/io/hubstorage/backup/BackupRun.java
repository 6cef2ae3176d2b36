package io.hubstorage.backup;

import io.hubstorage.backup.BucketAttempts.Workshop;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.config.HubConfig.BucketSpec;
import io.hubstorage.config.Settings;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run, from its plan to its record; whoever executes it holds the destination, unless it is a dry run. Blocking, on a
 * virtual thread of its own; used once.
 */
final class BackupRun {
    private static final Logger LOG = LoggerFactory.getLogger(BackupRun.class);

    private final RunPlan plan;
    private final @Nullable DataLock lock;
    private final BucketSelection selection;
    private final ShardDispatcher dispatcher;
    private final RunMonitor monitor;
    private final Job job;
    private final InstantSource clock;
    private final String version;
    private final Consumer<Alarm> alarm;
    private final RunReport report;
    private int attempts;

    /** @param lock null where none could be made, and in a dry run */
    BackupRun(
            RunPlan plan,
            @Nullable DataLock lock,
            BucketSelection selection,
            ShardDispatcher dispatcher,
            RunMonitor monitor,
            Job job,
            InstantSource clock,
            String version,
            RunReport report,
            Consumer<Alarm> alarm) {
        this.plan = plan;
        this.lock = lock;
        this.selection = selection;
        this.dispatcher = dispatcher;
        this.monitor = monitor;
        this.job = job;
        this.clock = clock;
        this.version = version;
        this.alarm = alarm;
        this.report = report;
    }

    /** Runs to the end. */
    RunRecord execute() throws IOException, InterruptedException, RunStoppedException {
        return plan.dryRun() ? dryRun() : backUp(new Layout(plan.data()));
    }

    /** How many were begun so far. */
    int attempts() {
        return attempts;
    }

    private RunRecord backUp(Layout layout) throws IOException, InterruptedException, RunStoppedException {
        Staging staging = Staging.open(layout, plan.startedAt(), lock == null ? 0 : lock.epoch());
        PreviousSnapshots previous = new PreviousSnapshots(new Snapshots(layout), staging);
        try (DiskSync sync = DiskSync.open(layout.data())) {
            Preflight.Disk disk = Preflight.disk(layout, previous.sampleFile(), sync);
            Workshop work = new Workshop(plan, disk, staging, previous, Presence.read(layout), dispatcher, monitor);
            List<BucketSpec> chosen = chosen(previous);
            CoveredBuckets buckets = new CoveredBuckets(chosen, selection.leftOut(previous.bucketsOfNewest()), work);
            attempts(buckets);
            RunRecord record = conclude(layout, sync, work, buckets);
            work.presence().write();
            return record;
        } catch (CancellationException | InterruptedException | RunStoppedException e) {
            if (!staging.hasDownloads()) {
                staging.discard();
            }
            throw e;
        }
    }

    private List<BucketSpec> chosen(PreviousSnapshots previous)
            throws IOException, InterruptedException, RunStoppedException {
        Settings.Aws aws = plan.settings().aws();
        List<BucketSpec> chosen =
                selection.resolve(previous.bucketsOfNewest(), aws.keys().hasAccessKey() || aws.profile() != null);
        report.undiscovered(selection.undiscovered());
        monitor.buckets(chosen.stream().map(BucketSpec::name).toList());
        return chosen;
    }

    /**
     * Attempt after attempt, each at what the one before could not do. Once nothing more is to be copied, what stays is linked,
     * if there is to be a snapshot at all.
     */
    private void attempts(CoveredBuckets buckets) throws IOException, InterruptedException {
        List<BucketAttempts> open = buckets.copied();
        for (attempts = 1; ; attempts++) {
            boolean last = attempts >= plan.maxAttempts();
            monitor.attempt(attempts);
            sideBySide(open, BucketAttempts::copy);
            open = buckets.retriable();
            if ((open.isEmpty() || last) && !plan.dryRun() && buckets.isSnapshotDue()) {
                sideBySide(buckets.complete(), BucketAttempts::link);
                open = buckets.retriable();
            }
            if (open.isEmpty() || last) {
                return;
            }
            waitForRetry(open.stream().map(BucketAttempts::bucket).toList());
        }
    }

    @FunctionalInterface
    private interface Step {
        void take(BucketAttempts bucket) throws IOException, InterruptedException, RunStoppedException;
    }

    /**
     * What ends the run in one bucket ends it in the others too.
     *
     * @throws CancellationException when a step did not come to its end; all workers have stopped by then
     */
    private void sideBySide(List<BucketAttempts> buckets, Step step) throws InterruptedException {
        AtomicBoolean cutOff = new AtomicBoolean();
        WorkerPool.<RuntimeException>run("bucket", buckets.size(), pool -> {
            for (BucketAttempts bucket : buckets) {
                pool.submit(() -> {
                    if (!take(step, bucket)) {
                        cutOff.set(true);
                    }
                });
            }
        });
        if (cutOff.get()) {
            job.check();
        }
    }

    /** Whether it came to its end. Nothing escapes but an interrupt: for anything else the pool would not wait for the others. */
    private boolean take(Step step, BucketAttempts bucket) throws InterruptedException {
        try {
            step.take(bucket);
            return true;
        } catch (CancellationException _) {
            job.stop(RunResult.CANCELLED, job.reason());
        } catch (RunStoppedException | IOException | UncheckedIOException e) {
            LOG.debug("bucket {} ends the run", bucket.bucket(), e);
            end(report.reason(e));
        } catch (RuntimeException | Error e) {
            LOG.error("bucket {} failed in an unforeseen way", bucket.bucket(), e);
            end("internal error: " + e);
        }
        return false;
    }

    private void end(String why) {
        job.stop(RunResult.FAILED, why);
        dispatcher.cancel();
    }

    private void waitForRetry(List<String> open) throws InterruptedException {
        Duration delay = Duration.ofMillis(Math.round(plan.config().automation().retryDelayMinutes() * 60_000));
        String what = "%s not complete; attempt %d of %d follows"
                .formatted(String.join(", ", open), attempts + 1, plan.maxAttempts());
        LOG.warn("{} in {} minutes", what, plan.config().automation().retryDelayMinutes());
        monitor.retryAt(clock.instant().plus(delay), what);
        job.pause(delay);
    }

    private RunRecord conclude(Layout layout, DiskSync sync, Workshop work, CoveredBuckets buckets)
            throws IOException, InterruptedException, RunStoppedException {
        Map<String, BucketAttempt> ended = buckets.ended();
        if (ended.values().stream().noneMatch(BucketAttempt::complete)) {
            if (!work.staging().hasDownloads()) {
                work.staging().discard();
            }
            return report.nothingCovered(attempts, ended.values());
        }
        List<RunRecord.Alarm> alarms =
                new ShrinkGuard(plan.config().guards().maxShrinkPercent()).alarms(ended.values(), work.previous());
        alarms.forEach(alarm -> LOG.warn(alarm.message()));
        SnapshotInfo newest = work.previous().newest();
        if (newest != null && !buckets.isSnapshotDue()) {
            work.staging().discard();
            ended.values().stream()
                    .filter(attempt -> attempt.complete() && attempt.looked())
                    .forEach(attempt -> looked(work, attempt, newest.name()));
            Instant checked =
                    work.presence().since(ended.keySet(), newest.name()).orElse(null);
            return report.unchanged(newest.name(), checked, attempts, ended.values(), alarms);
        }
        List<BucketAttempt> whole = buckets.whole();
        Preflight.requireSame(layout, plan.settings().configFolder());
        Optional<String> lost = Preflight.lost(layout, lock);
        if (lost.isPresent()) {
            throw new RunStoppedException(FailureCause.DISK, lost.get());
        }
        return commit(layout, sync, work, ended, whole, alarms);
    }

    private RunRecord commit(
            Layout layout,
            DiskSync sync,
            Workshop work,
            Map<String, BucketAttempt> ended,
            List<BucketAttempt> whole,
            List<RunRecord.Alarm> alarms)
            throws IOException, RunStoppedException {
        job.beginCommit();
        monitor.phase(RunPhase.COMMITTING);
        SnapshotInfo newest = work.previous().newest();
        Instant dated = work.previous().date(plan.startedAt());
        if (newest != null && !dated.equals(plan.startedAt())) {
            warnOfClock(newest, dated);
        }
        RunRecord record = report.committed(layout, dated, attempts, ended, whole, newest, alarms);
        TransferMessage.Usage usage = whole.stream()
                .map(BucketAttempt::usage)
                .reduce(TransferMessage.Usage.NONE, TransferMessage.Usage::plus);
        new Commit(layout, sync, work.staging(), plan, version)
                .commit(record, dated, whole, newest == null ? null : newest.name(), usage.allocatedBytes());
        String made = Objects.requireNonNull(record.snapshot());
        if (usage.writableFiles() > 0) {
            LOG.warn(
                    "{} files in the new snapshot were linked from an older one and are not read-only: whoever edits"
                            + " one changes it in every snapshot that has it. chmod -R a-w {} mends that",
                    Sizes.number(usage.writableFiles()),
                    whole.stream()
                            .map(attempt -> Durable.folderOf(Layout.tree(layout.snapshot(made), attempt.bucket())))
                            .distinct()
                            .map(Path::toString)
                            .collect(Collectors.joining(" ")));
        }
        // Whatever was linked has been looked at, whatever was downloaded is new.
        whole.forEach(attempt -> looked(work, attempt, made));
        work.staging().discard();
        return record;
    }

    private void looked(Workshop work, BucketAttempt attempt, String snapshot) {
        Long millis = attempt.looked() ? attempt.usage().lookMillis() : null;
        work.presence().looked(attempt.bucket(), snapshot, plan.startedAt(), millis);
    }

    private void warnOfClock(SnapshotInfo newest, Instant dated) {
        Instant now = plan.startedAt().truncatedTo(ChronoUnit.SECONDS);
        Instant before = dated.minusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
        String what =
                "The clock says %s, but the newest snapshot, %s, began at %s.".formatted(now, newest.name(), before);
        alarm.accept(Alarm.of(
                        Alarm.Kind.CLOCK_MOVED,
                        "",
                        clock.instant(),
                        what,
                        "Set the clock right. The new snapshot is dated after the newest one, so that their order"
                                + " stays.")
                .about(null, newest.name()));
        LOG.warn(
                "{} The new one is dated {} so that it counts as the newest; check the clock",
                what,
                dated.truncatedTo(ChronoUnit.SECONDS));
    }

    private RunRecord dryRun() throws IOException, InterruptedException, RunStoppedException {
        Path temporary = Files.createTempDirectory("hubstorage-dry-run");
        try {
            Staging staging = Staging.open(new Layout(temporary), plan.startedAt(), 0);
            Workshop work = new Workshop(
                    plan,
                    new Preflight.Disk(true, false, false),
                    staging,
                    new PreviousSnapshots(new Snapshots(new Layout(plan.data())), staging),
                    Presence.read(new Layout(temporary)),
                    dispatcher,
                    monitor);
            CoveredBuckets buckets = new CoveredBuckets(chosen(work.previous()), List.of(), work);
            attempts(buckets);
            return report.planned(buckets.ended().values(), DiskProbe.usableBytes(plan.data()));
        } finally {
            Trees.delete(temporary);
        }
    }
}
