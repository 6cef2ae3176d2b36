package io.hubstorage.jobs;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.FolderAccess;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The life of one job. All that is published of it comes from the context that it was begun on, in order. */
final class JobLife {
    private static final Logger LOG = LoggerFactory.getLogger(JobLife.class);
    private static final long PROGRESS_MILLIS = 200;
    /** It is looked for trouble each time that so much progress was told. */
    private static final int LOOK_EVERY = 5;

    private final Vertx vertx;
    private final Work work;
    private final HistoryStore history;
    private final InstantSource clock;
    private final Context context;
    private final Bus bus;
    private final Job job = new Job();
    private final CompletableFuture<String> admission = new CompletableFuture<>();
    private final Promise<Void> ended = Promise.promise();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final HookedJob hooks;
    private volatile boolean admitted;
    /** Whether it has what it needs, so that what gets lost of that is trouble. */
    private volatile boolean working;

    private long timer = -1;
    private int told;

    JobLife(Vertx vertx, Work work, HistoryStore history, InstantSource clock, JobHooks configured) {
        this.vertx = vertx;
        this.work = work;
        this.history = history;
        this.clock = clock;
        this.context = vertx.getOrCreateContext();
        this.bus = new Bus(vertx);
        this.hooks = new HookedJob(configured, work, job);
    }

    Work work() {
        return work;
    }

    /** Whether it is a job at all: until then it only asks, and may be refused. */
    boolean isAdmitted() {
        return admitted;
    }

    /** Completes when the job has ended, its record is in the history, and everybody has been told. */
    Future<Void> ended() {
        return ended.future();
    }

    /** @param over called once, when another job may take its place */
    Future<String> begin(Consumer<JobLife> over) {
        // Not a virtual one: a disk that does not answer would keep what carries them, which may be one thread for all.
        Thread.ofPlatform().daemon().name(work.kind().word() + "-" + work.id()).start(() -> {
            MDC.put("run", work.id());
            try {
                live(over);
            } finally {
                MDC.remove("run");
            }
        });
        return Future.fromCompletionStage(admission, context);
    }

    private void live(Consumer<JobLife> over) {
        JobRecord record;
        try {
            hooks.find();
            if (hooks.hasBefore()) {
                // From here on it is a job that others hear of: a hook may take long, and what comes of it is to be
                // told.
                announce();
            }
            Callable<JobRecord> step = () -> work.run(job);
            try {
                RunEnd prevented = prevented();
                if (prevented != null) {
                    step = () -> work.begun().with(prevented);
                }
            } catch (ReplyException refused) {
                over.accept(this);
                ended.complete();
                admission.completeExceptionally(refused);
                return;
            } catch (Exception e) {
                step = () -> {
                    throw e;
                };
            }
            if (!admitted) {
                announce();
            }
            working = true;
            record = recorded(work.begun(), step);
        } catch (RuntimeException | Error e) {
            // Whatever happened, the job has ended: without a record the next one could never begin.
            admit();
            record = unforeseen(e);
        } finally {
            working = false;
            close();
        }
        // Nothing is held any more, so that a disk can be unmounted.
        JobRecord last = afterHooks(record);
        context.runOnContext(_ -> finished(last, over));
    }

    private void announce() {
        admit();
        LOG.info(
                "The {} {} begins ({})",
                work.noun(),
                work.id(),
                BusJson.word(work.begun().trigger()));
        context.runOnContext(_ -> started());
    }

    /**
     * Takes what the work needs, once the hooks before it have run.
     *
     * @return how the job ended where it did not come to its work; null where it goes on
     * @throws ReplyException when there is to be no job
     */
    private @Nullable RunEnd prevented() throws IOException {
        try {
            Optional<String> why = hooks.hasBefore() ? hooks.before(work.begun()) : Optional.empty();
            if (why.isPresent()) {
                return prevented(RunResult.FAILED, why.get());
            }
            work.admit();
            return null;
        } catch (CancellationException e) {
            if (!admitted) {
                throw e;
            }
            return prevented(job.result(), job.reason());
        } catch (ReplyException refused) {
            if (!admitted) {
                throw refused;
            }
            return prevented(RunResult.FAILED, String.valueOf(refused.getMessage()));
        }
    }

    /** Nothing of the work is asked for it: another process may be at the same one. */
    private RunEnd prevented(RunResult result, String why) {
        return new RunEnd(result, clock.instant(), 0, why, result == RunResult.INTERRUPTED);
    }

    private JobRecord afterHooks(JobRecord record) {
        try {
            hooks.after(record);
            JobRecord last = hooks.told(record);
            if (!last.equals(record)) {
                // Once more, with what the hooks said: without them it is there already.
                history.append(last);
            }
            return last;
        } catch (RuntimeException e) {
            LOG.error("what became of the hooks after this run is not in the history: {}", e.toString());
            return record;
        }
    }

    private void admit() {
        admitted = true;
        admission.complete(work.id());
    }

    private void close() {
        try {
            work.close();
        } catch (RuntimeException e) {
            LOG.error("what this run had taken could not be given back", e);
        }
    }

    private JobRecord recorded(JobRecord begun, Callable<JobRecord> step) {
        Callable<JobRecord> next = step;
        try {
            history.append(begun);
        } catch (UncheckedIOException e) {
            LOG.error("the begin of this run is not in the history: {}", e.getMessage());
            // A backup that is written down nowhere is better than none; its end says so.
            if (DiskFull.isCauseOf(e)) {
                String full = DiskFull.sentence(history.folder(), e.getMessage());
                next = () -> work.stopped(RunResult.FAILED, full + ". Make room there; nothing was begun");
            }
        }
        JobRecord record = hooks.told(outcome(next));
        try {
            history.append(record);
        } catch (UncheckedIOException e) {
            // What was done is done, whether or not it can be written down; the next start tries again.
            LOG.error("the end of this run is not in the history: {}", e.getMessage());
            record = unwritten(record, e);
        }
        if (record.result() == RunResult.SUCCESS) {
            LOG.info("{}", record.message());
        } else {
            LOG.warn("{}: {}", BusJson.word(record.result()), record.message());
        }
        return record;
    }

    private JobRecord outcome(Callable<JobRecord> step) {
        try {
            return step.call();
        } catch (CancellationException | InterruptedException _) {
            return work.stopped(job.result(), job.reason());
        } catch (UncheckedIOException e) {
            return failed(e);
        } catch (RuntimeException | Error e) {
            return unforeseen(e);
        } catch (Exception e) {
            return failed(e);
        }
    }

    /** What ends a job that was told to stop is not why it ends. */
    private JobRecord failed(Exception e) {
        LOG.debug("the run failed", e);
        return job.isStopped()
                ? work.stopped(job.result(), job.reason())
                : work.stopped(RunResult.FAILED, work.reason(e));
    }

    private JobRecord unforeseen(Throwable e) {
        LOG.error("the run failed in an unforeseen way", e);
        return work.stopped(RunResult.FAILED, "internal error: " + e);
    }

    /** Says in the record itself, and to whoever looks after the program, that it is kept nowhere. */
    private JobRecord unwritten(JobRecord record, UncheckedIOException e) {
        Path folder = history.folder();
        FolderAccess.Problem problem = FolderAccess.tryOut(folder)
                .or(() -> FolderAccess.askFile(HistoryStore.in(folder)))
                .orElseGet(() -> new FolderAccess.Problem(
                        String.valueOf(e.getMessage()), "See whether the disk of %s is well.".formatted(folder)));
        bus.publish(
                Addresses.ALARM_RAISE,
                Alarm.of(
                        Alarm.Kind.HISTORY_UNWRITABLE,
                        "",
                        clock.instant(),
                        "The run of %s could not be written to the history. %s"
                                .formatted(record.startedAt().truncatedTo(ChronoUnit.SECONDS), problem.what()),
                        problem.remedy()));
        RunEnd end = record.end();
        String more = "; this run is not in the history: " + problem.sentence();
        return record.with(end.saying(end.message() == null ? more : end.message() + more));
    }

    /** Tells it to stop; false when it has begun to commit, and ends by itself in a moment. */
    boolean stop(RunResult as, String why) {
        boolean hooked = as == RunResult.INTERRUPTED ? hooks.hurry() : hooks.skip();
        if (hooked) {
            // The job itself is over, and how it ended stays.
            return true;
        }
        return stopWork(as, why);
    }

    /** What is found to be in its way is nothing to its hooks: one after it may just have unmounted its disk. */
    private boolean stopWork(RunResult as, String why) {
        if (!job.stop(as, why)) {
            return false;
        }
        work.stopping();
        return true;
    }

    private void started() {
        bus.publish(work.kind().started(), work.state());
        timer = vertx.setPeriodic(PROGRESS_MILLIS, _ -> progress());
    }

    private void progress() {
        bus.publish(work.kind().progress(), work.state());
        // One look at a time: on a disk that hangs each would keep a thread.
        if (++told % LOOK_EVERY == 0 && working && !job.isStopped() && looking.compareAndSet(false, true)) {
            // No worker of Vert.x: nobody waits for one that is still at it when the job ends, and the program with it.
            Thread.ofPlatform().daemon().name("look-" + work.id()).start(this::lookForTrouble);
        }
    }

    private void lookForTrouble() {
        try {
            work.trouble().ifPresent(why -> {
                if (stopWork(RunResult.FAILED, why)) {
                    LOG.error("{}", why);
                }
            });
        } catch (IOException | RuntimeException e) {
            LOG.debug("whether anything is in the way of this run cannot be told", e);
        } finally {
            looking.set(false);
        }
    }

    private void finished(JobRecord record, Consumer<JobLife> over) {
        vertx.cancelTimer(timer);
        over.accept(this);
        try {
            work.ended(record);
            bus.publish(work.kind().progress(), work.state());
        } catch (RuntimeException e) {
            LOG.error("the last state of this run cannot be told", e);
        }
        bus.publish(work.kind().finished(), record);
        ended.complete();
    }
}
