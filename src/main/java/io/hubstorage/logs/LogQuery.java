package io.hubstorage.logs;

import org.jspecify.annotations.Nullable;

/**
 * Which log lines are wanted, newest first.
 *
 * @param text what a line must contain, upper or lower case alike; its time, level and logger are searched too
 * @param regex whether {@code text} is a regular expression, as RE2 reads them
 * @param level this level or a worse one; Python's names are understood
 * @param run only lines of this run, or that name it
 * @param limit at most so many; 1 to {@value #MOST}
 * @param before the {@link LogPage#next} of the page before
 */
public record LogQuery(
        @Nullable String text,
        boolean regex,
        @Nullable String level,
        @Nullable String run,
        int limit,
        @Nullable String before) {
    /** The largest page. */
    public static final int MOST = 5000;

    /** @throws IllegalArgumentException when the limit is out of range */
    public LogQuery {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to %d".formatted(limit, MOST));
        }
    }

    /** The newest lines, whatever they say. */
    public static LogQuery newest(int limit) {
        return new LogQuery(null, false, null, null, limit, null);
    }
}
