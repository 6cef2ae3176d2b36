package io.hubstorage.logs;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import io.hubstorage.config.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * One rotated file, written by a thread of its own: a disk that hangs must not hold up an event loop that logs. When
 * the disk stays away so long that the queue is full, lines are left out.
 */
final class FileLog {
    private static final int QUEUE = 8192;

    private final Path file;
    private final Rotation rotation;
    private final AsyncAppender appender;

    private FileLog(Path file, Rotation rotation, AsyncAppender appender) {
        this.file = file;
        this.rotation = rotation;
        this.appender = appender;
    }

    /**
     * Opens the file for appending and begins to write to it what is logged.
     *
     * @throws IOException when that is not possible; nothing has changed then
     */
    static FileLog open(LoggerContext context, String name, Path file, HubConfig.Logging config) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        // Tried first, because Logback does not say why it cannot.
        create(file);
        Rotation rotation = new Rotation(file, bytes(config), config.backupCount());
        rotation.setContext(context);
        rotation.start();
        RollingFileAppender<ILoggingEvent> rolling = new RollingFileAppender<>();
        rolling.setContext(context);
        rolling.setName(name);
        rolling.setFile(file.toString());
        rolling.setEncoder(LineLayout.forFile(context));
        rolling.setRollingPolicy(rotation);
        rolling.start();
        if (!rolling.isStarted()) {
            throw new IOException("the log " + file + " could not be started");
        }
        AsyncAppender appender = new AsyncAppender();
        appender.setContext(context);
        appender.setName(name + "-queue");
        appender.setQueueSize(QUEUE);
        appender.setDiscardingThreshold(0);
        appender.setNeverBlock(true);
        appender.addAppender(rolling);
        appender.start();
        root(context).addAppender(appender);
        return new FileLog(file, rotation, appender);
    }

    /** Makes the file if there is none; nobody but its owner may read it then. */
    static void create(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), attributes)
                .close();
    }

    Path file() {
        return file;
    }

    void limits(HubConfig.Logging config) {
        rotation.limits(bytes(config), config.backupCount());
    }

    /** Writes what is queued, within a second, and closes the file. */
    void close(LoggerContext context) {
        root(context).detachAppender(appender);
        appender.stop();
    }

    private static long bytes(HubConfig.Logging config) {
        return Math.max(1, config.maxSizeMb()) * 1024L * 1024L;
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
