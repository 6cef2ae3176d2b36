package io.hubstorage.bus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One log line.
 *
 * @param level {@code TRACE} to {@code ERROR}
 * @param run the id of the run it belongs to
 * @param text the message, with a stack trace below it where there is one
 */
public record LogLine(
        Instant time, String level, String logger, @Nullable String run, String text) {
    public LogLine withText(String other) {
        return new LogLine(time, level, logger, run, other);
    }
}
