package io.hubstorage.restore;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobState;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRecord.Outcome;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskMark;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Work;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.snapshot.DataLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One restore, from its plan to its certificate; also one that goes on where an earlier one was broken off. */
final class RestoreWork implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreWork.class);

    private final Restores restores;
    private final Restores.Planned planned;
    private final RestorePlan plan;
    private final Asked asked;
    private final Surroundings around;
    private final RestoreProgress progress;
    private @Nullable DataLock lock;
    /** At work, and to be interrupted when it is to stop. */
    private @Nullable Thread worker;

    /** Who asked for it, and when it began, which may be in an earlier process. */
    record Asked(Trigger trigger, Instant startedAt) {}

    RestoreWork(Restores restores, Restores.Planned planned, Asked asked, Surroundings around) {
        this.restores = restores;
        this.planned = planned;
        this.plan = Objects.requireNonNull(planned.plan());
        this.asked = asked;
        this.around = around;
        this.progress = new RestoreProgress(plan.counts());
    }

    @Override
    public JobKind kind() {
        return JobKind.RESTORE;
    }

    @Override
    public String id() {
        return planned.id();
    }

    @Override
    public void admit() throws IOException {
        try {
            lock = restores.lock(id(), asked.startedAt);
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, "Another HubStorage is at work on this restore (%s).".formatted(e.holder()));
        }
    }

    @Override
    public RestoreRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null), progress.outcome());
    }

    @Override
    public RestoreRecord run(Job job) throws Target.TargetException, IOException, InterruptedException {
        setWorker(Thread.currentThread());
        try {
            return restored(job);
        } finally {
            setWorker(null);
            // It has done what it was to do, and would be in the way of what is to be written down.
            Thread.interrupted();
        }
    }

    private synchronized void setWorker(@Nullable Thread thread) {
        worker = thread;
    }

    private RestoreRecord restored(Job job) throws Target.TargetException, IOException, InterruptedException {
        RestoreRequest request = planned.request();
        Place place = Objects.requireNonNull(planned.place());
        long lines = PlanFile.lines(restores.lines(id()));
        String digest = PlanFile.digest(restores.lines(id()), Restores.digested(request, place));
        if (!digest.equals(plan.digest())) {
            throw new IOException("The plan has been changed since it was made: make another.");
        }
        try (Target target = around.targets().open(id(), place, request, restores.scratch(id()));
                Journal journal = Journal.open(restores.journal(id()), lines, mark(place.folder()))) {
            progress.follow(journal);
            List<String> problems = target.check(demand()).problems();
            if (!problems.isEmpty()) {
                throw new IOException(String.join(" ", problems));
            }
            RestoreRun run = new RestoreRun(
                    new RestoreRun.Basis(around.snapshot(plan), request, plan, restores.lines(id())),
                    target,
                    journal,
                    progress,
                    attempts(),
                    around.clock());
            try {
                int attempts = run.execute(job);
                return ended(journal, attempts);
            } catch (Target.TargetException | IOException | InterruptedException | RuntimeException | Error e) {
                clear(target);
                throw e;
            }
        }
    }

    /** Of the disk that the folder is on, or will be; null for a bucket, which keeps what it has confirmed. */
    private static @Nullable String mark(@Nullable Path folder) throws IOException {
        return folder == null ? null : DiskMark.of(FolderAccess.existing(folder));
    }

    /** Nothing half-done of ours stays where somebody would have to find out what it is. */
    private void clear(Target target) {
        Thread.interrupted();
        try {
            target.clear();
        } catch (Target.TargetException | IOException | InterruptedException | RuntimeException e) {
            LOG.warn("What the restore {} left half-done could not be cleared away: {}", id(), e.getMessage());
        }
    }

    private Target.Demand demand() {
        return new Target.Demand(
                progress.outcome().left(), 0, 0, plan.counts().delete().objects());
    }

    private RestoreRun.Attempts attempts() {
        HubConfig.Automation automation = around.config().config().automation();
        return new RestoreRun.Attempts(
                automation.maxRetries() + 1, Duration.ofMillis(Math.round(automation.retryDelayMinutes() * 60_000)));
    }

    private RestoreRecord ended(Journal journal, int attempts) throws IOException {
        Outcome outcome;
        try (PlanFile.Reader lines = PlanFile.open(restores.lines(id()), 0)) {
            outcome = journal.recount(plan.counts(), lines);
        }
        List<String> problems = outcome.problems();
        problems.forEach(problem -> LOG.error("The restore {} does not add up: {}", id(), problem));
        boolean whole = outcome.failed().isEmpty()
                && outcome.spared().isEmpty()
                && problems.isEmpty()
                && outcome.skipped().equals(plan.counts().skipped());
        boolean nothing =
                outcome.written().objects() == 0 && outcome.identical().objects() == 0 && !whole;
        RunResult result = whole ? RunResult.SUCCESS : nothing ? RunResult.FAILED : RunResult.PARTIAL;
        RestoreRecord record = record(
                new RunEnd(
                        result, around.clock().instant(), attempts, sentence(outcome, journal.differing(), problems)),
                outcome);
        certify(record, problems);
        return record;
    }

    /** One sentence for people. */
    private String sentence(Outcome outcome, long differing, List<String> problems) {
        List<String> parts = new ArrayList<>();
        parts.add("%s restored to %s (%s)"
                .formatted(Sizes.objects(outcome.written().objects()), plan.to(), Sizes.bytes((double)
                        outcome.written().bytes())));
        add(parts, differing, "%s of them not in every detail as they were");
        add(parts, outcome.identical().objects(), "%s there already");
        add(parts, Outcome.sum(outcome.skipped()).objects(), "%s skipped");
        add(parts, Outcome.sum(outcome.failed()).objects(), "%s failed");
        add(parts, outcome.deleted().objects(), "%s deleted");
        add(parts, Outcome.sum(outcome.spared()).objects(), "%s not deleted");
        String what = String.join(", ", parts) + ".";
        return problems.isEmpty() ? what : what + " It does not add up: " + String.join("; ", problems) + ".";
    }

    private static void add(List<String> parts, long count, String words) {
        if (count > 0) {
            parts.add(words.formatted(Sizes.number(count)));
        }
    }

    @Override
    public RestoreRecord stopped(RunResult result, String why) {
        RestoreRecord record = record(new RunEnd(result, around.clock().instant(), 1, why), sofar());
        try {
            certify(record, record.outcome().problems());
        } catch (IOException e) {
            LOG.error("The certificate of the restore {} cannot be written: {}", id(), e.getMessage());
        }
        return record;
    }

    /** Where not even the journal could be opened this time, what an earlier run has certified is still so. */
    private Outcome sofar() {
        if (!progress.isFollowing()) {
            try {
                return restores.certified(id())
                        .map(earlier -> earlier.record().outcome())
                        .orElseGet(progress::outcome);
            } catch (IOException e) {
                LOG.warn("The earlier certificate of the restore {} cannot be read: {}", id(), e.getMessage());
            }
        }
        return progress.outcome();
    }

    private void certify(RestoreRecord record, List<String> problems) throws IOException {
        long named = Files.exists(restores.journal(id()))
                ? NotWritten.write(
                        restores.lines(id()), restores.journal(id()), restores.notWritten(id()), restores.scratch(id()))
                : 0;
        restores.certify(new Restores.Certificate(
                Restores.Certificate.FORMAT,
                around.version(),
                planned,
                record,
                named == 0 ? null : String.valueOf(restores.notWritten(id()).getFileName()),
                problems));
    }

    private RestoreRecord record(RunEnd end, Outcome outcome) {
        return new RestoreRecord(id(), asked.trigger, asked.startedAt, end, what(), outcome);
    }

    private RestoreRecord.What what() {
        return new RestoreRecord.What(plan.snapshot(), planned.request().buckets(), plan.to());
    }

    @Override
    public String reason(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        return DiskFull.isCauseOf(failure) && !(failure instanceof Target.TargetException)
                ? "The data folder's disk is full, and the restore keeps its journal there: make room, and start it"
                        + " again; it goes on where it was."
                : message;
    }

    @Override
    public String remains() {
        return "what was written stays, and started again it goes on from there";
    }

    @Override
    public JobState state() {
        return new RestoreState(
                id(),
                asked.trigger,
                asked.startedAt,
                around.clock().instant(),
                what(),
                progress.state(System.nanoTime()),
                progress.transfers());
    }

    @Override
    public synchronized void stopping() {
        progress.stop();
        if (worker != null) {
            worker.interrupt();
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
