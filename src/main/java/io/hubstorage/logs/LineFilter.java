package io.hubstorage.logs;

import ch.qos.logback.classic.Level;
import io.hubstorage.bus.LogLine;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Whether a line is wanted. A regular expression that would take forever is stopped. */
final class LineFilter {
    private static final Set<String> LEVELS =
            Set.of("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL");
    private static final long PATIENCE_NANOS = Duration.ofMillis(500).toNanos();

    private final @Nullable Pattern pattern;
    private final Level least;
    private final @Nullable String run;

    /** @throws IllegalArgumentException for an unknown level or an expression that is none */
    LineFilter(LogQuery query) {
        this.pattern = pattern(query);
        this.least = level(query.level());
        this.run = query.run();
    }

    private static @Nullable Pattern pattern(LogQuery query) {
        String text = query.text();
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Pattern.compile(
                    query.regex() ? text : Pattern.quote(text), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + e.getDescription(), e);
        }
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
        try {
            CharSequence text = new Impatient(LineFormat.format(line), System.nanoTime() + PATIENCE_NANOS);
            return pattern.matcher(text).find();
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("this regular expression needs too much memory; make it simpler", e);
        }
    }

    /** A text that ends a search which does not end by itself. */
    private static final class Impatient implements CharSequence {
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
            if ((looks & 0xfff) == 0 && System.nanoTime() - deadline > 0) {
                throw new IllegalArgumentException("this regular expression takes too long; make it simpler");
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
