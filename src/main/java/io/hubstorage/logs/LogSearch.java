package io.hubstorage.logs;

import io.hubstorage.bus.LogLine;
import io.hubstorage.fs.BackwardLines;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One page of what a query asks for, put together from as many files as it takes, the newest first. */
final class LogSearch {
    /** A page of long stack traces ends early. */
    private static final int MOST_CHARACTERS = 4 << 20;
    /** Of a longer line, and of a longer entry, only the beginning is kept. */
    private static final int LONGEST = 1 << 18;

    private final LogQuery.Filter filter;
    private final BooleanSupplier cancelled;
    private final int limit;
    private final @Nullable Cursor from;
    private final long deadline;
    private final List<LogLine> lines = new ArrayList<>();
    private boolean reached;
    private long characters;
    private @Nullable String next;

    /**
     * @param cancelled asked at each line
     * @param patience after that time the page is what was found by then
     * @throws IllegalArgumentException for a query that cannot be understood
     */
    LogSearch(LogQuery query, BooleanSupplier cancelled, Duration patience) {
        this.cancelled = cancelled;
        filter = query.new Filter(cancelled);
        limit = query.limit();
        from = query.before() == null ? null : Cursor.parse(query.before());
        reached = from == null;
        deadline = System.nanoTime() + patience.toNanos();
    }

    /** A place that stays valid when the files are rotated: which file, and the offset of the last line read. */
    private record Cursor(long file, long offset) {
        private static final Pattern FORM = Pattern.compile("([0-9a-f]{1,8})-([0-9]{1,18})");

        static Cursor parse(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(
                        "before: found %s, allowed: what an earlier page gave".formatted(text));
            }
            return new Cursor(Long.parseLong(matcher.group(1), 16), Long.parseLong(matcher.group(2)));
        }

        @Override
        public String toString() {
            return Long.toHexString(file) + "-" + offset;
        }
    }

    /**
     * Searches the next older file.
     *
     * @param identity names it in a cursor
     * @return whether the page is full
     */
    boolean in(FileChannel channel, long identity) throws IOException {
        long end = channel.size();
        if (!reached && from != null) {
            if (from.file() != identity) {
                return false;
            }
            reached = true;
            end = from.offset();
        }
        BackwardLines backward = new BackwardLines(channel, end, LONGEST);
        for (LogLine line = previous(backward); line != null; line = previous(backward)) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException("nobody waits for this search any more");
            }
            if (filter.accepts(line)) {
                lines.add(line);
                characters += line.text().length();
            }
            if (lines.size() >= limit || characters > MOST_CHARACTERS || System.nanoTime() - deadline > 0) {
                next = new Cursor(identity, backward.start()).toString();
                return true;
            }
        }
        return false;
    }

    LogFiles.Page page() {
        return new LogFiles.Page(List.copyOf(lines), next);
    }

    /**
     * The entry before those already read, with all lines of its text; null when there is none. Lines that follow no first line
     * are left out.
     */
    private static @Nullable LogLine previous(BackwardLines lines) throws IOException {
        Deque<String> more = new ArrayDeque<>();
        int characters = 0;
        for (String line = lines.previous(); line != null; line = lines.previous()) {
            LogLine first = LineFormat.parse(line);
            if (first != null) {
                return more.isEmpty() ? first : first.withText(first.text() + "\n" + String.join("\n", more));
            }
            more.addFirst(line.startsWith(LineFormat.INDENT) ? line.substring(LineFormat.INDENT.length()) : line);
            characters += line.length() + 1;
            while (characters > LONGEST && more.size() > 1) {
                characters -= more.removeLast().length() + 1;
            }
        }
        return null;
    }
}
