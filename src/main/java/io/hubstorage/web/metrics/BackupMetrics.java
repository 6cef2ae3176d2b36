package io.hubstorage.web.metrics;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** {@code hubstorage_backup_…}: what only backups have, of all jobs. Use it on one context; gauges are read from any thread. */
final class BackupMetrics {
    private final Bus bus;
    private final Meters meters;
    private final StatusMetrics schedules;
    private final Counter downloadedBytes;
    private final Counter downloadedObjects;
    private final Timer duration;
    private volatile boolean running;
    private volatile boolean waitingForS3;
    private volatile double bytesPerSecond;
    private volatile @Nullable RunRecord last;
    private volatile @Nullable RunRecord lastSuccess;
    private boolean earlierKnown;

    BackupMetrics(Bus bus, Meters meters, StatusMetrics schedules) {
        this.bus = bus;
        this.meters = meters;
        this.schedules = schedules;
        // From the start: an alert on a counter's increase does not see the first one of a series that was not there.
        for (RunResult result : RunResult.values()) {
            if (result.ended()) {
                runs(result, false);
                runs(result, true);
            }
        }
        downloadedBytes = meters.counter("backup.downloaded.bytes", "Bytes of the objects that runs have downloaded");
        downloadedObjects = meters.counter("backup.downloaded.objects", "Objects that runs have downloaded");
        duration = Timer.builder("hubstorage.backup.duration")
                .description("How long runs took")
                .register(meters.registry());
        meters.gauge("backup.running", "1 while a run goes on", () -> running ? 1 : 0);
        meters.gauge(
                "waiting.for.s3",
                "1 while a run cannot go on because S3 does not do its work",
                () -> waitingForS3 ? 1 : 0);
        meters.gauge("backup.receive.bytes.per.second", "What comes from S3", () -> bytesPerSecond);
        measureLast();
    }

    private void measureLast() {
        meters.gauge(
                "backup.last.success.timestamp.seconds",
                "When the last run began that left every bucket safe; with several schedules the oldest of theirs",
                () -> {
                    Long oldest = schedules.oldestOfSeveral();
                    return oldest != null
                            ? oldest
                            : of(lastSuccess, run -> run.startedAt().getEpochSecond());
                });
        last(
                "timestamp.seconds",
                "When the last run began",
                run -> run.startedAt().getEpochSecond());
        last(
                "objects",
                "Objects the last run listed",
                run -> run.totals().listed().objects());
        last("bytes", "Bytes the last run listed", run -> run.totals().listed().bytes());
        last(
                "failed.objects",
                "Objects the last run could not copy",
                run -> run.totals().failed().objects());
    }

    private void last(String name, String help, ToDoubleFunction<RunRecord> value) {
        meters.gauge("backup.last." + name, help, () -> of(last, value));
    }

    private static double of(@Nullable RunRecord known, ToDoubleFunction<RunRecord> value) {
        return known == null ? 0 : value.applyAsDouble(known);
    }

    private Counter runs(RunResult result, boolean dryRun) {
        return meters.counter(
                "backup.runs",
                "Runs that have ended",
                "result",
                BusJson.word(result),
                "dry_run",
                String.valueOf(dryRun));
    }

    void start() {
        bus.listen(JobKind.BACKUP.started(), () -> running = true);
        bus.listen(JobKind.BACKUP.progress(), RunState.class, this::progress);
        bus.listen(JobKind.BACKUP.finished(), RunRecord.class, this::finished);
    }

    /** Asks what was before, until that is known. Completes, and never fails, when that is over. */
    Future<Void> refresh() {
        if (earlierKnown) {
            return Future.succeededFuture();
        }
        return bus.ask(Addresses.BACKUP_STATUS, BackupMessage.Status.class, Metrics.PATIENCE)
                .onSuccess(status -> {
                    earlierKnown = true;
                    running |= status.running();
                    last = last == null ? status.last() : last;
                    lastSuccess = lastSuccess == null ? status.lastSuccess() : lastSuccess;
                })
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private void progress(RunState state) {
        running = true;
        bytesPerSecond = state.progress().bytesPerSecond();
        waitingForS3 = state.waiting() != null;
    }

    private void finished(RunRecord run) {
        running = false;
        bytesPerSecond = 0;
        waitingForS3 = false;
        runs(run.result(), run.dryRun()).increment();
        if (run.dryRun()) {
            return;
        }
        last = run;
        downloadedBytes.increment((double) run.totals().downloaded().bytes());
        downloadedObjects.increment((double) run.totals().downloaded().objects());
        if (run.finishedAt() != null) {
            duration.record(Duration.between(run.startedAt(), run.finishedAt()));
        }
        if (run.leavesAllSafe()) {
            lastSuccess = run;
        }
    }
}
