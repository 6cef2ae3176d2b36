package io.hubstorage.logs;

import io.hubstorage.bus.LogLine;
import io.hubstorage.fs.BackwardLines;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log file and its rotated predecessors, newest lines first. Blocking; holds no file open between calls, and
 * no more in memory than a page. A symbolic link counts as no file: it could lead anywhere. Thread-safe.
 */
public final class LogFiles {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** A page of long stack traces ends early. */
    private static final int MOST_CHARACTERS = 4 << 20;
    /** Of a longer line, and of a longer entry, only the beginning is kept. */
    private static final int LONGEST = 1 << 18;

    private final Path file;
    private final Duration patience;

    /** @param file the newest one; {@code .1}, {@code .2}, … beside it are older */
    public LogFiles(Path file) {
        this(file, PATIENCE);
    }

    LogFiles(Path file, Duration patience) {
        this.file = file;
        this.patience = patience;
    }

    public record LogFile(String name, long size, Instant modified) {}

    /**
     * Log lines, newest first.
     *
     * @param next goes into {@link LogQuery#before} for older ones; null when there are no more. A page may hold fewer lines
     *     than asked for, even none, and still have a next one: a search stops after some seconds and goes on from there
     */
    public record Page(List<LogLine> lines, @Nullable String next) {}

    /** The files there are, newest first. */
    public List<LogFile> list() throws IOException {
        List<LogFile> found = new ArrayList<>();
        for (int number = 0; number == 0 || Files.exists(numbered(number)); number++) {
            Path path = numbered(number);
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                found.add(new LogFile(
                        String.valueOf(path.getFileName()),
                        attributes.size(),
                        attributes.lastModifiedTime().toInstant()));
            }
        }
        return found;
    }

    /**
     * The path of one of the files that {@link #list} names.
     *
     * @throws NoSuchFileException for any other name
     */
    public Path resolve(String name) throws IOException {
        for (LogFile known : list()) {
            if (known.name().equals(name)) {
                return file.resolveSibling(known.name());
            }
        }
        throw new NoSuchFileException(name);
    }

    /**
     * A page of lines.
     *
     * @param cancelled asked now and then; when it says so, the search ends with a {@link CancellationException}
     * @throws IllegalArgumentException for an unknown level, a broken or endless regular expression, or a cursor that is
     *     not one
     */
    public Page read(LogQuery query, BooleanSupplier cancelled) throws IOException {
        Search search = new Search(query, cancelled, patience);
        Set<Long> seen = new HashSet<>();
        for (int number = 0; number == 0 || Files.exists(numbered(number)); number++) {
            if (!Files.isRegularFile(numbered(number), LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            try (FileChannel channel =
                    FileChannel.open(numbered(number), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                long identity = identity(channel);
                // A file met twice was rotated to its new number meanwhile.
                if (channel.size() > 0 && seen.add(identity) && search.in(channel, identity)) {
                    break;
                }
            } catch (NoSuchFileException | EOFException e) {
                // Rotated away while we looked: what is left of it is in the files that follow.
            }
        }
        return new Page(List.copyOf(search.lines), search.next);
    }

    private Path numbered(int number) {
        return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
    }

    /** Names a file whatever its number: by its first line, which never changes, and holds the time to the millisecond. */
    private static long identity(FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(512);
        while (head.hasRemaining() && channel.read(head, head.position()) > 0) {
            // Until it is full, or the file at its end.
        }
        head.flip();
        CRC32 crc = new CRC32();
        while (head.hasRemaining()) {
            byte b = head.get();
            if (b == '\n') {
                break;
            }
            crc.update(b);
        }
        return crc.getValue();
    }

    /** One page of what a query asks for, put together from as many files as it takes, the newest first. */
    private static final class Search {
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
        Search(LogQuery query, BooleanSupplier cancelled, Duration patience) {
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
}
