package io.hubstorage.cluster;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SharedFolder;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: looks for the service, tells it every second that it is there, and copies what it is told to. When the service is gone it
 * drops what it had under way and looks for it again. Thread-safe.
 */
public final class Worker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration HELLO = Duration.ofSeconds(1);
    /** The first one is answered only when the folder was tried out. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(25);

    private static final Duration ANSWER = Duration.ofSeconds(3);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(5);
    /** Without an answer. A service that starts anew is found sooner, by its leaving. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(15);

    /** It may be in the middle of joining, which cannot be cut short; the process ends then all the same. */
    private static final Duration LONGEST_END = Duration.ofSeconds(6);

    private static final Duration APPEARS = Duration.ofSeconds(3);
    /** How often the variables are looked at, for keys that were changed. */
    private static final int LOOK_EVERY = 10;

    private final ClusterSettings settings;
    private final Environment environment;
    private final String version;
    private final InstantSource clock;
    private final Copying copying;
    private final Identity identity;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile State state = new State(false, "The worker is starting.");
    private volatile IntSupplier shards = () -> 0;

    /**
     * How it stands.
     *
     * @param ready whether the service knows it and gives it work
     * @param sentence what it does, or why it does nothing
     */
    public record State(boolean ready, String sentence) {}

    /** Makes what copies. */
    @FunctionalInterface
    public interface Copying {
        /**
         * For one service, as long as it is there.
         *
         * @param config as the service has it, whenever it is asked
         * @param share what the worker may take, whenever it is asked
         * @param id what the service knows the worker by
         */
        Copier copier(ConfigStore config, Supplier<WorkerMessage.Share> share, String id);
    }

    /**
     * What copies.
     *
     * @param shards how many it is at work on
     */
    public record Copier(Deployable verticle, IntSupplier shards) {}

    private Worker(
            ClusterSettings settings, Environment environment, String version, InstantSource clock, Copying copying) {
        this.settings = settings;
        this.environment = environment;
        this.version = version;
        this.clock = clock;
        this.copying = copying;
        this.identity = Identity.of(settings.secret());
        this.thread = Thread.ofPlatform().name("worker").unstarted(this::work);
    }

    /**
     * Begins to look for the service, and goes on until it is closed.
     *
     * @param version of the program, which must be the service's
     */
    public static Worker start(
            ClusterSettings settings, Environment environment, String version, InstantSource clock, Copying copying) {
        Worker worker = new Worker(settings, environment, version, clock, copying);
        worker.thread.start();
        return worker;
    }

    public State state() {
        return state;
    }

    /** How many shards it is at work on. */
    public int shards() {
        return shards.getAsInt();
    }

    /** Gives back what it has under way, and says goodbye. Blocks for some seconds at most. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(LONGEST_END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Returns whether the worker was told to stop meanwhile. */
    private boolean pause(Duration length) throws InterruptedException {
        return stop.await(length.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Logs a sentence when it becomes true, and not again as long as it stays so. */
    private void says(boolean ready, String sentence) {
        if (!state.sentence().equals(sentence)) {
            if (ready || isStopped()) {
                LOG.info("{}", sentence);
            } else {
                LOG.warn("{}", sentence);
            }
            state = new State(ready, sentence);
        }
    }

    private void work() {
        Duration wait = HELLO;
        try {
            while (!isStopped()) {
                if (session()) {
                    wait = HELLO;
                }
                // Not all at once, where a service has come back that many wait for.
                long most = wait.toMillis();
                wait = wait.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait.multipliedBy(2);
                if (pause(
                        Duration.ofMillis(most / 2 + ThreadLocalRandom.current().nextLong(most / 2)))) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From looking for a service until it is gone; returns whether one was there. */
    private boolean session() throws InterruptedException {
        Path data = environment.settings().dataPath();
        if (!Files.isDirectory(data)) {
            says(
                    false,
                    "The data folder %s is not there. Mount it, or name another by HUBSTORAGE_DATA_PATH."
                            .formatted(data));
            return false;
        }
        try {
            OwnAddress own = OwnAddress.of(settings);
            var unreachable = Reach.problem(settings, identity, own);
            if (unreachable.isPresent()) {
                says(false, "No service is found. " + unreachable.get());
                return false;
            }
            try (Cluster cluster = Cluster.join(settings, identity, ClusterSettings.Role.WORKER)) {
                return hasService(cluster) && talk(cluster, data);
            }
        } catch (Cluster.JoinException e) {
            says(false, String.valueOf(e.getMessage()));
            return false;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // Of any kind: Hazelcast and Vert.x throw their own when a member comes or goes meanwhile. The next try may
            // do better.
            says(false, "The cluster cannot be joined: " + e.getMessage());
            LOG.debug("The cluster cannot be joined", e);
            return false;
        }
    }

    private boolean hasService(Cluster cluster) throws InterruptedException {
        long end = System.nanoTime() + APPEARS.toNanos();
        while (!cluster.hasService()) {
            if (System.nanoTime() > end || pause(Duration.ofMillis(100))) {
                says(false, "Only other workers are found, and no service.");
                return false;
            }
        }
        return true;
    }

    private boolean talk(Cluster cluster, Path data) throws InterruptedException {
        Vertx vertx = cluster.vertx(Vertx.builder(), new VertxOptions()).await();
        try {
            return new Session(cluster, vertx, new SharedFolder(new Layout(data))).untilTheEnd();
        } finally {
            vertx.close().await();
        }
    }

    /** With one service. */
    private final class Session {
        private final Cluster cluster;
        private final Vertx vertx;
        private final Bus bus;
        private final SharedFolder folder;
        private final String id = UUID.randomUUID().toString();
        private @Nullable ConfigStore config;
        private @Nullable String copier;
        private @Nullable String problem;
        private JsonObject told = new JsonObject();
        private volatile WorkerMessage.Share share = new WorkerMessage.Share(1, null);

        Session(Cluster cluster, Vertx vertx, SharedFolder folder) {
            this.cluster = cluster;
            this.vertx = vertx;
            this.bus = new Bus(vertx);
            this.folder = folder;
        }

        boolean untilTheEnd() throws InterruptedException {
            bus.answer(Addresses.workerFolder(id), this::probed).await();
            boolean taken = false;
            long heard = System.nanoTime();
            for (int round = 0; !isStopped(); round++) {
                Duration next = HELLO;
                try {
                    JsonObject answer = bus.ask(
                                    Addresses.WORKER_HELLO, BusJson.encode(hello()), taken ? ANSWER : FIRST_ANSWER)
                            .await();
                    heard = System.nanoTime();
                    boolean first = config == null;
                    welcome(BusJson.decode(answer, WorkerMessage.Welcome.class), round % LOOK_EVERY == 0);
                    taken = true;
                    problem = null;
                    if (first) {
                        // It listens only now, and others wait for that.
                        continue;
                    }
                    says(true, "The service has taken this worker, as %s.".formatted(settings.name()));
                } catch (ConfigException e) {
                    drop();
                    problem = "it cannot do what the service is configured to do. " + e.getMessage();
                    says(false, "What the service is configured to do cannot be done here. " + e.getMessage());
                    next = REFUSED_PAUSE;
                } catch (ReplyException | IOException e) {
                    if (e instanceof ReplyException reply && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
                        heard = System.nanoTime();
                        drop();
                        says(false, "The service does not let this worker in: " + reply.getMessage());
                        next = REFUSED_PAUSE;
                    } else if (!cluster.hasService() || System.nanoTime() - heard > GIVEN_UP.toNanos()) {
                        says(false, "The service is gone. Looking for it again.");
                        return taken;
                    }
                }
                if (pause(next)) {
                    break;
                }
            }
            goodbye();
            return taken;
        }

        private WorkerMessage.Hello hello() throws IOException {
            return new WorkerMessage.Hello(
                    id, settings.name(), version, clock.instant(), folder.id(), config != null, problem);
        }

        private Future<WorkerMessage.Probed> probed(JsonObject body) {
            WorkerMessage.Probe probe = BusJson.decode(body, WorkerMessage.Probe.class);
            return vertx.executeBlocking(
                    () -> {
                        try {
                            return new WorkerMessage.Probed(folder.answer(probe.name()));
                        } catch (IOException e) {
                            throw Bus.refusal(Bus.UNUSABLE, String.valueOf(e.getMessage()));
                        }
                    },
                    false);
        }

        private void welcome(WorkerMessage.Welcome welcome, boolean look) {
            share = welcome.share();
            ConfigStore known = config;
            if (known == null) {
                ConfigStore received = ConfigStore.received(vertx, environment.reload(), welcome.config(), clock);
                Copier made = copying.copier(received, () -> share, id);
                copier = vertx.deployVerticle(made.verticle()).await();
                shards = made.shards();
                config = received;
            } else if (look || !welcome.config().equals(told)) {
                known.receive(welcome.config());
            }
            told = welcome.config();
        }

        /** Ends what it does for a service that wants nothing of it any more. */
        private void drop() {
            String deployed = copier;
            copier = null;
            config = null;
            if (deployed != null) {
                vertx.undeploy(deployed).await();
            }
            shards = () -> 0;
        }

        /** Told before anything is dropped, so that others go on with it at once. */
        private void goodbye() {
            try {
                vertx.eventBus()
                        .publisher(Addresses.WORKER_GOODBYE)
                        .write(BusJson.encode(new WorkerMessage.Goodbye(id)))
                        .await();
            } catch (ReplyException e) {
                // The service is not there any more, either.
            }
            drop();
            says(false, "The worker is stopping.");
        }
    }
}
