package io.hubstorage.jobs;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers for the jobs of every kind. Deploy it before the verticles that start any, and undeploy it before them: then those that
 * are under way are stopped.
 */
public final class JobsVerticle extends VerticleBase {
    private final Jobs jobs;
    private final HistoryStore history;

    /** For these jobs, which that history knows. */
    public JobsVerticle(Jobs jobs, HistoryStore history) {
        this.jobs = jobs;
        this.history = history;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        return Future.all(
                bus.answer(Addresses.JOBS_LIST, this::list),
                bus.answer(Addresses.JOBS_GET, this::get),
                bus.answer(Addresses.JOBS_STATUS, _ -> vertx.executeBlocking(this::status, false)),
                bus.answer(Addresses.JOBS_CANCEL, body -> {
                    String id = BusJson.request(body, JobMessage.Cancel.class).runId();
                    return Future.succeededFuture(new JobMessage.Cancel(jobs.cancel(null, id)));
                }));
    }

    @Override
    public Future<?> stop() {
        return jobs.stop();
    }

    private Future<JobMessage.Page> list(JsonObject body) {
        JobMessage.Query query = BusJson.request(body, JobMessage.Query.class);
        HistoryStore.pageSize(query.limit());
        Set<String> current = jobs.current().stream().map(Work::id).collect(Collectors.toSet());
        return vertx.executeBlocking(() -> history.search(query, current::contains), false);
    }

    private Future<JobMessage.Found> get(JsonObject body) {
        String id = BusJson.request(body, JobMessage.Get.class).runId();
        return vertx.executeBlocking(() -> history.place(id), false)
                .map(found ->
                        found.orElseThrow(() -> Bus.refusal(Bus.NOT_FOUND, "the history knows no job of the id " + id)))
                .map(place -> new JobMessage.Found(
                        place.record(),
                        jobs.current().stream()
                                .filter(work -> work.id().equals(id))
                                .map(Work::state)
                                .findFirst()
                                .orElse(null),
                        place.older(),
                        place.newer()));
    }

    private JobMessage.Status status() {
        return new JobMessage.Status(
                Stream.of(JobKind.values()).map(this::ofKind).toList());
    }

    private JobMessage.OfKind ofKind(JobKind kind) {
        return new JobMessage.OfKind(
                kind,
                jobs.current().stream()
                        .filter(work -> work.kind() == kind)
                        .map(Work::state)
                        .findFirst()
                        .orElse(null),
                history.lastEnded(kind).orElse(null),
                history.lastSuccess(kind).orElse(null));
    }
}
