package io.hubstorage.jobs;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of this process, from the moment that somebody asks for one until everybody knows how it ended: which may run beside
 * which, its thread, its records in the history, what is published of it, how it is stopped, and what becomes of those that an
 * earlier process left without an end. Thread-safe.
 */
public final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

    /** Which kinds must not run beside which: the one place that says so. What is not in it excludes nothing. */
    private static final Map<JobKind, Set<JobKind>> EXCLUDES = new EnumMap<>(Map.of(
            JobKind.BACKUP, EnumSet.of(JobKind.BACKUP),
            JobKind.RESTORE, EnumSet.of(JobKind.RESTORE),
            JobKind.DRILL, EnumSet.of(JobKind.DRILL),
            JobKind.VERIFY, EnumSet.of(JobKind.VERIFY, JobKind.REPAIR),
            JobKind.REPAIR, EnumSet.of(JobKind.REPAIR, JobKind.REPLICATION),
            JobKind.RETENTION,
                    EnumSet.of(JobKind.RETENTION, JobKind.REPAIR, JobKind.REPLICATION, JobKind.RESTORE, JobKind.DRILL),
            JobKind.REPLICATION, EnumSet.of(JobKind.REPLICATION)));

    private final Vertx vertx;
    private final HistoryStore history;
    private final InstantSource clock;
    private final JobHooks hooks;
    private final List<JobLife> underWay = new ArrayList<>();
    private boolean stopping;

    /** Without hooks. */
    public Jobs(Vertx vertx, HistoryStore history, InstantSource clock) {
        this(vertx, history, clock, JobHooks.NONE);
    }

    /** @param hooks what runs before and after each job */
    public Jobs(Vertx vertx, HistoryStore history, InstantSource clock, JobHooks hooks) {
        this.hooks = hooks;
        this.vertx = vertx;
        this.history = history;
        this.clock = clock;
    }

    /** Whether one must not run beside the other. */
    static boolean exclude(JobKind one, JobKind other) {
        return EXCLUDES.getOrDefault(one, Set.of()).contains(other)
                || EXCLUDES.getOrDefault(other, Set.of()).contains(one);
    }

    /**
     * Starts a job, and completes with its id on the caller's context once it has been admitted; what is then published of it comes
     * behind that, on the same context. Fails by {@link Bus#refusal}: with {@link Bus#CONFLICT} while another job excludes it, or with
     * what the work refuses by. Then there has been no job. With hooks before it, it is a job from the first of them on, and what the
     * work then refuses by is how it ends.
     */
    public Future<String> start(Work work) {
        JobLife life = new JobLife(vertx, work, history, clock, hooks);
        synchronized (this) {
            if (stopping) {
                return Future.failedFuture(Bus.refusal(Bus.UNUSABLE, "HubStorage is being stopped"));
            }
            for (JobLife other : underWay) {
                if (exclude(work.kind(), other.work().kind())) {
                    String why = "a %s is running already (%s)"
                            .formatted(other.work().noun(), other.work().id());
                    return Future.failedFuture(Bus.refusal(Bus.CONFLICT, why));
                }
            }
            underWay.add(life);
        }
        return life.begin(this::leave);
    }

    private synchronized void leave(JobLife life) {
        underWay.remove(life);
    }

    /** The work of that type that is under way; none that only asks to be admitted, and may be refused. */
    public <W extends Work> Optional<W> current(Class<W> type) {
        return current().stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** Whether a job of that kind is under way, likewise. */
    public boolean isUnderWay(JobKind kind) {
        return current().stream().anyMatch(work -> work.kind() == kind);
    }

    /** The works that are under way, likewise. */
    synchronized List<Work> current() {
        return underWay.stream().filter(JobLife::isAdmitted).map(JobLife::work).toList();
    }

    /**
     * Tells a job to stop, and returns its id.
     *
     * @param kind only one of this kind
     * @param id only this one
     * @throws ReplyException by {@link Bus#refusal}, with {@link Bus#NOT_FOUND} where there is none, and {@link Bus#CONFLICT} where it
     *     cannot be stopped any more
     */
    public String cancel(@Nullable JobKind kind, @Nullable String id) {
        JobLife life = find(kind, id)
                .orElseThrow(() -> Bus.refusal(
                        Bus.NOT_FOUND,
                        "no %s is running%s"
                                .formatted(
                                        kind == null ? "job" : kind.word(), id == null ? "" : " under the id " + id)));
        if (!life.stop(RunResult.CANCELLED, "stopped on request; " + life.work().remains())) {
            throw Bus.refusal(
                    Bus.CONFLICT,
                    "the %s is committing what it did and ends in a moment"
                            .formatted(life.work().noun()));
        }
        return life.work().id();
    }

    /** What the history says last of a job. Blocking. */
    public Optional<JobRecord> recorded(String id) {
        return history.find(id);
    }

    /** What the history says of jobs of that kind, the newest first; not of all, where there were very many. Blocking. */
    public List<JobRecord> recorded(JobKind kind) {
        return history.page(kind, HistoryStore.KEEP, null);
    }

    private synchronized Optional<JobLife> find(@Nullable JobKind kind, @Nullable String id) {
        return underWay.stream()
                .filter(life -> kind == null || life.work().kind() == kind)
                .filter(life -> id == null || life.work().id().equals(id))
                .findFirst();
    }

    /**
     * Finds the work that goes on with a job, under its id; empty where nothing can.
     *
     * @param <R> the record of the job
     */
    @FunctionalInterface
    public interface TakeUp<R extends JobRecord> {
        /**
         * Looks whether it can be gone on with.
         *
         * @throws IOException when nobody can tell now, as when a disk is not mounted; then all stays as it is
         */
        Optional<? extends Work> of(R left) throws IOException;
    }

    /**
     * Settles what an earlier process left without an end: goes on with it, or tells that it was interrupted. Completes when the
     * history has been looked through; what is gone on with runs one after the other.
     *
     * @param takeUp may block. Where the work refuses to be admitted, as when another process is at it, all stays as it is
     */
    public <R extends JobRecord> Future<Void> settle(Class<R> type, TakeUp<R> takeUp) {
        return vertx.executeBlocking(
                        () -> {
                            List<Work> works = new ArrayList<>();
                            for (R left : history.unfinished(type).reversed()) {
                                try {
                                    takeUp.of(left).ifPresentOrElse(works::add, () -> interrupted(left));
                                } catch (IOException e) {
                                    LOG.warn(
                                            "{} {} is left as it is until the next start: {}",
                                            left.kind().word(),
                                            left.runId(),
                                            e.getMessage());
                                }
                            }
                            return works;
                        },
                        false)
                .<Void>map(works -> {
                    Future<Void> before = Future.succeededFuture();
                    for (Work work : works) {
                        before = before.compose(_ -> goOn(work));
                    }
                    return null;
                })
                .onFailure(e -> LOG.warn("What an earlier process left without an end cannot be settled", e));
    }

    private void interrupted(JobRecord left) {
        JobRecord ended = left.with(new RunEnd(
                RunResult.INTERRUPTED,
                clock.instant(),
                left.end().attempts(),
                "The program ended in the middle of this %s."
                        .formatted(left.kind().word())));
        LOG.info("Run {}: {}", ended.runId(), ended.message());
        history.append(ended);
        new Bus(vertx).publish(ended.kind().finished(), ended);
    }

    private Future<Void> goOn(Work work) {
        return start(work)
                .compose(_ -> ended(work.id()))
                .onFailure(e -> LOG.warn("{} {} is not gone on with: {}", work.noun(), work.id(), e.getMessage()))
                .otherwiseEmpty();
    }

    private Future<Void> ended(String id) {
        return find(null, id).map(JobLife::ended).orElseGet(Future::succeededFuture);
    }

    /**
     * Lets no further job begin, and tells those that are under way to stop so that they can be gone on with. Completes when each has
     * ended and everybody has been told.
     */
    public Future<Void> stop() {
        List<JobLife> last;
        synchronized (this) {
            stopping = true;
            last = List.copyOf(underWay);
        }
        last.forEach(life -> life.stop(
                RunResult.INTERRUPTED, "the service was stopped; " + life.work().remains()));
        return Future.join(last.stream().map(JobLife::ended).toList()).mapEmpty();
    }
}
