package io.hubstorage.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import io.hubstorage.config.HubConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The program's log: the console, a rotated file in the log folder, a second one beside the data, and the event bus.
 * Built in code, so that it can change while it works. Thread-safe; everything but {@link #setLevel} may block on the disk.
 */
public final class Logging implements AutoCloseable {
    public enum Console {
        /** Where {@code docker logs} looks. */
        STDOUT,
        /** Warnings and worse: for commands whose output somebody may want to pipe. */
        STDERR,
        /** For commands that tell by themselves what happens. */
        NONE
    }

    private static final String BESIDE_DATA = "logs/status.log";
    private static final String OURS = "io.hubstorage";

    private final LoggerContext context;
    private HubConfig.Logging config;
    private Path logFile;
    private @Nullable Path dataFolder;
    private @Nullable FileLog main;
    private @Nullable FileLog besideData;
    private boolean dataLogMissed;
    private @Nullable BusAppender bus;

    private Logging(LoggerContext context, HubConfig.Logging config, Path logFile, @Nullable Path dataFolder) {
        this.context = context;
        this.config = config;
        this.logFile = logFile;
        this.dataFolder = dataFolder;
    }

    /**
     * Logs to the console and the files from now on. A file that cannot be written is warned about, and left out.
     *
     * @param logFile as {@code ConfigStore.logFile()} names it
     * @param dataFolder gets a second log, {@value #BESIDE_DATA}, as soon as it exists
     */
    public static Logging start(HubConfig.Logging config, Path logFile, @Nullable Path dataFolder, Console console) {
        return start((LoggerContext) LoggerFactory.getILoggerFactory(), config, logFile, dataFolder, console);
    }

    static Logging start(
            LoggerContext context, HubConfig.Logging config, Path logFile, @Nullable Path dataFolder, Console console) {
        context.reset();
        Repetitions repetitions = new Repetitions();
        repetitions.setContext(context);
        repetitions.start();
        context.addTurboFilter(repetitions);
        addConsole(context, console);
        Logging logging = new Logging(context, config, logFile, dataFolder);
        logging.setLevel(config.level());
        synchronized (logging) {
            logging.openMain();
            logging.openBesideData();
        }
        return logging;
    }

    /** The console alone, from {@code INFO} on, until the configuration is known. */
    public static void early(Console console) {
        early((LoggerContext) LoggerFactory.getILoggerFactory(), console);
    }

    static void early(LoggerContext context, Console console) {
        context.reset();
        addConsole(context, console);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
    }

    private static void addConsole(LoggerContext context, Console where) {
        // Vert.x registers its gauges anew with every consumer, which Micrometer takes for a mistake of ours.
        context.getLogger("io.micrometer.core.instrument.MeterRegistry").setLevel(Level.ERROR);
        // An answer that meets the end of its request; whoever made the request knows of that end.
        context.getLogger("io.netty.channel.DefaultChannelPipeline").setLevel(Level.ERROR);
        // Keys of a provider that are for other ends than signing, each time that its keys are looked at.
        context.getLogger("io.vertx.ext.auth").setLevel(Level.ERROR);
        // How members of a cluster find each other, which is nobody's business as long as they do; what matters of it
        // we say ourselves.
        context.getLogger("com.hazelcast").setLevel(Level.ERROR);
        context.getLogger("com.hazelcast.instance").setLevel(Level.OFF);
        // A member that is gone, in nine hundred lines of stack traces of every other; that too we say in one.
        context.getLogger("io.vertx.spi.cluster.hazelcast").setLevel(Level.OFF);
        context.getLogger("io.vertx.core.eventbus.impl.clustered").setLevel(Level.ERROR);
        if (where == Console.NONE) {
            return;
        }
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setTarget((where == Console.STDERR ? ConsoleTarget.SystemErr : ConsoleTarget.SystemOut).getName());
        console.setEncoder(LineFormat.forConsole(context));
        if (where == Console.STDERR) {
            ThresholdFilter warnings = new ThresholdFilter();
            warnings.setLevel(Level.WARN.levelStr);
            warnings.start();
            console.addFilter(warnings);
        }
        console.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(console);
    }

    /** Takes over level, rotation and places; a file is opened anew only where its place has changed. */
    public synchronized void apply(HubConfig.Logging changed, Path newLogFile, @Nullable Path newDataFolder) {
        config = changed;
        setLevel(changed.level());
        if (!newLogFile.equals(logFile)) {
            logFile = newLogFile;
            main = closed(main);
        }
        if (!Objects.equals(newDataFolder, dataFolder)) {
            dataFolder = newDataFolder;
            besideData = closed(besideData);
            dataLogMissed = false;
        }
        if (main == null) {
            openMain();
        } else {
            main.limits(changed);
        }
        if (besideData == null) {
            openBesideData();
        } else {
            besideData.limits(changed);
        }
    }

    /**
     * Sets the level of our own loggers. Those of libraries tell {@code INFO} and above at most: their details can hold
     * what belongs in no log.
     *
     * @param level as Logback or Python names it; {@code INFO} where it is neither
     */
    public void setLevel(String level) {
        Level ours = level(level);
        context.getLogger(OURS).setLevel(ours);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .setLevel(ours.isGreaterOrEqual(Level.INFO) ? ours : Level.INFO);
    }

    static Level level(String name) {
        return switch (name.strip().toUpperCase(Locale.ROOT)) {
            case "TRACE" -> Level.TRACE;
            case "DEBUG", "NOTSET" -> Level.DEBUG;
            case "WARN", "WARNING" -> Level.WARN;
            case "ERROR", "CRITICAL", "FATAL" -> Level.ERROR;
            case "OFF" -> Level.OFF;
            default -> Level.INFO;
        };
    }

    /** Opens the log beside the data if the data folder has come into being since. Cheap when there is nothing to do. */
    public synchronized void retryDataLog() {
        if (besideData == null) {
            openBesideData();
        }
    }

    /** Publishes every line on the bus from now on, until {@link #stopPublishing}. */
    public synchronized void publishTo(Vertx vertx) {
        stopPublishing();
        BusAppender appender = new BusAppender(vertx);
        appender.setContext(context);
        appender.setName("bus");
        appender.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
        bus = appender;
    }

    /** Publishes what is queued, and no more. */
    public synchronized void stopPublishing() {
        if (bus != null) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).detachAppender(bus);
            bus.stop();
            bus = null;
        }
    }

    /** Writes out what is queued and closes the files; the console goes on. */
    @Override
    public synchronized void close() {
        stopPublishing();
        main = closed(main);
        besideData = closed(besideData);
    }

    private @Nullable FileLog closed(@Nullable FileLog log) {
        if (log != null) {
            log.close(context);
        }
        return null;
    }

    private void openMain() {
        try {
            main = FileLog.open(context, "file", logFile, config);
        } catch (IOException e) {
            warn(logFile, e, "Make its folder writable for this user, or name another in HUBSTORAGE_LOG_PATH");
        }
    }

    private void openBesideData() {
        // Not made here: on a disk that is not mounted yet it would be the wrong folder.
        if (dataFolder == null || !Files.isDirectory(dataFolder)) {
            return;
        }
        Path file = dataFolder.resolve(BESIDE_DATA);
        if (file.toAbsolutePath().normalize().equals(logFile.toAbsolutePath().normalize())) {
            return;
        }
        try {
            besideData = FileLog.open(context, "data-file", file, config);
        } catch (IOException e) {
            if (!dataLogMissed) {
                warn(file, e, "Backups cannot be written there either: check the disk and its permissions");
            }
            dataLogMissed = true;
        }
    }

    private void warn(Path file, IOException e, String advice) {
        context.getLogger(Logging.class)
                .warn("Cannot write the log file {} ({}); going on without it. {}", file, e.toString(), advice);
    }
}
