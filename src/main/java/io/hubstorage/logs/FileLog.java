package io.hubstorage.logs;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.TriggeringPolicy;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.Durable;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;

/**
 * One rotated file, written by a thread of its own: a disk that hangs must not hold up an event loop that logs. When
 * the disk stays away so long that the queue is full, lines are left out.
 */
final class FileLog {
    private static final int QUEUE = 8192;

    private final Rotation rotation;
    private final AsyncAppender appender;

    private FileLog(Rotation rotation, AsyncAppender appender) {
        this.rotation = rotation;
        this.appender = appender;
    }

    /**
     * Opens the file for appending and begins to write to it what is logged.
     *
     * @throws IOException when that is not possible; nothing has changed then
     */
    static FileLog open(LoggerContext context, String name, Path file, HubConfig.Logging config) throws IOException {
        Files.createDirectories(Durable.folderOf(file));
        // Tried first, because Logback does not say why it cannot.
        create(file);
        RollingFileAppender<ILoggingEvent> rolling = new RollingFileAppender<>();
        Rotation rotation = new Rotation(file, config);
        rotation.setContext(context);
        rotation.setParent(rolling);
        rotation.start();
        rolling.setContext(context);
        rolling.setName(name);
        rolling.setFile(file.toString());
        rolling.setEncoder(LineFormat.forFile(context));
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
        return new FileLog(rotation, appender);
    }

    /** Makes the file if there is none; nobody but its owner may read it then. */
    private static void create(Path file) throws IOException {
        Files.newByteChannel(
                        file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), Durable.ownerOnly(file))
                .close();
    }

    /** Holds from the next line on. */
    void limits(HubConfig.Logging config) {
        rotation.config = config;
    }

    /** Writes what is queued, within a second, and closes the file. */
    void close(LoggerContext context) {
        root(context).detachAppender(appender);
        appender.stop();
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /**
     * When a file has grown to its limit, it becomes {@code <name>.1}, the former {@code .1} becomes {@code .2}, and so on;
     * what goes beyond the count is deleted. With a count of 0 the file begins again, empty. As Python's
     * {@code RotatingFileHandler} names them.
     *
     * <p>Logback's own fixed window stops at 20 files, checks the size once a minute and cannot be changed while it works.
     */
    private static final class Rotation extends RollingPolicyBase implements TriggeringPolicy<ILoggingEvent> {
        private static final long RETRY_NANOS = Duration.ofMinutes(1).toNanos();

        private final Path file;
        private volatile HubConfig.Logging config;
        private boolean failed;
        private long failedAt;

        Rotation(Path file, HubConfig.Logging config) {
            this.file = file;
            this.config = config;
        }

        @Override
        public boolean isTriggeringEvent(File active, ILoggingEvent event) {
            if (active.length() < Math.max(1, config.maxSizeMb()) * 1024L * 1024L) {
                return false;
            }
            // Where renaming fails it would fail again for every line.
            return !failed || System.nanoTime() - failedAt > RETRY_NANOS;
        }

        @Override
        public void rollover() throws RolloverFailure {
            try {
                shift(config.backupCount());
                failed = false;
            } catch (IOException e) {
                failed = true;
                failedAt = System.nanoTime();
                throw new RolloverFailure("cannot rotate " + file + ": " + e, e);
            }
        }

        private void shift(int count) throws IOException {
            int last = 0;
            while (Files.exists(rotated(last + 1))) {
                last++;
            }
            for (int i = last; i >= Math.max(1, count); i--) {
                Files.delete(rotated(i));
            }
            for (int i = Math.min(last, count - 1); i >= 1; i--) {
                Files.move(rotated(i), rotated(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
            if (count == 0) {
                Files.deleteIfExists(file);
            } else {
                Files.move(file, rotated(1), StandardCopyOption.REPLACE_EXISTING);
            }
            // Here, since Logback would make it for everybody to read.
            create(file);
        }

        private Path rotated(int number) {
            return file.resolveSibling(file.getFileName() + "." + number);
        }

        @Override
        public String getActiveFileName() {
            return file.toString();
        }
    }
}
