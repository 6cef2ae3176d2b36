package io.hubstorage;

import io.hubstorage.backup.BackupVerticle;
import io.hubstorage.backup.workers.Workers;
import io.hubstorage.backup.workers.WorkersVerticle;
import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.cli.Program.Launch;
import io.hubstorage.cluster.Worker;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.ConfigVerticle;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.HubConfig;
import io.hubstorage.drill.DrillVerticle;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.hooks.Hooks;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.JobsVerticle;
import io.hubstorage.jobs.UnfinishedRuns;
import io.hubstorage.logs.LogVerticle;
import io.hubstorage.logs.Logging;
import io.hubstorage.logs.SecretMask;
import io.hubstorage.notify.alerts.Audience;
import io.hubstorage.notify.alerts.NotifyVerticle;
import io.hubstorage.notify.alerts.Policy;
import io.hubstorage.notify.channels.Channels;
import io.hubstorage.notify.channels.ChannelsVerticle;
import io.hubstorage.repair.RepairVerticle;
import io.hubstorage.replicate.ReplicationVerticle;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.restore.RestoreVerticle;
import io.hubstorage.retain.RetentionVerticle;
import io.hubstorage.s3.S3Access;
import io.hubstorage.schedule.SchedulerVerticle;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import io.hubstorage.space.SpaceVerticle;
import io.hubstorage.status.AlarmStore;
import io.hubstorage.status.StatusVerticle;
import io.hubstorage.transfer.TransferVerticle;
import io.hubstorage.verify.scrub.VerifyVerticle;
import io.hubstorage.web.HttpVerticle;
import io.hubstorage.web.s3.S3Verticle;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rooms of the running program: verticles, deployed in an order in which each finds what it needs, and stopped in
 * one in which nothing that was begun is lost. Its methods are called one after the other, each when the last is done.
 */
public final class HubStorage {
    /** As the build has written it into the jar. */
    static final String VERSION = version();

    private static final Logger LOG = LoggerFactory.getLogger(HubStorage.class);

    /** What can be deployed, in the order in which it is stopped. */
    private enum Room {
        SCHEDULER,
        JOBS,
        BACKUP,
        WORKERS,
        RESTORE,
        DRILL,
        VERIFY,
        RETENTION,
        SPACE,
        REPAIR,
        REPLICATION,
        CHANNELS,
        NOTIFY,
        WEB,
        S3_ENDPOINT,
        TRANSFER,
        STATUS,
        LOG,
        CONFIG
    }

    private final Vertx vertx;
    private final ConfigStore config;
    private final HistoryStore history;
    private final Jobs jobs;
    private final AlarmStore alarms;
    private final InstantSource clock;
    private final Workers workers;
    private final Map<Room, String> deployed = new EnumMap<>(Room.class);
    /** Runs that an earlier process left without an end, until that has been told. */
    private final List<RunRecord> cutOff;

    private @Nullable HttpVerticle web;

    private HubStorage(
            Vertx vertx,
            ConfigStore config,
            HistoryStore history,
            AlarmStore alarms,
            List<RunRecord> cutOff,
            InstantSource clock) {
        this.cutOff = cutOff;
        this.vertx = vertx;
        this.config = config;
        this.history = history;
        this.jobs = new Jobs(vertx, history, clock, new Hooks(() -> inForce(config), vertx, clock));
        this.alarms = alarms;
        this.clock = clock;
        this.workers = new Workers(config::config, clock);
    }

    private static Hooks.InForce inForce(ConfigStore config) {
        return new Hooks.InForce(config.config(), config.environment(), config.settings(), config.dataPath());
    }

    /**
     * Starts what a backup needs: configuration, history, transfer workers and the backup verticle.
     *
     * @param stall how long S3 may be silent
     */
    public static Future<HubStorage> engine(
            Vertx vertx, Environment environment, InstantSource clock, Duration stall, RetryPolicy retries) {
        return open(vertx, environment, UnaryOperator.identity(), clock)
                .compose(hub -> hub.startEngine(stall, retries)
                        .compose(_ -> hub.startRestores(false))
                        .map(hub))
                .onSuccess(HubStorage::tellCutOff);
    }

    /** What copies in a worker's process. */
    static Worker.Copier copier(ConfigStore config, Supplier<WorkerMessage.Share> share, String id) {
        TransferVerticle verticle = new TransferVerticle(id, config, share, VERSION, S3Access.STALL, RetryPolicy.USUAL);
        return new Worker.Copier(verticle, verticle::shards);
    }

    private static String version() {
        try (InputStream in = HubStorage.class.getResourceAsStream("/hubstorage.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads configuration and history; nothing is deployed yet. */
    static Future<HubStorage> open(
            Vertx vertx, Environment environment, UnaryOperator<HubConfig> override, InstantSource clock) {
        environment.secrets().forEach(SecretMask::register);
        return ConfigStore.open(vertx, environment, override, clock)
                .compose(config -> vertx.executeBlocking(
                        () -> {
                            BusJson.prepare();
                            AlarmStore alarms = new AlarmStore(config.settings().configFolder(), clock);
                            HistoryStore history =
                                    HistoryStore.open(config.settings().configFolder());
                            List<RunRecord> cutOff = cutOff(config, history, alarms, clock);
                            return new HubStorage(vertx, config, history, alarms, cutOff, clock);
                        },
                        false));
    }

    /** Never throws: whatever is wrong with a folder, the page must come up to say so. */
    private static List<RunRecord> cutOff(
            ConfigStore config, HistoryStore history, AlarmStore alarms, InstantSource clock) {
        Layout layout = new Layout(config.dataPath());
        try {
            // A run that another process has under way is not one that a crash left behind. And where the disk is not
            // mounted yet, nothing can be told of what a run left there: the next run, which finds the disk, tells.
            // Nor is one of a machine of which it is not known yet whether it is gone.
            if (DataLock.settledHolder(layout).isPresent() || !isThere(layout, config)) {
                return List.of();
            }
            return UnfinishedRuns.end(history, layout, clock.instant(), alarms::raise);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Whether a run was cut off cannot be told: {}", e.getMessage());
            return List.of();
        }
    }

    private static boolean isThere(Layout layout, ConfigStore config) {
        try {
            return new Destination(layout, config.settings().configFolder())
                    .inspect()
                    .usable();
        } catch (IOException e) {
            LOG.warn("Whether {} is the data folder cannot be told: {}", layout.data(), e.getMessage());
            return false;
        }
    }

    /**
     * Starts what the mode asks for: the log on the bus first, then the engine, then the web server before the schedule, so that a
     * port that is taken starts no run, and nobody misses a run's first event.
     *
     * @param console for what only the one who started the program may know
     */
    Future<Void> start(Launch.Mode mode, Logging logging, PrometheusMeterRegistry registry, Consumer<String> console) {
        Future<Void> up = deploy(Room.LOG, () -> new LogVerticle(logging, config))
                .compose(_ -> startEngine(S3Access.STALL, RetryPolicy.USUAL));
        if (mode == Launch.Mode.SERVICE) {
            HttpVerticle verticle = new HttpVerticle(config, clock, VERSION, registry, console);
            up = up.compose(_ -> deploy(Room.WEB, () -> verticle))
                    .onSuccess(_ -> web = verticle)
                    .compose(_ -> startEndpoint(verticle));
        }
        // Behind the web server: it may go on with one at once.
        up = up.compose(_ -> startRestores(mode == Launch.Mode.ONE_RUN));
        // Before the scheduler hears of them: to it, a run that ends is one that ends now.
        up = up.onSuccess(_ -> tellCutOff());
        return mode == Launch.Mode.ONE_RUN
                ? up
                : up.compose(_ -> deploy(Room.VERIFY, () -> new VerifyVerticle(config, jobs, history, clock)))
                        .compose(_ -> deploy(Room.SPACE, () -> new SpaceVerticle(config, clock)))
                        .compose(_ -> deploy(Room.CHANNELS, () -> new ChannelsVerticle(config, clock)))
                        .compose(_ -> startSchedule())
                        .compose(_ -> deploy(
                                Room.NOTIFY,
                                () -> new NotifyVerticle(config, this::audience, clock, NotifyVerticle.TICK)));
    }

    /** Who is told, by this configuration. */
    private Audience audience(HubConfig configured) {
        Channels channels = Channels.of(configured.notifications(), config.environment(), vertx, clock);
        return new Audience(Policy.of(configured), channels.usable(), channels.unusable());
    }

    /** Snapshots as S3, where a port is set for them. */
    private Future<Void> startEndpoint(HttpVerticle serving) {
        ExtraPort port = S3Verticle.port(config.environment(), config.settings().dockerMode());
        return port.enabled()
                ? deploy(Room.S3_ENDPOINT, () -> new S3Verticle(config, clock, port, serving.certificate()))
                : Future.succeededFuture();
    }

    /** The verticles that make a backup and answer for it. */
    private Future<Void> startEngine(Duration stall, RetryPolicy retries) {
        vertx.eventBus()
                .consumer(
                        Addresses.CONFIG_CHANGED,
                        _ -> config.environment().secrets().forEach(SecretMask::register));
        return deploy(Room.CONFIG, () -> new ConfigVerticle(config))
                .compose(_ -> deploy(Room.STATUS, () -> new StatusVerticle(config, history, alarms, clock)))
                .compose(_ -> deploy(
                        Room.TRANSFER,
                        () -> new TransferVerticle(
                                Addresses.LOCAL_WORKER, config, workers::local, VERSION, stall, retries)))
                .compose(_ -> deploy(Room.JOBS, () -> new JobsVerticle(jobs, history)))
                .compose(_ ->
                        deploy(Room.BACKUP, () -> new BackupVerticle(config, jobs, history, clock, VERSION, workers)))
                .compose(_ -> deploy(
                        Room.WORKERS, () -> new WorkersVerticle(config, workers, clock, VERSION, vertx.isClustered())));
    }

    /** @param alone see {@link RestoreVerticle} */
    private Future<Void> startRestores(boolean alone) {
        return deploy(Room.RESTORE, () -> new RestoreVerticle(config, jobs, clock, VERSION, alone))
                .compose(_ -> deploy(Room.DRILL, () -> new DrillVerticle(config, jobs, clock, VERSION, alone)))
                .compose(_ -> deploy(Room.REPAIR, () -> new RepairVerticle(config, jobs, clock, VERSION, alone)))
                .compose(_ -> deploy(Room.RETENTION, () -> new RetentionVerticle(config, jobs, history, clock, alone)))
                .compose(_ -> deploy(Room.REPLICATION, () -> new ReplicationVerticle(config, jobs, clock, alone)));
    }

    /** Tells, once, of runs that an earlier process left without an end; whoever is to hear of them must be there. */
    private void tellCutOff() {
        cutOff.forEach(run -> new Bus(vertx).publish(Addresses.BACKUP_FINISHED, run));
    }

    /** Which may begin a run at once. */
    private Future<Void> startSchedule() {
        return deploy(
                Room.SCHEDULER,
                () -> new SchedulerVerticle(
                        config,
                        history,
                        this::newestSnapshot,
                        this::destinationProblem,
                        clock,
                        SchedulerVerticle.TICK));
    }

    private Optional<Instant> newestSnapshot() {
        try {
            return new Snapshots(new Layout(config.dataPath())).newest().map(SnapshotInfo::startedAt);
        } catch (IOException e) {
            LOG.warn("The snapshots in {} cannot be listed: {}", config.dataPath(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> destinationProblem() {
        return new Destination(new Layout(config.dataPath()), config.settings().configFolder())
                .problem(false)
                .map(FolderAccess.Problem::sentence);
    }

    /** Makes the verticle and what belongs to it on a worker thread, because a first use loads many classes. */
    private Future<Void> deploy(Room room, Callable<? extends Deployable> verticle) {
        return vertx.executeBlocking(verticle::call, false)
                .compose(vertx::deployVerticle)
                .onSuccess(id -> deployed.put(room, id))
                .mapEmpty();
    }

    /**
     * In this order: readiness is withdrawn; no further job begins; those under way are stopped so that they can go on later;
     * whoever follows them is told, and disconnected; the rest. Vert.x itself is the caller's to close.
     */
    public Future<Void> stop() {
        HttpVerticle serving = web;
        Future<Void> done = serving == null ? Future.succeededFuture() : serving.notReady();
        for (Map.Entry<Room, String> room : deployed.entrySet()) {
            done = done.eventually(() -> vertx.undeploy(room.getValue())
                    .onFailure(e -> LOG.warn("{} did not stop as it should: {}", room.getKey(), e.toString())));
        }
        return done.eventually(() -> {
            deployed.clear();
            return Future.succeededFuture();
        });
    }

    /** Where the web server listens, if there is one. */
    OptionalInt port() {
        HttpVerticle serving = web;
        return serving == null ? OptionalInt.empty() : OptionalInt.of(serving.actualPort());
    }

    /** The configuration in force. */
    public ConfigStore config() {
        return config;
    }

    /** The transfer workers of this process and of others. */
    public Workers workers() {
        return workers;
    }
}
