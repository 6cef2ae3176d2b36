package io.hubstorage.restore;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestoreMessage.State;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.snapshot.DataLock;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans restores, starts them, and tells of them. */
public final class RestoreVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreVerticle.class);
    private static final Duration CLEAN_EVERY = Duration.ofHours(1);

    private final Surroundings around;
    private final Jobs jobs;
    private final boolean alone;
    private final PendingPlans plans = new PendingPlans();
    private final RestoreViews views;

    /**
     * @param version of the program, for certificates
     * @param alone whether only the command that started the program can ask: it may name any folder of this machine, and what an
     *     earlier process left is for the service to go on with
     */
    public RestoreVerticle(ConfigStore config, Jobs jobs, InstantSource clock, String version, boolean alone) {
        this(new Surroundings(config, Targets.of(config, version), clock, version), jobs, alone);
    }

    RestoreVerticle(Surroundings around, Jobs jobs, boolean alone) {
        this.around = around;
        this.jobs = jobs;
        this.alone = alone;
        this.views = new RestoreViews(around, jobs, plans);
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        vertx.setPeriodic(
                CLEAN_EVERY.toMillis(),
                _ -> blocking(() -> {
                    clean();
                    return true;
                }));
        return Future.all(List.of(
                        bus.answer(Addresses.RESTORE_PLAN, this::plan),
                        bus.answer(Addresses.RESTORE_START, this::start),
                        bus.answer(Addresses.RESTORE_CANCEL, this::cancel),
                        bus.answer(Addresses.RESTORE_STATUS, body -> {
                            String id = BusJson.request(body, RestoreMessage.Get.class)
                                    .id();
                            return blocking(() -> views.view(id));
                        }),
                        bus.answer(Addresses.RESTORE_LIST, body -> {
                            RestoreMessage.Query query = BusJson.request(body, RestoreMessage.Query.class);
                            return blocking(() -> views.list(query));
                        }),
                        bus.answer(Addresses.RESTORE_OBJECTS, body -> {
                            RestoreMessage.ObjectsQuery query =
                                    BusJson.request(body, RestoreMessage.ObjectsQuery.class);
                            return blocking(() -> views.objects(query));
                        }),
                        bus.answer(Addresses.RESTORE_REMOVE, this::remove)))
                .compose(_ -> alone ? Future.succeededFuture() : jobs.settle(RestoreRecord.class, this::takeUp));
    }

    @Override
    public Future<?> stop() {
        plans.stop();
        return Future.succeededFuture();
    }

    /** The data folder may be another one than a moment ago. */
    private Restores restores() {
        return new Restores(around);
    }

    private void clean() {
        restores().clean(around.clock().instant(), id -> plans.isMaking(id) || views.running(id) != null);
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    /**
     * One that an earlier process has not ended; empty where its plan is gone, or wants to write where only the command line may.
     *
     * @throws IOException when nobody can tell now
     */
    private Optional<? extends Work> takeUp(RestoreRecord left) throws IOException {
        Restores restores = restores();
        Optional<String> unusable = restores.problem();
        if (unusable.isPresent()) {
            throw new IOException(unusable.get());
        }
        Restores.Planned planned = restores.find(left.runId()).orElse(null);
        if (planned == null || planned.plan() == null || !restores.hasLines(left.runId())) {
            return Optional.empty();
        }
        Optional<String> problem = placeProblem(planned);
        if (problem.isEmpty()) {
            return Optional.of(new RestoreWork(
                    restores, planned, new RestoreWork.Asked(left.trigger(), left.startedAt()), around));
        }
        try (DataLock _ = restores.lock(left.runId(), around.clock().instant())) {
            LOG.warn(
                    "The restore {} is not gone on with: {} 'restore --resume {}' on the command line may go on with"
                            + " it.",
                    left.runId(),
                    problem.get(),
                    left.runId());
            return Optional.empty();
        } catch (DataLock.HeldException e) {
            throw new IOException("another HubStorage is at work on it (%s)".formatted(e.holder()), e);
        }
    }

    private Future<RestoreMessage.View> plan(JsonObject body) {
        RestoreRequest request = BusJson.request(body, RestoreRequest.class);
        request.problems().stream().findFirst().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        Instant now = around.clock().instant();
        String id = Job.id(now, ThreadLocalRandom.current());
        plans.announce(id);
        Restores.Planned asked = new Restores.Planned(id, now, request, null, null);
        return blocking(() -> {
                    if (!request.buckets().isEmpty()) {
                        // What is wrong with the place is told at once, where it can be.
                        Place.of(request, request.buckets().stream().distinct().toList(), id, around.config(), alone);
                    }
                    clean();
                    Restores restores = restores();
                    requireUsable(restores);
                    restores.save(asked);
                    plans.make(asked, new Planning(around, restores, alone));
                    return new RestoreMessage.View(id, State.PLANNING, now, request, null, null, null);
                })
                .onFailure(_ -> plans.forget(id));
    }

    private static void requireUsable(Restores restores) throws IOException {
        restores.problem().ifPresent(problem -> {
            throw Bus.refusal(Bus.UNUSABLE, problem);
        });
    }

    private Future<RestoreMessage.Started> start(JsonObject body) {
        RestoreMessage.Start start = BusJson.request(body, RestoreMessage.Start.class);
        return blocking(() -> work(start)).compose(jobs::start).map(RestoreMessage.Started::new);
    }

    private RestoreWork work(RestoreMessage.Start start) throws IOException {
        Restores restores = restores();
        requireUsable(restores);
        RestoreMessage.View view = views.view(start.id());
        RestorePlan plan = view.plan();
        if (view.state() == State.PLANNING || plan == null) {
            throw Bus.refusal(Bus.CONFLICT, "The plan is still being made.");
        }
        if (view.state() == State.REFUSED) {
            throw Bus.refusal(Bus.CONFLICT, String.join(" ", plan.problems()));
        }
        if (!start.digest().equals(plan.digest())) {
            throw Bus.refusal(
                    Bus.STALE, "This is not the digest of the plan: look at the plan, and start it with its own.");
        }
        RestoreRecord record = view.record();
        if (record != null
                && record.outcome().left().objects() == 0
                && (record.result() == RunResult.SUCCESS || record.result() == RunResult.PARTIAL)) {
            throw Bus.refusal(Bus.CONFLICT, "This restore has been done. Make another plan to do it again.");
        }
        if (!restores.hasLines(start.id())) {
            throw Bus.refusal(Bus.NOT_FOUND, "The plan has been cleared away; plans are kept for a day. Make another.");
        }
        Restores.Planned planned = restores.require(start.id());
        placeProblem(planned).ifPresent(problem -> {
            throw Bus.refusal(Bus.CONFLICT, problem);
        });
        Trigger trigger = start.trigger() == null ? Trigger.MANUAL : start.trigger();
        Instant begun = record == null ? around.clock().instant() : record.startedAt();
        return new RestoreWork(restores, planned, new RestoreWork.Asked(trigger, begun), around);
    }

    /** Why a plan must not write where it wants to, by what may be written to now and by whoever asks here. */
    private Optional<String> placeProblem(Restores.Planned planned) throws IOException {
        RestoreRequest request = planned.request();
        try {
            Place now = Place.of(request, request.buckets(), planned.id(), around.config(), alone);
            return now.equals(planned.place())
                    ? Optional.empty()
                    : Optional.of("The plan would write to another place by now: make another.");
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Future<RestoreMessage.Done> cancel(JsonObject body) {
        RestoreMessage.Cancel cancel = BusJson.request(body, RestoreMessage.Cancel.class);
        return Future.succeededFuture(new RestoreMessage.Done(jobs.cancel(JobKind.RESTORE, cancel.id())));
    }

    private Future<RestoreMessage.Done> remove(JsonObject body) {
        String id = BusJson.request(body, RestoreMessage.Remove.class).id();
        if (views.running(id) != null) {
            throw Bus.refusal(Bus.CONFLICT, "This restore is under way: cancel it first.");
        }
        if (plans.stop(id)) {
            return Future.succeededFuture(new RestoreMessage.Done(id));
        }
        return blocking(() -> {
            Restores restores = restores();
            restores.require(id);
            try (DataLock _ = restores.lock(id, around.clock().instant())) {
                restores.remove(id);
            } catch (DataLock.HeldException e) {
                throw Bus.refusal(
                        Bus.CONFLICT,
                        "Another HubStorage is at work on this restore (%s): cancel it there first."
                                .formatted(e.holder()));
            }
            return new RestoreMessage.Done(id);
        });
    }
}
