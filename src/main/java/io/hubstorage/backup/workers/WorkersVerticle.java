package io.hubstorage.backup.workers;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SharedFolder;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells who copies; and lets workers of other processes in, if they are fit to copy into our data folder. */
public final class WorkersVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WorkersVerticle.class);
    /** By more than that, nobody could make sense of the times in logs and files. */
    private static final Duration MOST_SKEW = Duration.ofMinutes(1);

    private static final Duration PROBE = Duration.ofSeconds(15);
    private static final int REFUSED = 403;

    private final ConfigStore config;
    private final Workers workers;
    private final InstantSource clock;
    private final String version;
    private final boolean clustered;
    /** Workers that were let in. */
    private final Set<String> proven = new HashSet<>();

    private final Map<String, Future<Void>> probes = new HashMap<>();
    private final WorkersFile file;
    private Future<?> kept = Future.succeededFuture();

    /**
     * @param version of the program, which must be that of each worker
     * @param clustered whether other processes can be workers
     */
    public WorkersVerticle(
            ConfigStore config, Workers workers, InstantSource clock, String version, boolean clustered) {
        this.config = config;
        this.workers = workers;
        this.clock = clock;
        this.version = version;
        this.clustered = clustered;
        this.file = new WorkersFile(config.settings().configFolder());
    }

    @Override
    public Future<?> start() {
        return clustered
                ? vertx.executeBlocking(file::read).onSuccess(workers::expect).compose(_ -> listen())
                : listen();
    }

    @Override
    public Future<?> stop() {
        return clustered ? kept.eventually(this::keep) : Future.succeededFuture();
    }

    private Future<?> listen() {
        vertx.setPeriodic(Workers.TICK.toMillis(), _ -> tick());
        Bus bus = new Bus(vertx);
        List<Future<Void>> ears = new ArrayList<>();
        ears.add(bus.answer(Addresses.WORKERS_LIST, _ -> Future.succeededFuture(listing())));
        ears.add(bus.answer(Addresses.WORKERS_FORGET, this::forget));
        if (clustered) {
            ears.add(
                    bus.answer(Addresses.WORKER_HELLO, body -> hello(BusJson.decode(body, WorkerMessage.Hello.class))));
            ears.add(bus.listen(Addresses.WORKER_GOODBYE, WorkerMessage.Goodbye.class, this::goodbye));
        }
        return Future.all(ears);
    }

    private void tick() {
        workers.tick();
        if (clustered && kept.isComplete()) {
            kept = keep();
        }
    }

    private Future<?> keep() {
        List<WorkersFile.Known> known = workers.known();
        return file.isAsWritten(known)
                ? Future.succeededFuture()
                : vertx.executeBlocking(() -> {
                    file.write(known);
                    return null;
                });
    }

    private WorkersMessage.Listing listing() {
        return new WorkersMessage.Listing(clustered, workers.list());
    }

    private Future<WorkersMessage.Listing> forget(JsonObject body) {
        String name = BusJson.request(body, WorkersMessage.Forget.class).name();
        if (workers.forget(name)) {
            LOG.info("Worker {} is forgotten", name);
            return Future.succeededFuture(listing());
        }
        boolean there = workers.list().stream().anyMatch(each -> each.name().equals(name));
        throw there
                ? Bus.refusal(
                        Bus.CONFLICT,
                        "Worker %s is not lost, so it would be back at once. Stop its process first.".formatted(name))
                : Bus.refusal(Bus.NOT_FOUND, "no worker is called " + name);
    }

    private Future<WorkerMessage.Welcome> hello(WorkerMessage.Hello hello) {
        return check(hello)
                .map(_ -> new WorkerMessage.Welcome(config.current().config(), share(hello)))
                .onFailure(e -> refused(hello, Bus.reason(e)));
    }

    /** One that cannot do what is configured is told the configuration all the same: it may change. */
    private WorkerMessage.Share share(WorkerMessage.Hello hello) {
        if (hello.problem() == null) {
            return workers.heard(hello);
        }
        refused(hello, hello.problem());
        return new WorkerMessage.Share(1, null);
    }

    /** Told to the log once. */
    private void refused(WorkerMessage.Hello hello, String reason) {
        if (workers.refused(hello, reason)) {
            LOG.warn("Worker {} is not let in: {}", hello.name(), reason);
        }
    }

    private Future<Void> check(WorkerMessage.Hello hello) {
        if (!hello.version().equals(version)) {
            return refusal("it is HubStorage %s, and the service is %s. Run the same version everywhere."
                    .formatted(hello.version(), version));
        }
        Duration skew = Duration.between(clock.instant(), hello.clock());
        if (skew.abs().compareTo(MOST_SKEW) > 0) {
            // Not to the second: the same all the time that it is so.
            return refusal("its clock is %s %s the service's. Set both by NTP."
                    .formatted(
                            skew.abs().toMinutes() == 1
                                    ? "more than a minute"
                                    : Sizes.duration(
                                            Duration.ofMinutes(skew.abs().toMinutes())),
                            skew.isNegative() ? "behind" : "ahead of"));
        }
        if (proven.contains(hello.id())) {
            return Future.succeededFuture();
        }
        return probes.computeIfAbsent(
                hello.id(),
                _ -> probe(hello).onComplete(done -> {
                    if (done.succeeded()) {
                        proven.add(hello.id());
                    }
                    vertx.runOnContext(_ -> probes.remove(hello.id()));
                }));
    }

    private static <T> Future<T> refusal(String reason) {
        return Future.failedFuture(Bus.refusal(REFUSED, reason));
    }

    /** Whether it works on the same folder as we do. */
    private Future<Void> probe(WorkerMessage.Hello hello) {
        Layout layout = new Layout(config.dataPath());
        SharedFolder folder = new SharedFolder(layout);
        Destination destination = new Destination(layout, config.settings().configFolder());
        // Nothing may be written to a disk that is the wrong one, or none.
        return vertx.executeBlocking(
                        () -> {
                            destination.problem(false).ifPresent(problem -> {
                                throw Bus.refusal(
                                        REFUSED,
                                        "the service itself cannot use its data folder. " + problem.sentence());
                            });
                            return folder.id();
                        },
                        false)
                .compose(id -> {
                    if (!id.equals(hello.folder())) {
                        return refusal(
                                "its data folder is another one than the service's (%s, here %s). Mount the same folder, and name it by HUBSTORAGE_DATA_PATH."
                                        .formatted(named(hello.folder()), named(id)));
                    }
                    return vertx.executeBlocking(folder::ask, false)
                            .compose(question -> answered(hello, question)
                                    .compose(word -> vertx.executeBlocking(() -> folder.judge(question, word), false))
                                    .compose(problem -> problem.isPresent()
                                            ? WorkersVerticle.<Void>refusal(
                                                    "the data folder is not shared as it must be. " + problem.get())
                                            : Future.<Void>succeededFuture())
                                    .eventually(() -> vertx.executeBlocking(() -> forget(folder, question), false)));
                });
    }

    private static boolean forget(SharedFolder folder, SharedFolder.Question question) {
        try {
            folder.forget(question);
        } catch (IOException e) {
            LOG.warn("What was tried out with a worker cannot be removed: {}", e.getMessage());
        }
        return true;
    }

    private static String named(String id) {
        return id.isEmpty() ? "no backup was made there yet" : "id " + id;
    }

    private Future<String> answered(WorkerMessage.Hello hello, SharedFolder.Question question) {
        return new Bus(vertx)
                .ask(
                        Addresses.workerFolder(hello.id()),
                        BusJson.encode(new WorkerMessage.Probe(question.name())),
                        PROBE)
                .map(answer ->
                        BusJson.decode(answer, WorkerMessage.Probed.class).word())
                .recover(e -> refusal(
                        e instanceof ReplyException reply && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
                                ? "it cannot use the data folder. " + reply.getMessage()
                                : "the service cannot reach it. What it is reached at is its"
                                        + " HUBSTORAGE_CLUSTER_HOST, by HUBSTORAGE_CLUSTER_PORT and the next"
                                        + " one."));
    }

    private void goodbye(WorkerMessage.Goodbye goodbye) {
        proven.remove(goodbye.id());
        workers.left(goodbye.id());
    }
}
