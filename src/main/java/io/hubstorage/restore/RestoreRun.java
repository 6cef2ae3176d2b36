package io.hubstorage.restore;

import io.hubstorage.browse.NotThereException;
import io.hubstorage.browse.SnapshotReader;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.Journal.Outcome;
import io.hubstorage.restore.PlanLine.Action;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.restore.targets.Target.ConflictException;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.restore.targets.Target.TargetException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a plan says, line by line, several at once, and writes down in the journal what became of each. What the journal has is not
 * done again, so that one that was broken off anywhere goes on from there. What fails and may pass is tried again in the next
 * attempt. Blocking; used once.
 */
final class RestoreRun {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreRun.class);

    private final SnapshotReader snapshot;
    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Path lines;
    private final Target target;
    private final Journal journal;
    private final RestoreProgress progress;
    private final Attempts attempts;
    private final InstantSource clock;

    /**
     * When what failed is tried again.
     *
     * @param most how often at most, the first time included
     */
    record Attempts(int most, Duration pause) {}

    /** What a run goes by. */
    record Basis(SnapshotReader snapshot, RestoreRequest request, RestorePlan plan, Path lines) {}

    RestoreRun(
            Basis basis,
            Target target,
            Journal journal,
            RestoreProgress progress,
            Attempts attempts,
            InstantSource clock) {
        this.snapshot = basis.snapshot;
        this.request = basis.request;
        this.plan = basis.plan;
        this.lines = basis.lines;
        this.target = target;
        this.journal = journal;
        this.progress = progress;
        this.attempts = attempts;
        this.clock = clock;
    }

    /**
     * Until nothing is left.
     *
     * @return how many attempts it took
     * @throws TargetException when it makes no sense to go on
     */
    int execute(Job job) throws TargetException, IOException, InterruptedException {
        progress.follow(journal);
        if (journal.isGoneOnWith() && isOpen()) {
            target.requireBegun();
        }
        clear();
        target.prepare();
        int attempt = 1;
        while (!write(job, attempt >= attempts.most)) {
            progress.enter(RunPhase.RETRYING, clock.instant().plus(attempts.pause));
            job.pause(attempts.pause);
            attempt++;
        }
        if (plan.counts().delete().objects() > 0) {
            // Where something could not be written, what is there may be all that there is.
            RestoreRecord.Outcome so = journal.outcome(plan.counts());
            boolean spare =
                    !so.failed().isEmpty() || !so.skipped().equals(plan.counts().skipped());
            pass(job, Action.DELETE, (line, _) -> {
                if (spare) {
                    journal.end(line, Outcome.SPARED, "failures", "Not everything could be written.");
                } else {
                    delete(line);
                }
            });
        }
        job.beginCommit();
        progress.enter(RunPhase.COMMITTING, null);
        sync();
        clear();
        return attempt;
    }

    private void sync() throws TargetException, IOException {
        try {
            target.sync();
        } catch (IOException | TargetException e) {
            journal.lose();
            throw e;
        }
    }

    /** Whether something is left to be written or deleted. */
    private boolean isOpen() {
        RestoreRecord.Outcome so = journal.outcome(plan.counts());
        long deleted =
                so.deleted().objects() + RestoreRecord.Outcome.sum(so.spared()).objects();
        return so.left().objects() > 0 || deleted < plan.counts().delete().objects();
    }

    /** What cannot be cleared away is no reason to restore nothing, nor to say that nothing was restored. */
    private void clear() throws IOException, InterruptedException {
        try {
            target.clear();
        } catch (TargetException e) {
            LOG.warn("What was left half-done in the target could not be cleared away: {}", e.getMessage());
        }
    }

    /** Whether nothing is left to be tried again. */
    private boolean write(Job job, boolean last) throws TargetException, IOException, InterruptedException {
        progress.enter(RunPhase.TRANSFERRING, null);
        AtomicLong again = new AtomicLong();
        pass(job, Action.WRITE, (line, entry) -> {
            if (!write(line, entry, last)) {
                again.incrementAndGet();
            }
        });
        return again.get() == 0;
    }

    @FunctionalInterface
    private interface Step {
        void run(PlanLine line, @Nullable ManifestEntry entry)
                throws TargetException, IOException, InterruptedException;
    }

    /** Every line of that action which has not ended. */
    private void pass(Job job, Action action, Step step) throws TargetException, IOException, InterruptedException {
        try {
            WorkerPool.<Exception>run(target::atOnce, target.threads(), pool -> {
                try (PlanFile.Reader plan = PlanFile.open(lines, 0);
                        EntryFinder entries = new EntryFinder(snapshot)) {
                    for (PlanLine line = plan.next(); line != null; line = plan.next()) {
                        job.check();
                        if (line.action() == action && !journal.isEnded(line.line())) {
                            PlanLine each = line;
                            ManifestEntry entry = action == Action.WRITE ? entries.find(line) : null;
                            pool.submit(() -> {
                                job.check();
                                step.run(each, entry);
                            });
                        }
                    }
                }
            });
        } catch (TargetException | IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no step throws that", e);
        }
    }

    /** How it ended. */
    private record End(
            Outcome outcome,
            @Nullable String reason,
            @Nullable String detail) {
        static End of(Target.Written written) {
            return written.differences().isEmpty()
                    ? new End(Outcome.WRITTEN, null, null)
                    : new End(Outcome.WRITTEN, Journal.DIFFERS, String.join("; ", written.differences()));
        }

        static End failed(String reason, Exception failure) {
            return new End(Outcome.FAILED, reason, failure.getMessage());
        }
    }

    /** Whether it has ended; if not, it is to be tried again. */
    private boolean write(PlanLine line, @Nullable ManifestEntry entry, boolean last)
            throws TargetException, IOException, InterruptedException {
        End end;
        try {
            end = entry == null || entry.size() != line.size()
                    ? new End(Outcome.FAILED, "missing", "The snapshot is another than when the plan was made.")
                    : written(line, entry);
        } catch (TargetException e) {
            if (e.concernsAll()) {
                throw e;
            }
            if (e.mayPass() && !last) {
                LOG.debug("{}/{} is tried again later", line.bucket(), line.key(), e);
                return false;
            }
            end = End.failed(e.code(), e);
        }
        if (end.outcome == Outcome.FAILED) {
            LOG.warn("{}/{} was not restored: {}", line.bucket(), line.key(), end.detail);
        }
        journal.end(line, end.outcome, end.reason, end.detail);
        return true;
    }

    private End written(PlanLine line, ManifestEntry entry) throws TargetException, IOException, InterruptedException {
        if (!journal.isBegun(line.line())) {
            journal.begin(line);
        } else {
            // By a process that was killed before it could say so.
            Optional<Target.Written> there = target.holds(line.to(), entry);
            if (there.isPresent()) {
                return End.of(there.get());
            }
        }
        try {
            return copied(line, entry);
        } catch (ConflictException e) {
            return target.holds(line.to(), entry)
                            .filter(there -> there.differences().isEmpty())
                            .isPresent()
                    ? new End(Outcome.IDENTICAL, null, null)
                    : new End(Outcome.SKIPPED, "changed", e.getMessage());
        }
    }

    private End copied(PlanLine line, ManifestEntry entry)
            throws ConflictException, TargetException, InterruptedException {
        try {
            Path file = entry.directory() ? null : snapshot.file(line.bucket(), entry);
            Source source = new Source(file, entry, progress.begin(line));
            return End.of(target.write(line.to(), entry, source, condition(line, entry)));
        } catch (NotThereException e) {
            return End.failed("missing", e);
        } catch (Source.DamagedException e) {
            return End.failed("damaged", e);
        } catch (IOException e) {
            if (e instanceof ClosedByInterruptException
                    || Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            return new End(Outcome.FAILED, "unreadable", "The file in the snapshot cannot be read: " + e);
        } finally {
            progress.end(line);
        }
    }

    private Condition condition(PlanLine line, ManifestEntry entry)
            throws TargetException, IOException, InterruptedException {
        if (request.overwrite() == RestoreRequest.Overwrite.ALWAYS) {
            return new Condition.Any();
        }
        if (journal.wasWritten(line.line())) {
            // A power loss may have torn it; by its time it is still ours.
            Optional<Found> ours = target.find(line.key(), line.to()).filter(found -> hasTimeOf(found, entry));
            if (ours.isPresent()) {
                return new Condition.Unchanged(ours.get());
            }
        }
        return line.found() == null ? new Condition.Absent() : new Condition.Unchanged(found(line, line.found()));
    }

    private static boolean hasTimeOf(Found found, ManifestEntry entry) {
        return Duration.between(found.lastModified(), entry.lastModified())
                        .abs()
                        .compareTo(Duration.ofSeconds(1))
                < 0;
    }

    private static Found found(PlanLine line, PlanLine.Seen seen) {
        return new Found(line.key(), line.to(), seen.size(), seen.etag(), seen.lastModified());
    }

    private void delete(PlanLine line) throws TargetException, IOException, InterruptedException {
        try {
            target.delete(found(line, Objects.requireNonNull(line.found())));
            journal.end(line, Outcome.DELETED, null, null);
        } catch (ConflictException e) {
            journal.end(line, Outcome.SPARED, "changed", e.getMessage());
        } catch (TargetException e) {
            if (e.concernsAll()) {
                throw e;
            }
            journal.end(line, Outcome.SPARED, e.code(), e.getMessage());
        }
    }
}
