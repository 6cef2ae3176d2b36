package io.hubstorage.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.fs.BackwardLines;
import io.hubstorage.fs.Durable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A file to which records of runs are appended, one JSON object a line; the last line of a run counts. It is read from its
 * end, and no further than a question needs, so that the newest runs are found as quickly in a long history as in a short
 * one. A line that cannot be read costs that line and nothing else. Thread-safe; I/O errors are thrown as
 * {@link UncheckedIOException}.
 */
final class HistoryFile {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);
    /** Bytes; a longer line counts as one that cannot be read. */
    private static final int LONGEST = 16 << 20;

    private final Path file;
    private final int keep;

    /** Where the lines begin of which was told that they cannot be read. */
    private final Set<Long> leftOut = ConcurrentHashMap.newKeySet();

    private @Nullable String unwritable;

    private final LongAdder bytesRead = new LongAdder();

    /** How many lines the file had when it had {@link #countedBytes}. */
    private long lines;

    /** -1 before the first count. */
    private long countedBytes = -1;

    /** @param keep so many runs are remembered, the newest ones */
    HistoryFile(Path file, int keep) {
        this.file = file;
        this.keep = keep;
    }

    record State(long bytes, FileTime written) {}

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    synchronized void append(RunRecord run) {
        String line = BusJson.encode(run).encode() + "\n";
        try {
            Files.createDirectories(Durable.folderOf(file));
            boolean made = !Files.exists(file);
            long before = made ? 0 : Files.size(file);
            String text = made || endsInLine() ? line : "\n" + line;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                Durable.writeFully(channel, ByteBuffer.wrap(bytes));
                channel.force(true);
            }
            if (before == countedBytes) {
                lines += text.chars().filter(c -> c == '\n').count();
                countedBytes += bytes.length;
            }
            if (made) {
                Durable.syncFolder(Durable.folderOf(file));
            }
        } catch (IOException e) {
            unwritable = file + " cannot be written: " + e;
            throw new UncheckedIOException("cannot write the run history " + file + ": " + e.getMessage(), e);
        }
        unwritable = null;
        compactIfLong();
    }

    private boolean endsInLine() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            return size == 0 || Durable.readFully(channel, size - 1, 1)[0] == '\n';
        }
    }

    /** Why the last record could not be written down; empty when it could. */
    synchronized Optional<String> unwritable() {
        return Optional.ofNullable(unwritable);
    }

    State state() {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new State(found.size(), found.lastModifiedTime());
        } catch (NoSuchFileException e) {
            return new State(0, FileTime.fromMillis(0));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** How many bytes were read, to answer questions and to count lines. */
    long bytesRead() {
        return bytesRead.sum();
    }

    /** Asks the runs, newest first. Nobody waits for it: what is appended meanwhile it does not see. */
    <T> T query(Function<Stream<RunRecord>, T> question) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BackwardLines lines = new BackwardLines(channel, channel.size(), LONGEST);
            try {
                Set<String> met = new HashSet<>();
                return question.apply(
                        Stream.iterate(previous(lines, met), Optional::isPresent, _ -> previous(lines, met))
                                .map(Optional::orElseThrow)
                                .limit(keep));
            } finally {
                bytesRead.add(lines.bytesRead());
            }
        } catch (NoSuchFileException e) {
            return question.apply(Stream.empty());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The next older line that counts, of a run that was not met yet; empty at the beginning of the file. */
    private Optional<RunRecord> previous(BackwardLines lines, Set<String> met) {
        try {
            for (String line = lines.previous(); line != null; line = lines.previous()) {
                RunRecord run = line.isBlank() ? null : parse(line, lines);
                if (run != null && met.add(run.runId())) {
                    return Optional.of(run);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private @Nullable RunRecord parse(String line, BackwardLines lines) {
        long offset = lines.start();
        boolean torn = false;
        try {
            RunRecord run = BusJson.mapper().readValue(line, RunRecord.class);
            if (isWhole(run)) {
                return run;
            }
        } catch (JsonEOFException e) {
            // As the end of a process or of the power leaves it: nothing that somebody has to look at.
            torn = true;
        } catch (JsonProcessingException e) {
            LOG.debug("Byte {} of {}", offset, file, e);
        }
        // An open one may be just about to be whole; if not, it is told once the next record stands behind it.
        if (!lines.isOpen() && leftOut.add(offset)) {
            LOG.atLevel(torn ? Level.INFO : Level.WARN)
                    .log(
                            "The line at byte {} of the run history {} {} and is left out",
                            offset,
                            file,
                            torn ? "was cut off in the middle" : "cannot be read");
        }
        return null;
    }

    /** Whether nothing is missing: JSON can leave out what the record's type promises. */
    private static boolean isWhole(@Nullable RunRecord run) {
        return run != null
                && run.start() != null
                && run.end() != null
                && Stream.of(run.runId(), run.start().trigger(), run.startedAt(), run.result(), run.buckets())
                        .allMatch(Objects::nonNull);
    }

    private UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("cannot read the run history " + file + ": " + e.getMessage(), e);
    }

    /** Rewrites the file once it holds twice as many lines as runs are remembered: most have one to begin and one to end. */
    private void compactIfLong() {
        try {
            if (Files.size(file) != countedBytes) {
                count();
            }
            if (lines > 2L * keep) {
                long before = lines;
                Durable.writeAtomically(file, this::copyNewest);
                leftOut.clear();
                count();
                LOG.info("Compacted the run history {} from {} to {} lines", file, before, lines);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Cannot compact the run history {}: {}. It goes on growing until that works", file, e.toString());
        }
    }

    private void count() throws IOException {
        long found = 0;
        long bytes = 0;
        byte[] block = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(block); read > 0; read = in.read(block)) {
                bytes += read;
                for (int i = 0; i < read; i++) {
                    found += block[i] == '\n' ? 1 : 0;
                }
            }
        }
        bytesRead.add(bytes);
        lines = found;
        countedBytes = bytes;
    }

    /**
     * Copies the lines as they are: a later version may have written more into them than this one knows.
     *
     * @throws IOException also when somebody has appended to the file meanwhile, whose record would be lost
     */
    private void copyNewest(FileChannel to) throws IOException {
        record Line(long start, long end) {}
        List<Line> newestFirst = new ArrayList<>();
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = from.size();
            BackwardLines backward = new BackwardLines(from, size, LONGEST);
            Set<String> met = new HashSet<>();
            while (newestFirst.size() < keep && previous(backward, met).isPresent()) {
                newestFirst.add(new Line(backward.start(), backward.end()));
            }
            for (Line line : newestFirst.reversed()) {
                int length = Math.toIntExact(line.end() + 1 - line.start());
                Durable.writeFully(to, ByteBuffer.wrap(Durable.readFully(from, line.start(), length)));
            }
            // Here, as it takes the longest: between the look and the move there is next to nothing.
            to.force(true);
            if (Files.size(file) != size) {
                throw new IOException("another process has just written to it");
            }
        }
    }
}
