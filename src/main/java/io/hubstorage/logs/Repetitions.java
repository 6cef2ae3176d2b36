package io.hubstorage.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Leaves out stack traces that repeat: what somebody can cause as often as they like must not push everything else out of the
 * rotated files. Of the same exception from the same place, a few in a while are logged, and then how many more there were.
 */
final class Repetitions extends TurboFilter {
    static final int TOLD = 20;
    private static final long WHILE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int REMEMBERED = 200;

    private final Map<String, Count> counts = new LinkedHashMap<>();

    private static final class Count {
        private final long begun = System.nanoTime();
        private int told;
        private int untold;
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] parameters,
            @Nullable Throwable thrown) {
        Throwable cause = thrown == null ? last(parameters) : thrown;
        if (cause == null || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
            return FilterReply.NEUTRAL;
        }
        StackTraceElement[] trace = cause.getStackTrace();
        String key = logger.getName()
                + ' '
                + format
                + ' '
                + cause.getClass().getName()
                + ' '
                + (trace.length == 0 ? "" : trace[0]);
        int missed = 0;
        boolean tell;
        synchronized (counts) {
            Count count = counts.get(key);
            if (count == null || System.nanoTime() - count.begun > WHILE_NANOS) {
                missed = count == null ? 0 : count.untold;
                counts.remove(key);
                count = new Count();
                counts.put(key, count);
                if (counts.size() > REMEMBERED) {
                    counts.remove(counts.keySet().iterator().next());
                }
            }
            tell = count.told < TOLD;
            if (tell) {
                count.told++;
                if (count.told == TOLD) {
                    missed = -1;
                }
            } else {
                count.untold++;
            }
        }
        if (missed > 0) {
            logger.warn("{} more like the next one were left out", missed);
        }
        if (missed < 0) {
            logger.warn("Further ones like the next one are left out for a while, and then counted");
        }
        return tell ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    /** Where SLF4J would find it. */
    private static @Nullable Throwable last(Object @Nullable [] parameters) {
        return parameters != null
                        && parameters.length > 0
                        && parameters[parameters.length - 1] instanceof Throwable thrown
                ? thrown
                : null;
    }
}
