package io.hubstorage;

import com.sun.management.OperatingSystemMXBean;
import io.hubstorage.cli.HubCommand;
import io.hubstorage.cli.Program;
import io.hubstorage.cluster.Cluster;
import io.hubstorage.cluster.Worker;
import io.hubstorage.config.ClusterSettings;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.config.ExtraPort;
import io.hubstorage.config.Settings;
import io.hubstorage.logs.Logging;
import io.hubstorage.logs.SecretMask;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.web.HttpVerticle;
import io.hubstorage.web.WorkerVerticle;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the process begins, and what its commands see of it: variables, clock, terminal, signals. */
public class Main implements Program {
    /** {@code docker stop} kills after 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    /** With less, a run of 200,000 objects does not end; see {@code docker/jvm.args}. */
    private static final long LEAST_MEMORY = 256L << 20;

    private final Optional<Console> console;
    private @Nullable StopSignals signals;
    /** In the way of a start. */
    private @Nullable Error error;

    protected Main() {
        // There may be none at all, depending on the Java version.
        console = Optional.ofNullable(System.console()).filter(Console::isTerminal);
    }

    /** Runs a command and ends the process with its exit code; see {@code --help}. */
    public static void main(String[] args) {
        run(args, (_, _) -> {});
    }

    /** The same; its last act is given the exit code, and what the command ended by if it was not meant to end so. */
    public static void run(String[] args, ObjIntConsumer<@Nullable Throwable> end) {
        int code = 1;
        Throwable error = null;
        try {
            Logging.early(Logging.Console.STDERR);
            Main main = new Main();
            code = HubCommand.execute(main, writer(System.out), writer(System.err), args);
            error = main.error;
        } catch (Throwable e) {
            error = e;
            System.err.println("Internal error: " + e);
            LOG.error("This should not have happened; please report it with these lines", e);
        } finally {
            try {
                end.accept(error, code);
            } finally {
                // Whatever it was: threads that still run would keep a process that does nothing any more.
                System.exit(code);
            }
        }
    }

    protected static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    @Override
    public String version() {
        return HubStorage.VERSION;
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public Terminal terminal() {
        return console.isPresent() && !"dumb".equals(System.getenv("TERM"))
                ? Terminal.ofWidth(System.getenv().getOrDefault("COLUMNS", ""))
                : Terminal.NONE;
    }

    @Override
    public @Nullable String secret(String question) {
        if (console.isPresent()) {
            char[] typed = console.get().readPassword("%s: ", question);
            return typed == null ? null : new String(typed);
        }
        try {
            // Not closed: it is the process's, and there may be a next question.
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1).readLine();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public @Nullable String answer(String question) {
        return console.isPresent() ? console.get().readLine("%s ", question) : null;
    }

    @Override
    public synchronized CompletableFuture<Void> stopRequest() {
        if (signals == null) {
            signals = new StopSignals(PATIENCE, System.err);
        }
        return signals.requested();
    }

    @Override
    public Running start(Launch launch) {
        boolean stays = launch.mode() != Launch.Mode.ONE_RUN;
        Environment environment = launch.environment();
        prepare(environment, stays);
        Settings settings = environment.settings();
        PrometheusMeterRegistry registry = HttpVerticle.registry();
        ClusterSettings clustered = stays ? ClusterSettings.of(environment) : null;
        Cluster cluster = clustered == null ? null : join(clustered);
        Started started;
        try {
            started = new Started(vertx(launch.mode(), registry, cluster), cluster);
        } catch (Throwable e) {
            if (cluster != null) {
                cluster.close();
            }
            throw explained(e, settings.web());
        }
        try {
            SoftHeapLimit.keep(started.vertx());
            started.up(launch, registry, clock());
            return started;
        } catch (Throwable e) {
            // An error too, such as a class or a library that cannot be loaded: else the lock and the threads would
            // stay.
            try {
                started.close();
            } catch (Throwable another) {
                e.addSuppressed(another);
            }
            throw explained(e, settings.web());
        }
    }

    /**
     * What comes before all else.
     *
     * @param stays whether the process is there until it is told to stop, and its log goes to stdout
     */
    private static void prepare(Environment environment, boolean stays) {
        requireUnicodeFileNames();
        environment.requireNamedFile();
        environment.secrets().forEach(SecretMask::register);
        if (stays) {
            Logging.early(Logging.Console.STDOUT);
            String tight = tightMemory(memory());
            if (tight != null) {
                LOG.warn("{}", tight);
            }
        }
    }

    /** The bytes that the container may use, or those of the machine where there is no limit. */
    public static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Long.MAX_VALUE;
    }

    /** What to say where it is so little that the system may end the program in the middle of a run; else null. */
    static @Nullable String tightMemory(long bytes) {
        return bytes >= LEAST_MEMORY
                ? null
                : ("There are %d MiB of memory, and HubStorage needs 256: in the middle of a backup the system may end"
                      + " it without a word. Give it more; in Docker by HUBSTORAGE_MEMORY_LIMIT=512m in .env.")
                        .formatted(bytes >> 20);
    }

    private static Cluster join(ClusterSettings settings) {
        try {
            return Cluster.ofService(settings);
        } catch (Cluster.JoinException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Working work(Environment environment) {
        prepare(environment, true);
        ClusterSettings settings = ClusterSettings.of(environment);
        if (settings == null) {
            throw new StartException(
                    "A worker has to know where its service is: set HUBSTORAGE_CLUSTER, as in"
                            + " HUBSTORAGE_CLUSTER=nas:5701, and HUBSTORAGE_CLUSTER_SECRET here and there"
                            + " (docs/workers.md).",
                    null);
        }
        Settings.Web web = environment.settings().web();
        PrometheusMeterRegistry registry = HttpVerticle.registry();
        Vertx vertx = HttpVerticle.vertx(options(), registry).build();
        Worker worker = null;
        try {
            SoftHeapLimit.keep(vertx);
            Worker started = Worker.start(settings, environment, HubStorage.VERSION, clock(), HubStorage::copier);
            worker = started;
            WorkerVerticle health = new WorkerVerticle(
                    environment,
                    HubStorage.VERSION,
                    registry,
                    () -> new WorkerVerticle.Standing(
                            started.state().ready(), started.state().sentence()),
                    started::shards);
            vertx.deployVerticle(health).await();
            return new Working() {
                @Override
                public int port() {
                    return health.actualPort();
                }

                @Override
                public void close() {
                    started.close();
                    vertx.close().await();
                }
            };
        } catch (Throwable e) {
            if (worker != null) {
                worker.close();
            }
            vertx.close().await();
            throw explained(e, web);
        }
    }

    private static VertxOptions options() {
        return new VertxOptions()
                // Its folder in the temp folder outlives each process that is killed, and what is in the jar is read
                // from there.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    private static Vertx vertx(Launch.Mode mode, PrometheusMeterRegistry registry, @Nullable Cluster cluster) {
        VertxOptions options = options();
        // Where there is no web server, nobody could ask for what is counted.
        VertxBuilder builder = mode == Launch.Mode.SERVICE
                ? HttpVerticle.vertx(options, registry)
                : Vertx.builder().with(options);
        return cluster == null
                ? builder.build()
                : cluster.vertx(builder, options).await();
    }

    /** What was started so far. */
    private static final class Started implements Running {
        private final Vertx vertx;
        private final @Nullable Cluster cluster;
        private @Nullable DataLock lock;
        private @Nullable HubStorage hub;
        private @Nullable Logging logging;

        Started(Vertx vertx, @Nullable Cluster cluster) {
            this.vertx = vertx;
            this.cluster = cluster;
        }

        void up(Launch launch, PrometheusMeterRegistry registry, InstantSource clock) {
            boolean oneRun = launch.mode() == Launch.Mode.ONE_RUN;
            if (!oneRun) {
                lock = alone(launch.environment().settings().configFolder(), clock);
            }
            HubStorage opened = HubStorage.open(vertx, launch.environment(), launch.override(), clock)
                    .await();
            hub = opened;
            ConfigStore config = opened.config();
            Logging started = Logging.start(
                    config.config().logging(),
                    config.logFile(),
                    config.dataPath(),
                    oneRun ? Logging.Console.NONE : Logging.Console.STDOUT);
            logging = started;
            opened.start(launch.mode(), started, registry, System.out::println).await();
        }

        /** Two services with one configuration would both keep the schedule, and both write the history. */
        private static @Nullable DataLock alone(Path folder, InstantSource clock) {
            try {
                return DataLock.take(folder.resolve("service.lock"), clock.instant());
            } catch (DataLock.HeldException e) {
                throw new StartException(
                        ("Another HubStorage runs with the configuration in %s already (%s). Stop that one first, or"
                            + " give this one folders of its own: HUBSTORAGE_CONFIG_PATH and HUBSTORAGE_DATA_PATH.")
                                .formatted(folder, e.holder()),
                        e);
            } catch (IOException e) {
                // Whatever else is wrong with the folder, the page must come up to say so.
                LOG.warn(
                        "Whether another HubStorage runs with the configuration in {} cannot be told: {}",
                        folder,
                        e.toString());
                return null;
            }
        }

        private HubStorage hub() {
            if (hub == null) {
                throw new IllegalStateException("not started");
            }
            return hub;
        }

        @Override
        public Vertx vertx() {
            return vertx;
        }

        @Override
        public ConfigStore config() {
            return hub().config();
        }

        @Override
        public OptionalInt port() {
            return hub().port();
        }

        @Override
        public void close() {
            try {
                (hub == null ? Future.<Void>succeededFuture() : hub.stop())
                        .eventually(vertx::close)
                        .await();
                if (cluster != null) {
                    cluster.close();
                }
                if (logging != null) {
                    logging.close();
                }
            } finally {
                if (lock != null) {
                    lock.close();
                }
            }
        }
    }

    private RuntimeException explained(Throwable failure, Settings.Web web) {
        if (failure instanceof BindException) {
            String reason = String.valueOf(failure.getMessage());
            return new StartException(
                    reason.contains("in use")
                            ? ("Port %d on %s is taken by another program. Choose another one by HUBSTORAGE_WEB_PORT or"
                                            + " --port (0 for any free one).")
                                    .formatted(web.port(), web.host())
                            : ("Cannot listen on %s, port %d: %s. Choose others by HUBSTORAGE_WEB_HOST and"
                                            + " HUBSTORAGE_WEB_PORT, or --host and --port.")
                                    .formatted(web.host(), web.port(), reason),
                    failure);
        }
        return switch (failure) {
            case ExtraPort.UnusableException port -> new StartException(String.valueOf(port.getMessage()), port);
            case RuntimeException known -> known;
            case Error fatal -> {
                error = fatal;
                LOG.error("This should not have happened; please report it with these lines", fatal);
                yield new StartException("HubStorage cannot start: " + fatal, fatal);
            }
            default -> new StartException("HubStorage cannot start: " + failure.getMessage(), failure);
        };
    }

    /**
     * Java names files in the charset of the locale that the process was started under, and nothing can change that later
     * (JDK 25 ignores {@code -Dsun.jnu.encoding}): under {@code C} or {@code POSIX} a key such as {@code grüße.txt} cannot be
     * written.
     */
    private static void requireUnicodeFileNames() {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        boolean unicode =
                Charset.isSupported(encoding) && Charset.forName(encoding).equals(StandardCharsets.UTF_8);
        if (!unicode) {
            throw new StartException(
                    ("The locale of this process allows file names in %s only, so that most of what S3 keys may contain"
                                    + " could not be written. Start HubStorage with the variable LC_ALL=C.UTF-8 set"
                                    + " (systemd: Environment=LC_ALL=C.UTF-8; cron: a line LC_ALL=C.UTF-8 above).")
                            .formatted(encoding),
                    null);
        }
    }
}
