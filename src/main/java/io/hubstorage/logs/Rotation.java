package io.hubstorage.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.TriggeringPolicy;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * When a file has grown to its limit, it becomes {@code <name>.1}, the former {@code .1} becomes {@code .2}, and so on; what
 * goes beyond the count is deleted. With a count of 0 the file begins again, empty. As Python's
 * {@code RotatingFileHandler} names them.
 *
 * <p>Logback's own fixed window stops at 20 files, checks the size once a minute and cannot be changed while it works.
 */
final class Rotation extends ContextAwareBase implements RollingPolicy, TriggeringPolicy<ILoggingEvent> {
    private static final long RETRY_NANOS = Duration.ofMinutes(1).toNanos();

    private final Path file;
    private volatile long maxBytes;
    private volatile int count;
    private boolean started;
    private boolean failed;
    private long failedAt;

    Rotation(Path file, long maxBytes, int count) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.count = count;
    }

    /** Holds from the next line on. */
    void limits(long bytes, int files) {
        maxBytes = bytes;
        count = files;
    }

    @Override
    public boolean isTriggeringEvent(File active, ILoggingEvent event) {
        if (active.length() < maxBytes) {
            return false;
        }
        // Where renaming fails it would fail again for every line.
        return !failed || System.nanoTime() - failedAt > RETRY_NANOS;
    }

    @Override
    public void rollover() throws RolloverFailure {
        try {
            shift();
            failed = false;
        } catch (IOException e) {
            failed = true;
            failedAt = System.nanoTime();
            throw new RolloverFailure("cannot rotate " + file + ": " + e, e);
        }
    }

    private void shift() throws IOException {
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
        FileLog.create(file);
    }

    private Path rotated(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public String getActiveFileName() {
        return file.toString();
    }

    @Override
    public CompressionMode getCompressionMode() {
        return CompressionMode.NONE;
    }

    @Override
    public void setParent(FileAppender<?> appender) {
        // The file is known already.
    }

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        started = false;
    }

    @Override
    public boolean isStarted() {
        return started;
    }
}
