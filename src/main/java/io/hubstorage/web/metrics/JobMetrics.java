package io.hubstorage.web.metrics;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code hubstorage_job_…}, what is measured of the jobs of each kind alike, by the label {@code kind}. Dry runs are not counted. Use
 * it on one context; gauges are read from any thread.
 */
final class JobMetrics {
    private final Bus bus;
    private final Map<JobKind, OfKind> kinds = new EnumMap<>(JobKind.class);
    private boolean earlierKnown;

    JobMetrics(Bus bus, Meters meters) {
        this.bus = bus;
        for (JobKind kind : JobKind.values()) {
            kinds.put(kind, new OfKind(kind, meters));
        }
        OfKind drills = Objects.requireNonNull(kinds.get(JobKind.DRILL));
        drillFiles(drills, meters, "same", DrillRecord.Outcome::same);
        drillFiles(drills, meters, "different", DrillRecord.Outcome::different);
    }

    private static void drillFiles(
            OfKind known, Meters meters, String outcome, Function<DrillRecord.Outcome, Tally> files) {
        meters.gauge(
                "drill.last.files",
                "Files of the last drill by whether they came back as they were; 0 if there was none",
                () -> known.last instanceof DrillRecord drill
                        ? files.apply(drill.outcome()).objects()
                        : 0,
                "outcome",
                outcome);
    }

    void start() {
        kinds.forEach((kind, known) -> {
            bus.listen(kind.started(), () -> known.running = true);
            bus.listen(kind.finished(), JobRecord.class, known::finished);
        });
    }

    /** Asks what was before, until that is known. Completes, and never fails, when that is over. */
    Future<Void> refresh() {
        if (earlierKnown) {
            return Future.succeededFuture();
        }
        return bus.ask(Addresses.JOBS_STATUS, JobMessage.Status.class, Metrics.PATIENCE)
                .onSuccess(status -> {
                    earlierKnown = true;
                    status.kinds().forEach(now -> {
                        OfKind known = kinds.get(now.kind());
                        if (known != null) {
                            known.before(now);
                        }
                    });
                })
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    private static final class OfKind {
        private final JobKind kind;
        private final Meters meters;
        private final Map<RunResult, Counter> ended = new EnumMap<>(RunResult.class);
        private volatile boolean running;
        private volatile @Nullable JobRecord last;
        private volatile @Nullable JobRecord lastSuccess;

        OfKind(JobKind kind, Meters meters) {
            this.kind = kind;
            this.meters = meters;
            // From the start: an alert on a counter's increase does not see the first one of a series that was not
            // there.
            Stream.of(RunResult.values())
                    .filter(RunResult::ended)
                    .forEach(result -> ended.put(
                            result,
                            meters.counter(
                                    "job.runs",
                                    "Jobs that have ended, dry runs aside",
                                    "kind",
                                    kind.word(),
                                    "result",
                                    BusJson.word(result))));
            gauge("running", "1 while a job of the kind goes on", () -> running ? 1 : 0);
            gauge(
                    "last.success.timestamp.seconds",
                    "When the last job of the kind began that did all that it was there for; 0 if none has",
                    () -> lastSuccess == null ? 0 : lastSuccess.startedAt().getEpochSecond());
            gauge(
                    "last.start.timestamp.seconds",
                    "When the last job of the kind that has ended began; 0 if there was none",
                    () -> last == null ? 0 : last.startedAt().getEpochSecond());
            gauge(
                    "last.end.timestamp.seconds",
                    "When the last job of the kind ended; 0 if there was none",
                    this::lastEnd);
            gauge(
                    "last.duration.seconds",
                    "How long the last job of the kind took; 0 if there was none",
                    this::lastDuration);
        }

        private void gauge(String name, String help, Supplier<Number> value) {
            meters.gauge("job." + name, help, value, "kind", kind.word());
        }

        private double lastEnd() {
            JobRecord known = last;
            return known == null || known.finishedAt() == null
                    ? 0
                    : known.finishedAt().getEpochSecond();
        }

        private double lastDuration() {
            JobRecord known = last;
            return known == null || known.finishedAt() == null
                    ? 0
                    : Duration.between(known.startedAt(), known.finishedAt()).toMillis() / 1e3;
        }

        /** What was heard meanwhile is newer. */
        private void before(JobMessage.OfKind then) {
            running |= then.current() != null;
            JobRecord ended = then.last();
            last = last == null && ended != null && !ended.dryRun() ? ended : last;
            lastSuccess = lastSuccess == null ? then.lastSuccess() : lastSuccess;
        }

        private void finished(JobRecord job) {
            running = false;
            if (job.dryRun()) {
                return;
            }
            last = job;
            lastSuccess = job.succeeded() ? job : lastSuccess;
            Counter counter = ended.get(job.result());
            if (counter != null) {
                counter.increment();
            }
        }
    }
}
