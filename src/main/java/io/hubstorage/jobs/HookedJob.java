package io.hubstorage.jobs;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.HookOutcome.When;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.jobs.JobHooks.Hook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The hooks of one job, and what became of them. Those before end the job when they fail and that is wanted; those after know how
 * it ended and change nothing of that. What is run here runs on the job's thread; what stops it comes from any.
 */
final class HookedJob {
    /** What is left of the time to stop a container once a hook before has been killed. */
    static final Duration WHEN_STOPPED = Duration.ofSeconds(4);

    private final JobHooks configured;
    private final Work work;
    private final String noun;
    private final Job job;
    private List<? extends Hook> hooks = List.of();
    private final List<HookOutcome> outcomes = new ArrayList<>();
    private boolean after;
    private boolean skip;
    private long hurry;
    private boolean hurried;

    HookedJob(JobHooks configured, Work work, Job job) {
        this.configured = configured;
        this.work = work;
        this.noun = work.noun();
        this.job = job;
    }

    /** Finds out which there are. A trial disturbs nobody: it has none. */
    void find() {
        List<? extends Hook> found = configured.of(work.kind());
        hooks = found.isEmpty() || work.begun().dryRun() ? List.of() : found;
    }

    boolean hasBefore() {
        return of(When.BEFORE).findAny().isPresent();
    }

    private Stream<? extends Hook> of(When when) {
        return hooks.stream().filter(hook -> hook.when() == when);
    }

    /**
     * Runs those before, up to one that keeps the job from beginning.
     *
     * @return why the job does not begin
     * @throws CancellationException when it was told to stop
     */
    Optional<String> before(JobRecord begun) {
        for (Hook hook : of(When.BEFORE).toList()) {
            job.check();
            HookOutcome outcome = run(hook, begun, job::isStopped);
            job.check();
            if (!outcome.ok() && hook.cancels()) {
                return Optional.of(outcome.sentence(noun)
                        + (outcome.said().isEmpty() ? " " : ". ")
                        + "So the %s did not begin.".formatted(noun));
            }
        }
        return Optional.empty();
    }

    /** Runs those after, each of them whatever became of the others. */
    void after(JobRecord ended) {
        setAfter(true);
        try {
            of(When.AFTER).filter(hook -> hook.concerns(ended)).forEach(hook -> run(hook, ended, this::isSkipped));
        } finally {
            setAfter(false);
        }
    }

    private HookOutcome run(Hook hook, JobRecord record, BooleanSupplier stop) {
        synchronized (this) {
            skip = false;
        }
        HookOutcome outcome = hook.run(record, stop);
        outcomes.add(outcome);
        return outcome;
    }

    private synchronized void setAfter(boolean now) {
        after = now;
    }

    private synchronized boolean isSkipped() {
        return skip || (hurried && System.nanoTime() - hurry >= 0);
    }

    /** Ends the one that runs after the job; false where none does. The others still have their turn: one may be to unmount a disk. */
    synchronized boolean skip() {
        skip |= after;
        return after;
    }

    /** The program ends in a moment, and with it whatever still runs; the same answer. */
    synchronized boolean hurry() {
        if (!hurried) {
            hurried = true;
            hurry = System.nanoTime() + WHEN_STOPPED.toNanos();
        }
        return after;
    }

    /** A record with what became of them so far, and with what went wrong in its message, unless that says it already. */
    JobRecord told(JobRecord record) {
        if (outcomes.equals(record.end().hooks())) {
            return record;
        }
        RunEnd end = record.end().with(outcomes);
        for (HookOutcome outcome : outcomes) {
            String sentence = outcome.sentence(noun);
            String message = end.message();
            if (!outcome.ok() && (message == null || !message.contains(sentence))) {
                String before = message == null || message.isBlank() ? "" : message.replaceFirst("\\.?$", ". ");
                end = end.saying(before + sentence);
            }
        }
        return record.with(end);
    }
}
