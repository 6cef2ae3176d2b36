package io.hubstorage.testkit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * Watches that no event loop is blocked while this is open, by what Vert.x says of them: only where it shows by what, which it does from
 * {@code warningExceptionTime} on, 5 s. What is shorter a machine can do that is busy with something else.
 */
public final class BlockedLoops implements AutoCloseable {
    private static final String CHECKER = "io.vertx.core.impl.BlockedThreadChecker";

    private final Logger logger = (Logger) LoggerFactory.getLogger(CHECKER);
    private final List<ILoggingEvent> told = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            told.add(event);
        }
    };

    private BlockedLoops() {
        appender.start();
        logger.addAppender(appender);
    }

    public static BlockedLoops watch() {
        return new BlockedLoops();
    }

    /** How often Vert.x has said that one was blocked, for however short. */
    public int told() {
        return told.size();
    }

    /** @throws AssertionError when one was blocked for too long, with what it was doing */
    @Override
    public void close() {
        logger.detachAppender(appender);
        List<String> stacks = told.stream()
                .filter(event -> event.getThrowableProxy() != null)
                .map(event -> ThrowableProxyUtil.asString(event.getThrowableProxy()))
                .toList();
        if (!stacks.isEmpty()) {
            throw new AssertionError("an event loop was blocked: " + String.join("\n", stacks));
        }
    }
}
