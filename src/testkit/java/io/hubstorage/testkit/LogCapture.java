package io.hubstorage.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a room logs while this is open, at every level. */
public final class LogCapture implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    private LogCapture(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
    }

    /** Begins to listen to everything below this package. */
    public static LogCapture of(String name) {
        LogCapture capture = new LogCapture(name);
        // Appended to from several threads.
        capture.appender.list = java.util.Collections.synchronizedList(capture.appender.list);
        capture.logger.setLevel(Level.TRACE);
        capture.appender.start();
        capture.logger.addAppender(capture.appender);
        return capture;
    }

    /** Level and text of each line so far. */
    public List<String> lines() {
        return List.copyOf(appender.list).stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    /** Only those of a level, as {@code WARN}. */
    public List<String> lines(String level) {
        return lines().stream().filter(line -> line.startsWith(level + " ")).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(null);
    }
}
