package io.hubstorage.logs;

import ch.qos.logback.classic.Level;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.hubstorage.bus.LogLine;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which log lines are wanted, newest first. Expressions are RE2's, whose time grows with the line and never beyond: no
 * backreferences, no lookaround. A large expression on a long line is stopped all the same, and so is one that nobody waits
 * for any more.
 *
 * @param text what a line must contain, upper or lower case alike; its time, level and logger are searched too
 * @param regex whether {@code text} is a regular expression, as RE2 reads them
 * @param level this level or a worse one; Python's names are understood
 * @param run only lines of this run, or that name it
 * @param limit how many lines at most; 1 to {@value #MOST}
 * @param before the {@link LogFiles.Page#next} of the page before
 */
public record LogQuery(
        @Nullable String text,
        boolean regex,
        @Nullable String level,
        @Nullable String run,
        int limit,
        @Nullable String before) {
    public static final int MOST = 5000;

    private static final Set<String> LEVELS =
            Set.of("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL");
    private static final long PATIENCE_NANOS = Duration.ofMillis(500).toNanos();

    /** Instructions of a compiled expression; each may be looked at for each character. */
    private static final int MOST_INSTRUCTIONS = 2_000;

    private static final int LOOK_EVERY = 64;

    /** @throws IllegalArgumentException when the limit is out of range */
    public LogQuery {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to %d".formatted(limit, MOST));
        }
    }

    public LogQuery olderThan(@Nullable String cursor) {
        return new LogQuery(text, regex, level, run, limit, cursor);
    }

    /**
     * A regular expression, whatever the case of letters.
     *
     * @throws IllegalArgumentException that says what is wrong, or not to be had here
     */
    public static Pattern expression(String text) {
        Pattern compiled;
        try {
            compiled = Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "not a regular expression as RE2 knows them, without backreferences and lookaround: "
                            + e.getDescription(),
                    e);
        }
        if (compiled.programSize() > MOST_INSTRUCTIONS) {
            throw new IllegalArgumentException("this regular expression repeats too much; make it simpler");
        }
        return compiled;
    }

    final class Filter {
        private final @Nullable Pattern pattern;
        private final Level least;
        private final BooleanSupplier cancelled;

        /** @throws IllegalArgumentException for an unknown level or an expression that is none */
        Filter(BooleanSupplier cancelled) {
            this.cancelled = cancelled;
            this.pattern = text == null || text.isEmpty()
                    ? null
                    : regex ? expression(text) : Pattern.compile(Pattern.quote(text), Pattern.CASE_INSENSITIVE);
            this.least = leastLevel();
        }

        /** @throws IllegalArgumentException when the expression takes too long on this line */
        boolean accepts(LogLine line) {
            if (!Level.toLevel(line.level()).isGreaterOrEqual(least)) {
                return false;
            }
            // That a run begins is said before its lines carry its id.
            if (run != null && !run.equals(line.run()) && !line.text().contains(run)) {
                return false;
            }
            if (pattern == null) {
                return true;
            }
            return pattern.matcher(new DeadlineText(LineFormat.format(line), System.nanoTime() + PATIENCE_NANOS))
                    .find();
        }

        /** A text that ends a search which does not end by itself. */
        private final class DeadlineText implements CharSequence {
            private final CharSequence text;
            private final long deadline;
            private int looks;

            DeadlineText(CharSequence text, long deadline) {
                this.text = text;
                this.deadline = deadline;
            }

            @Override
            public char charAt(int index) {
                looks++;
                if (looks % LOOK_EVERY == 0) {
                    if (cancelled.getAsBoolean()) {
                        throw new CancellationException("nobody waits for this search any more");
                    }
                    if (System.nanoTime() - deadline > 0) {
                        throw new IllegalArgumentException("this regular expression takes too long; make it simpler");
                    }
                }
                return text.charAt(index);
            }

            @Override
            public int length() {
                return text.length();
            }

            @Override
            public CharSequence subSequence(int start, int end) {
                return new DeadlineText(text.subSequence(start, end), deadline);
            }

            @Override
            public String toString() {
                return text.toString();
            }
        }
    }

    private Level leastLevel() {
        if (level == null || level.isBlank()) {
            return Level.TRACE;
        }
        if (!LEVELS.contains(level.strip().toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "level: found %s, allowed: TRACE, DEBUG, INFO, WARN, ERROR".formatted(level));
        }
        return Logging.level(level);
    }
}
