package io.hubstorage.logs;

import io.hubstorage.bus.LogLine;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log file and its rotated predecessors, newest lines first. Blocking; holds no file open between calls, and
 * no more in memory than a page. A symbolic link counts as no file: it could lead anywhere. Thread-safe.
 */
public final class LogFiles {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

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

    /** A log file as one may download it. */
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
     * @throws IllegalArgumentException for an unknown level, a broken or endless regular expression, or a cursor that is
     *     not one
     */
    public Page read(LogQuery query) throws IOException {
        return read(query, () -> false);
    }

    /**
     * As {@link #read(LogQuery)}, for somebody who may not wait to the end.
     *
     * @param cancelled asked now and then; when it says so, the search ends with a
     *     {@link java.util.concurrent.CancellationException}
     */
    public Page read(LogQuery query, BooleanSupplier cancelled) throws IOException {
        LogSearch search = new LogSearch(query, cancelled, patience);
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
                    return search.page();
                }
            } catch (NoSuchFileException | EOFException e) {
                // Rotated away while we looked: what is left of it is in the files that follow.
            }
        }
        return search.page();
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
}
