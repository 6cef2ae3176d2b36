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
 * Whether a line is wanted. Expressions are RE2's, whose time grows with the line and never beyond: no backreferences, no
 * lookaround. A large expression on a long line is stopped all the same, and so is one that nobody waits for any more.
 */
final class LineFilter {
    private static final Set<String> LEVELS =
            Set.of("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL");
    private static final long PATIENCE_NANOS = Duration.ofMillis(500).toNanos();

    /** Instructions of a compiled expression; each may be looked at for each character. */
    private static final int MOST_INSTRUCTIONS = 2_000;

    private static final int LOOK_EVERY = 64;

    private final @Nullable Pattern pattern;
    private final Level least;
    private final @Nullable String run;
    private final BooleanSupplier cancelled;

    /** @throws IllegalArgumentException for an unknown level or an expression that is none */
    LineFilter(LogQuery query, BooleanSupplier cancelled) {
        this.cancelled = cancelled;
        this.pattern = pattern(query);
        this.least = level(query.level());
        this.run = query.run();
    }

    private static @Nullable Pattern pattern(LogQuery query) {
        String text = query.text();
        if (text == null || text.isEmpty()) {
            return null;
        }
        return query.regex() ? expression(text) : Pattern.compile(Pattern.quote(text), Pattern.CASE_INSENSITIVE);
    }

    /**
     * A regular expression, whatever the case of letters.
     *
     * @throws IllegalArgumentException that says what is wrong, or not to be had here
     */
    static Pattern expression(String text) {
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

    private static Level level(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return Level.TRACE;
        }
        if (!LEVELS.contains(name.strip().toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "level: found %s, allowed: TRACE, DEBUG, INFO, WARN, ERROR".formatted(name));
        }
        return Logging.level(name);
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
        return pattern.matcher(new Impatient(LineFormat.format(line), System.nanoTime() + PATIENCE_NANOS))
                .find();
    }

    /** A text that ends a search which does not end by itself. */
    private final class Impatient implements CharSequence {
        private final CharSequence text;
        private final long deadline;
        private int looks;

        Impatient(CharSequence text, long deadline) {
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
            return new Impatient(text.subSequence(start, end), deadline);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
