package io.hubstorage.jobs;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.DurableFiles;
import io.hubstorage.fs.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where in the history the line that counts for each run is, in the order of the runs: the file {@code history.index}, of
 * lines of one length, so that the newest are found without reading the others. It is a copy of what the history says and
 * never more than a hint: it counts only for a history of exactly the size and time that it names, and whoever reads a
 * record compares it with the entry that led there. Replaced as a whole by each change. Not thread-safe.
 */
final class HistoryIndex {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryIndex.class);
    private static final String FORMAT = "history-1";
    /** Bytes of a line, its end included. */
    private static final int WIDTH = 64;
    /** So many entries are read at once. */
    private static final int BLOCK = 32;

    private final Path file;
    /** What could not be written to the file, or is not worth it. */
    private @Nullable List<Entry> inMemory = List.of();

    private int lines;
    private int size;
    private List<Entry> block = List.of();
    private int blockFrom;
    private long bytesRead;

    HistoryIndex(Path file) {
        this.file = file;
    }

    /** The index leads to something else than it says. */
    static final class StaleException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StaleException(String message) {
            super(message);
        }
    }

    /**
     * Which state of the history an index is of.
     *
     * @param nanos when it was last written to
     */
    record Covered(long bytes, long nanos) {
        static Covered of(Path history) throws IOException {
            BasicFileAttributes found = Files.readAttributes(history, BasicFileAttributes.class);
            return new Covered(found.size(), found.lastModifiedTime().to(TimeUnit.NANOSECONDS));
        }
    }

    /**
     * A run's line, at {@code offset}, {@code length} bytes without its end.
     *
     * @param id stands for the run's id, which may be of any length
     */
    record Entry(
            String id, long offset, int length, boolean dryRun, boolean allBuckets, boolean allSafe, RunResult result) {
        static Entry of(RunRecord run, long offset, int length) {
            return new Entry(
                    id(run.runId()),
                    offset,
                    length,
                    run.dryRun(),
                    run.coversAllBuckets(),
                    run.leavesAllSafe(),
                    run.result());
        }

        static String id(String runId) {
            byte[] hash = Sha256.digest().digest(runId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        }

        private String line() {
            return "%s %15d %10d %s%s%s %s"
                    .formatted(
                            id,
                            offset,
                            length,
                            dryRun ? 'd' : '-',
                            allBuckets ? 'a' : '-',
                            allSafe ? 's' : '-',
                            result);
        }

        private static Entry parse(String line) {
            try {
                String[] words = line.strip().split(" +", -1);
                return new Entry(
                        words[0],
                        Long.parseLong(words[1]),
                        Integer.parseInt(words[2]),
                        words[3].charAt(0) == 'd',
                        words[3].charAt(1) == 'a',
                        words[3].charAt(2) == 's',
                        RunResult.valueOf(words[4]));
            } catch (RuntimeException e) {
                throw new StaleException("no entry: " + line);
            }
        }
    }

    /** How many runs it knows. */
    int size() {
        return size;
    }

    /** How many lines the history has, good or bad. */
    int lines() {
        return lines;
    }

    /** How much of the file has been read since this was made. */
    long bytesRead() {
        return bytesRead;
    }

    /** Goes by the file, if that is of this state of the history. */
    boolean load(Covered history) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            String[] words = read(channel, 0, 1).strip().split(" +", -1);
            boolean fits = words.length == 4
                    && words[0].equals(FORMAT)
                    && words[1].equals(Long.toString(history.bytes))
                    && words[2].equals(Long.toString(history.nanos))
                    && channel.size() % WIDTH == 0;
            if (fits) {
                reset(null, Math.toIntExact(channel.size() / WIDTH) - 1, Integer.parseInt(words[3]));
            }
            return fits;
        } catch (IOException | NumberFormatException _) {
            return false;
        }
    }

    /** Begins anew with these entries, the oldest first. */
    void replace(List<Entry> entries, Covered history, int ofLines) {
        reset(List.copyOf(entries), entries.size(), ofLines);
        StringBuilder text = new StringBuilder(WIDTH * (entries.size() + 1));
        String head = "%s %d %d %d".formatted(FORMAT, history.bytes, history.nanos, ofLines);
        Stream.concat(Stream.of(head), entries.stream().map(Entry::line))
                .forEach(line ->
                        text.append(line).repeat(' ', WIDTH - 1 - line.length()).append('\n'));
        try {
            Durable.writeAtomically(file, text.toString().getBytes(StandardCharsets.US_ASCII));
            inMemory = null;
        } catch (IOException e) {
            LOG.debug("The index of the run history is kept in memory, because {} cannot be written", file, e);
        }
    }

    /** There is no history. */
    void clear() {
        reset(List.of(), 0, 0);
    }

    private void reset(@Nullable List<Entry> entries, int ofRuns, int ofLines) {
        inMemory = entries;
        size = ofRuns;
        lines = ofLines;
        block = List.of();
    }

    /** @throws StaleException when the file is not what it was */
    Stream<Entry> newestFirst() {
        return IntStream.iterate(size - 1, i -> i >= 0, i -> i - 1).mapToObj(this::get);
    }

    private Entry get(int number) {
        if (inMemory != null) {
            return inMemory.get(number);
        }
        if (number < blockFrom || number >= blockFrom + block.size()) {
            int from = Math.max(0, number + 1 - BLOCK);
            block = read(from, number + 1 - from);
            blockFrom = from;
        }
        return block.get(number - blockFrom);
    }

    /** The oldest first. */
    List<Entry> all() {
        return Objects.requireNonNullElseGet(inMemory, () -> read(0, size));
    }

    private List<Entry> read(int from, int count) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            String text = read(channel, from + 1, count);
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                entries.add(Entry.parse(text.substring(i * WIDTH, (i + 1) * WIDTH)));
            }
            return entries;
        } catch (IOException e) {
            throw new StaleException("it cannot be read: " + e);
        }
    }

    private String read(FileChannel channel, long line, int count) throws IOException {
        bytesRead += (long) count * WIDTH;
        return new String(DurableFiles.readFully(channel, line * WIDTH, count * WIDTH), StandardCharsets.ISO_8859_1);
    }
}
