package io.hubstorage.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What this room logs while it is open, at every level. */
final class LogCapture implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.hubstorage.config");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private LogCapture() {}

    static LogCapture start() {
        LogCapture capture = new LogCapture();
        // Appended to from several threads.
        capture.appender.list = java.util.Collections.synchronizedList(capture.appender.list);
        capture.logger.setLevel(Level.TRACE);
        capture.appender.start();
        capture.logger.addAppender(capture.appender);
        return capture;
    }

    /** Level and text of each line so far. */
    List<String> lines() {
        return List.copyOf(appender.list).stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    List<String> lines(String level) {
        return lines().stream().filter(line -> line.startsWith(level + " ")).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(null);
    }
}
