package io.hubstorage.backup;

import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Trees;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.snapshot.Certificate;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
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
    private final BucketSelection selection;
    private final ShardDispatcher dispatcher;
    private final RunMonitor monitor;
    private final Job job;
    private final InstantSource clock;
    private final String version;
    private final HistoryStore history;
    private final Consumer<Alarm> alarm;
    private final RunReport report;
    private int attempts;

    BackupRun(
            RunPlan plan,
            BucketSelection selection,
            ShardDispatcher dispatcher,
            RunMonitor monitor,
            Job job,
            InstantSource clock,
            String version,
            HistoryStore history,
            Consumer<Alarm> alarm) {
        this.plan = plan;
        this.selection = selection;
        this.dispatcher = dispatcher;
        this.monitor = monitor;
        this.job = job;
        this.clock = clock;
        this.version = version;
        this.history = history;
        this.alarm = alarm;
        this.report = new RunReport(plan, clock);
    }

    /** Runs to the end; whatever happens is in the record. */
    RunRecord execute() {
        try {
            return plan.dryRun() ? dryRun() : backUp(new Layout(plan.data()));
        } catch (RunStoppedException e) {
            return stopped(e);
        } catch (CancellationException | InterruptedException _) {
            return report.stopped(job.result(), attempts, job.reason());
        } catch (Parallel.Failure e) {
            return unwrapped(e.getCause());
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("the run failed", e);
            // What breaks after the run was told to stop, breaks because of that or for the same reason.
            return job.isStopped() ? report.stopped(job.result(), attempts, job.reason()) : report.broken(attempts, e);
        } catch (RuntimeException e) {
            LOG.error("the run failed in an unforeseen way", e);
            return report.stopped(RunResult.FAILED, attempts, "internal error: " + e);
        }
    }

    /** What ends a run that was told to stop is not why it ends. */
    private RunRecord stopped(RunStoppedException e) {
        return job.isStopped()
                ? report.stopped(job.result(), attempts, job.reason())
                : report.stopped(e.result(), attempts, String.valueOf(e.getMessage()));
    }

    private RunRecord unwrapped(@Nullable Throwable cause) {
        return switch (cause) {
            case RunStoppedException e -> stopped(e);
            case IOException e -> report.broken(attempts, e);
            case null, default -> {
                LOG.error("the run failed in an unforeseen way", cause);
                yield report.stopped(RunResult.FAILED, attempts, "internal error: " + cause);
            }
        };
    }

    /** What a run that writes works with. */
    private record Workshop(
            Layout layout,
            DiskSync sync,
            Staging staging,
            Predecessors predecessors,
            Presence presence,
            BucketPasses passes) {}

    private RunRecord backUp(Layout layout) throws IOException, InterruptedException, RunStoppedException {
        Staging staging = Staging.open(layout, plan.startedAt());
        Predecessors predecessors = new Predecessors(new Snapshots(layout), staging);
        try (DiskSync sync = DiskSync.open(layout.data())) {
            Preflight.Disk disk = Preflight.disk(layout, predecessors.sampleFile(), sync);
            List<HubConfig.BucketSpec> buckets = selection.resolve();
            monitor.buckets(buckets.stream().map(HubConfig.BucketSpec::name).toList());
            Presence presence = Presence.read(layout);
            BucketPasses passes = new BucketPasses(plan, disk, staging, predecessors, presence, dispatcher, monitor);
            Map<String, BucketPass> ended = attempts(buckets, passes);
            Workshop work = new Workshop(layout, sync, staging, predecessors, presence, passes);
            RunRecord record = conclude(work, covered(predecessors, buckets), ended);
            presence.write();
            return record;
        } catch (CancellationException | InterruptedException | RunStoppedException | Parallel.Failure e) {
            if (!staging.hasDownloads()) {
                staging.discard();
            }
            throw e;
        }
    }

    /** Attempt after attempt, each covering only what the one before could not do. */
    private Map<String, BucketPass> attempts(List<HubConfig.BucketSpec> buckets, BucketPasses passes)
            throws InterruptedException {
        Map<String, BucketPass> ended = new LinkedHashMap<>();
        List<HubConfig.BucketSpec> open = buckets;
        for (attempts = 1; ; attempts++) {
            monitor.attempt(attempts);
            List<HubConfig.BucketSpec> now = open;
            Parallel.map(now, this.copying(passes))
                    .forEach(pass -> ended.merge(pass.bucket(), pass, BackupRun::better));
            open = now.stream()
                    .filter(bucket -> Optional.ofNullable(ended.get(bucket.name()))
                            .filter(BucketPass::retriable)
                            .isPresent())
                    .toList();
            if (open.isEmpty() || attempts >= plan.maxAttempts()) {
                return ended;
            }
            waitForRetry(open);
        }
    }

    /** The later pass counts, unless it failed where the earlier one covered the bucket. */
    private static BucketPass better(BucketPass earlier, BucketPass later) {
        return earlier.complete() && !later.complete() ? earlier : later;
    }

    private Parallel.Work<HubConfig.BucketSpec, BucketPass> copying(BucketPasses passes) {
        return bucket -> {
            BucketPass pass = orStopAll(() -> passes.copy(bucket));
            monitor.endBucket(bucket.name(), pass.complete() ? RunPhase.DONE : RunPhase.FAILED, pass.error());
            if (!pass.complete()) {
                LOG.warn("bucket {} failed: {}", bucket.name(), pass.error());
            }
            return pass;
        };
    }

    /** What ends the run in one bucket ends it in the others too, at once. */
    private BucketPass orStopAll(Copy copy) throws IOException, InterruptedException, RunStoppedException {
        try {
            return copy.run();
        } catch (RunStoppedException e) {
            job.stop(e.result(), String.valueOf(e.getMessage()));
            dispatcher.cancel();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Copy {
        BucketPass run() throws IOException, InterruptedException, RunStoppedException;
    }

    private void waitForRetry(List<HubConfig.BucketSpec> open) throws InterruptedException {
        Duration delay = Duration.ofMillis(Math.round(plan.config().automation().retryDelayMinutes() * 60_000));
        String what = "%s not complete; attempt %d of %d follows"
                .formatted(
                        String.join(
                                ", ",
                                open.stream().map(HubConfig.BucketSpec::name).toList()),
                        attempts + 1,
                        plan.maxAttempts());
        LOG.warn("{} in {} minutes", what, plan.config().automation().retryDelayMinutes());
        monitor.retryAt(clock.instant().plus(delay), what);
        job.pause(delay);
    }

    /**
     * Nothing could be listed, nothing has changed, or there is something to commit.
     *
     * @param covered the buckets of this run, and those that stay although it leaves them out
     */
    private RunRecord conclude(Workshop work, List<HubConfig.BucketSpec> covered, Map<String, BucketPass> ended)
            throws IOException, InterruptedException, RunStoppedException {
        if (ended.values().stream().noneMatch(BucketPass::complete)) {
            if (!work.staging.hasDownloads()) {
                work.staging.discard();
            }
            return report.nothingCovered(attempts, ended.values());
        }
        List<RunRecord.Alarm> alarms = alarms(work.predecessors, ended);
        SnapshotInfo newest = work.predecessors.newest();
        if (newest != null && !differs(work.predecessors, covered, ended)) {
            work.staging.discard();
            ended.values().stream()
                    .filter(pass -> pass.complete() && pass.looked())
                    .forEach(pass -> looked(work, pass, newest.name()));
            Instant checked = work.presence.since(ended.keySet(), newest.name()).orElse(null);
            return report.unchanged(newest.name(), checked, attempts, ended.values(), alarms);
        }
        List<BucketPass> whole = wholeBuckets(work.passes, covered, ended);
        Preflight.requireSame(work.layout, plan.settings().configFolder());
        return commit(work, newest, ended, whole, alarms);
    }

    /** What the snapshot is made of: what this run has covered, and what it takes over from the last one. */
    private List<BucketPass> wholeBuckets(
            BucketPasses passes, List<HubConfig.BucketSpec> covered, Map<String, BucketPass> ended)
            throws IOException, InterruptedException, RunStoppedException {
        List<BucketPass> whole = new ArrayList<>();
        for (HubConfig.BucketSpec bucket : covered) {
            BucketPass pass = ended.get(bucket.name());
            if (pass != null && pass.complete()) {
                pass = passes.materialise(bucket, pass);
                ended.put(bucket.name(), pass);
            }
            if (pass != null && pass.complete()) {
                whole.add(pass);
            } else {
                passes.keep(bucket).ifPresent(whole::add);
            }
        }
        return whole;
    }

    private RunRecord commit(
            Workshop work,
            @Nullable SnapshotInfo newest,
            Map<String, BucketPass> ended,
            List<BucketPass> whole,
            List<RunRecord.Alarm> alarms)
            throws IOException {
        job.beginCommit();
        monitor.phase(RunPhase.COMMITTING);
        Instant dated = dated(newest);
        RunRecord record =
                report.committed(work.layout, dated, attempts, ended, whole, before(newest, ended, whole), alarms);
        new Commit(work.layout, work.sync, work.staging, plan, version)
                .commit(record, dated, whole, newest == null ? null : newest.name(), work.passes.allocatedBytes());
        String made = Objects.requireNonNull(record.snapshot());
        if (work.passes.writableFiles() > 0) {
            LOG.warn(
                    "{} files in the new snapshot were linked from an older one and are not read-only: whoever edits"
                            + " one changes it in every snapshot that has it. chmod -R a-w {} mends that",
                    Sizes.number(work.passes.writableFiles()),
                    work.layout.snapshot(made).resolve("s3"));
        }
        // Whatever was linked has been looked at, whatever was downloaded is new.
        whole.forEach(pass -> looked(work, pass, made));
        work.staging.discard();
        return record;
    }

    private void looked(Workshop work, BucketPass pass, String snapshot) {
        work.presence.looked(pass.bucket(), snapshot, plan.startedAt(), pass.looked() ? pass.lookMillis() : null);
    }

    /** How the buckets that this run leaves out ended last: as the history says, or else as the last certificate does. */
    private Map<String, RunRecord.BucketRecord> before(
            @Nullable SnapshotInfo newest, Map<String, BucketPass> ended, List<BucketPass> whole) {
        List<String> leftOut = whole.stream()
                .map(BucketPass::bucket)
                .filter(bucket -> !ended.containsKey(bucket))
                .toList();
        Map<String, RunRecord.BucketRecord> before = new HashMap<>();
        if (newest != null && newest.certificate() != null) {
            newest.certificate().buckets().stream()
                    .map(Certificate.Bucket::record)
                    .filter(bucket -> leftOut.contains(bucket.bucket()))
                    .forEach(bucket -> before.put(bucket.bucket(), bucket));
        }
        history.lastJudged(leftOut).forEach((bucket, judged) -> before.put(bucket, judged.bucket()));
        return before;
    }

    private List<RunRecord.Alarm> alarms(Predecessors predecessors, Map<String, BucketPass> ended) throws IOException {
        ShrinkGuard guard = new ShrinkGuard(plan.config().guards().maxShrinkPercent());
        List<RunRecord.Alarm> alarms = new ArrayList<>();
        for (BucketPass pass : ended.values()) {
            Optional<Predecessors.Predecessor> previous = predecessors.of(pass.bucket());
            if (pass.complete() && previous.isPresent()) {
                long before = previous.get().listed(pass.bucket(), pass.prefix());
                long now = pass.counts().listed().objects()
                        - pass.counts().vanished().objects();
                guard.alarm(pass.bucket(), before, now).ifPresent(alarms::add);
            }
        }
        alarms.forEach(alarm -> LOG.warn(alarm.message()));
        return alarms;
    }

    /** When the new snapshot counts as begun: after the newest one, also if the clock has been set back since. */
    private Instant dated(@Nullable SnapshotInfo newest) {
        if (newest == null) {
            return plan.startedAt();
        }
        Instant before = newest.startedAt();
        if (before == null || plan.startedAt().isAfter(before)) {
            return plan.startedAt();
        }
        Instant dated = before.plusSeconds(1);
        alarm.accept(Alarm.of(
                        Alarm.Kind.CLOCK_MOVED,
                        "",
                        clock.instant(),
                        "The clock says %s, but the newest snapshot, %s, began at %s."
                                .formatted(
                                        plan.startedAt().truncatedTo(ChronoUnit.SECONDS),
                                        newest.name(),
                                        before.truncatedTo(ChronoUnit.SECONDS)),
                        "Set the clock right. The new snapshot is dated after the newest one, so that their order"
                                + " stays.")
                .about(null, newest.name()));
        LOG.warn(
                "the clock says {}, but the newest snapshot, {}, began at {}: the new one is dated {} so that it"
                        + " counts as the newest; check the clock",
                plan.startedAt().truncatedTo(ChronoUnit.SECONDS),
                newest.name(),
                before.truncatedTo(ChronoUnit.SECONDS),
                dated.truncatedTo(ChronoUnit.SECONDS));
        return dated;
    }

    /** Whether the snapshot of this run would hold anything else than the newest one does. */
    private static boolean differs(
            Predecessors predecessors, List<HubConfig.BucketSpec> covered, Map<String, BucketPass> ended)
            throws IOException {
        SnapshotInfo newest = predecessors.newest();
        if (newest == null || newest.legacy()) {
            return true;
        }
        Set<String> next = new TreeSet<>();
        for (HubConfig.BucketSpec bucket : covered) {
            BucketPass pass = ended.get(bucket.name());
            if (pass != null && pass.complete() && !pass.unchanged()) {
                return true;
            }
            if ((pass != null && pass.complete())
                    || predecessors.bucketsOfNewest().contains(bucket.name())) {
                next.add(bucket.name());
            }
        }
        return !next.equals(predecessors.bucketsOfNewest());
    }

    /** The buckets of this run, and those of the last snapshot that are to stay in the next although this run leaves them out. */
    private List<HubConfig.BucketSpec> covered(Predecessors predecessors, List<HubConfig.BucketSpec> buckets)
            throws IOException {
        List<HubConfig.BucketSpec> all = new ArrayList<>(buckets);
        Set<String> names =
                new TreeSet<>(buckets.stream().map(HubConfig.BucketSpec::name).toList());
        for (HubConfig.BucketSpec left : selection.leftOut(predecessors.bucketsOfNewest())) {
            if (names.add(left.name())) {
                all.add(left);
            }
        }
        return all;
    }

    private RunRecord dryRun() throws IOException, InterruptedException, RunStoppedException {
        Path temporary = Files.createTempDirectory("hubstorage-dry-run");
        try {
            Staging staging = Staging.open(new Layout(temporary), plan.startedAt());
            Predecessors predecessors = new Predecessors(new Snapshots(new Layout(plan.data())), staging);
            List<HubConfig.BucketSpec> buckets = selection.resolve();
            monitor.buckets(buckets.stream().map(HubConfig.BucketSpec::name).toList());
            BucketPasses passes = new BucketPasses(
                    plan,
                    new Preflight.Disk(true, false, false),
                    staging,
                    predecessors,
                    Presence.read(new Layout(temporary)),
                    dispatcher,
                    monitor);
            Map<String, BucketPass> ended = attempts(buckets, passes);
            return report.planned(ended.values(), DiskSpace.usable(plan.data()));
        } finally {
            Trees.delete(temporary);
        }
    }
}
