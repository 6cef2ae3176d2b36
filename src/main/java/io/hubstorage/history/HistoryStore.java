package io.hubstorage.history;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.DurableFiles;
import io.hubstorage.snapshot.Certificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the past, in {@code history.jsonl}: a line is a {@link RunRecord}, the last line of a run id counts, and
 * the order is that in which runs were first written down, whatever the clock said.
 *
 * <p>Thread-safe; every call may block on the disk. Only an index is kept in memory, of the last
 * {@value #KEEP} runs. A line that cannot be read costs that line and nothing else. I/O errors are thrown as
 * {@link UncheckedIOException}.
 */
public final class HistoryStore {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);
    private static final String FILE = "history.jsonl";
    /** How many runs are remembered. */
    private static final int KEEP = 10_000;
    /** How many runs are looked through for one that covered a certain bucket. */
    private static final int LOOK_BACK = 1_000;

    private final Path file;
    private final RunIndex index;
    /** Which file the index describes: another process may have put a compacted one in its place. */
    private @Nullable Object fileKey;
    /** How many bytes of the file the index covers. */
    private long end;
    /** Whether the file ends in the middle of a line, so that the next append must begin a new one. */
    private boolean torn;
    /** Why the last record could not be written. */
    private @Nullable String unwritable;
    /** Lines seen so far, good or bad; names them in warnings. */
    private int lines;

    private HistoryStore(Path file, int keep) {
        this.file = file;
        this.index = new RunIndex(keep);
    }

    /** Where the history in this folder is kept. */
    public static Path in(Path configFolder) {
        return configFolder.resolve(FILE);
    }

    /** Reads the history in this folder, which is made if it is missing; so is the file, at the first append. */
    public static HistoryStore open(Path configFolder) {
        return open(configFolder, KEEP);
    }

    static HistoryStore open(Path configFolder, int keep) {
        HistoryStore store = new HistoryStore(in(configFolder), keep);
        synchronized (store) {
            store.refresh();
            store.compactIfWorthwhile();
        }
        return store;
    }

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    public synchronized void append(RunRecord run) {
        refresh();
        byte[] line = json(run);
        ByteBuffer bytes = ByteBuffer.allocate(line.length + 2);
        if (torn) {
            bytes.put((byte) '\n');
        }
        long offset = end + bytes.position();
        bytes.put(line).put((byte) '\n').flip();
        boolean created = !Files.exists(file);
        // Until all of it is on the disk, assume the worst: a full disk leaves half a line behind.
        torn = true;
        try {
            Files.createDirectories(DurableFiles.folderOf(file));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                DurableFiles.writeFully(channel, bytes);
                channel.force(true);
                end = channel.size();
                fileKey = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            }
            if (created) {
                DurableFiles.forceFolder(DurableFiles.folderOf(file));
            }
        } catch (IOException e) {
            unwritable = file + " cannot be written: " + e;
            throw new UncheckedIOException("cannot write the run history " + file + ": " + e.getMessage(), e);
        }
        unwritable = null;
        torn = false;
        lines++;
        index.add(run, offset, line.length);
        compactIfWorthwhile();
    }

    /** Why the last record could not be written down; empty when it could. */
    public synchronized Optional<String> unwritable() {
        return Optional.ofNullable(unwritable);
    }

    /**
     * Runs, the newest first.
     *
     * @param limit at most so many
     * @param beforeRunId only runs older than this one; none when it is not (or no longer) in the history
     */
    public synchronized List<RunRecord> newest(int limit, @Nullable String beforeRunId) {
        refresh();
        return read(index.newestFirst(beforeRunId).limit(Math.max(0, limit)).toList());
    }

    /** The run of that id. */
    public synchronized Optional<RunRecord> find(String runId) {
        refresh();
        return read(index.find(runId).stream().toList()).stream().findFirst();
    }

    /** The newest run, dry or not, ended or not. */
    public Optional<RunRecord> last() {
        return newest(entry -> true);
    }

    /** The newest run that has ended, dry or not. */
    public Optional<RunRecord> lastEnded() {
        return newest(entry -> entry.result().ended());
    }

    /** The newest runs that were to cover every bucket and were not dry ones, newest first. */
    public synchronized List<RunRecord> lastWholeRuns(int limit) {
        refresh();
        return read(index.newestFirst(null)
                .filter(entry -> !entry.dryRun() && entry.allBuckets())
                .limit(Math.max(0, limit))
                .toList());
    }

    /** The newest run after which every bucket that was configured then was safe. */
    public Optional<RunRecord> lastSuccess() {
        return newest(RunIndex.Entry::leavesAllSafe);
    }

    /**
     * The newest run that judges the buckets it covered: not a dry one, and not one that was stopped.
     *
     * @param whole only one over all buckets
     */
    public Optional<RunRecord> lastDecisive(boolean whole) {
        return newest(entry -> !entry.dryRun() && entry.result().judges() && (!whole || entry.allBuckets()));
    }

    /**
     * How these buckets ended when they were last part of a run that judged them: not a dry one, and not one that was
     * stopped. Those that the last {@value #LOOK_BACK} runs do not tell of are absent.
     */
    public Map<String, Judged> lastJudged(Collection<String> buckets) {
        return last(buckets, (run, bucket) -> true);
    }

    /** Likewise, the last time that each was safe afterwards. */
    public Map<String, Judged> lastSafe(Collection<String> buckets) {
        return last(buckets, (run, bucket) -> run.result() != RunResult.FAILED && bucket.result() == RunResult.SUCCESS);
    }

    private synchronized Map<String, Judged> last(
            Collection<String> buckets, BiPredicate<RunRecord, RunRecord.BucketRecord> wanted) {
        refresh();
        Map<String, Judged> found = new HashMap<>();
        Set<String> open = new HashSet<>(buckets);
        Iterator<RunIndex.Entry> entries =
                index.newestFirst(null).limit(LOOK_BACK).iterator();
        while (!open.isEmpty() && entries.hasNext()) {
            RunIndex.Entry entry = entries.next();
            if (!entry.dryRun() && entry.result().judges()) {
                read(List.of(entry))
                        .forEach(run -> run.tried()
                                // Read well, but nothing was committed: what counts is the run before.
                                .filter(bucket ->
                                        run.result() != RunResult.FAILED || bucket.result() != RunResult.SUCCESS)
                                .filter(bucket -> wanted.test(run, bucket) && open.remove(bucket.bucket()))
                                .forEach(bucket -> found.put(bucket.bucket(), new Judged(run, bucket))));
            }
        }
        return found;
    }

    /** What a run said of one bucket. */
    public record Judged(RunRecord run, RunRecord.BucketRecord bucket) {}

    /**
     * Ends the runs that an earlier process left without an end: call it once, before the first run of this process. One
     * that had made its snapshot, and could only not tell, is told as its certificate says.
     *
     * @param certificates finds the certificate of the snapshot that a run made
     * @return how they ended, the oldest first
     */
    public synchronized List<RunRecord> interruptUnfinished(
            Instant now, Function<RunRecord, Optional<Certificate>> certificates) {
        refresh();
        List<RunRecord> unfinished = read(
                index.newestFirst(null).filter(entry -> !entry.result().ended()).toList());
        List<RunRecord> ended = new ArrayList<>();
        for (RunRecord run : unfinished.reversed()) {
            RunRecord end = certificates
                    .apply(run)
                    .map(certificate ->
                            certificate.record("The snapshot %s is whole; the program ended before it could say so."
                                    .formatted(certificate.snapshot())))
                    .orElseGet(() -> interrupted(run, now));
            LOG.info("Run {}: {}", run.runId(), end.message());
            append(end);
            ended.add(end);
        }
        return ended;
    }

    /**
     * Writes down what the history has lost: runs that made a snapshot after the last one it knows of.
     *
     * @param certificates of the snapshots there are, newest first
     * @return how many there were
     */
    public synchronized int restore(Stream<Certificate> certificates) {
        refresh();
        Instant known = index.newestFirst(null)
                .filter(entry -> !entry.dryRun())
                .map(entry -> read(List.of(entry)))
                .flatMap(List::stream)
                .map(RunRecord::startedAt)
                .findFirst()
                .orElse(Instant.MIN);
        List<Certificate> lost = certificates
                .takeWhile(certificate -> certificate.startedAt().isAfter(known))
                .filter(certificate -> index.find(certificate.runId()).isEmpty())
                .limit(index.keep())
                .toList();
        lost.reversed()
                .forEach(certificate ->
                        append(certificate.record("Told by the certificate of %s; the history of this run was lost."
                                .formatted(certificate.snapshot()))));
        return lost.size();
    }

    private static RunRecord interrupted(RunRecord run, Instant now) {
        return run.with(new RunEnd(
                RunResult.INTERRUPTED,
                now,
                run.attempts(),
                "The program ended in the middle of this run; the next run takes up what it had transferred."));
    }

    private synchronized Optional<RunRecord> newest(Predicate<RunIndex.Entry> wanted) {
        refresh();
        Stream<RunIndex.Entry> found = index.newestFirst(null).filter(wanted).limit(1);
        return read(found.toList()).stream().findFirst();
    }

    /** Takes in what was written since, by another process (the command line) or by hand. */
    private void refresh() {
        try {
            if (!Files.exists(file)) {
                reset();
                return;
            }
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            if (found.size() < end || !Objects.equals(found.fileKey(), fileKey)) {
                reset();
                fileKey = found.fileKey();
            }
            if (found.size() > end) {
                scan();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the run history " + file + ": " + e.getMessage(), e);
        }
    }

    private void reset() {
        index.clear();
        end = 0;
        lines = 0;
        torn = false;
    }

    private void scan() throws IOException {
        try (LineScanner scanner = new LineScanner(file, end)) {
            for (LineScanner.Line line = scanner.next(); line != null; line = scanner.next()) {
                take(line);
            }
            end = scanner.position();
        }
    }

    private void take(LineScanner.Line line) {
        torn = !line.ended();
        lines++;
        if (line.blank()) {
            return;
        }
        RunRecord run = line.complete() ? parse(line.bytes()) : null;
        if (run != null) {
            index.add(run, line.offset(), line.bytes().length);
        } else if (line.ended()) {
            LOG.warn("Line {} of the run history {} cannot be read and is left out", lines, file);
        } else {
            LOG.info("The last line of the run history {} was cut off in the middle and is left out", file);
        }
    }

    private List<RunRecord> read(List<RunIndex.Entry> entries) {
        if (entries.isEmpty()) {
            return List.of();
        }
        List<RunRecord> runs = new ArrayList<>(entries.size());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (RunIndex.Entry entry : entries) {
                RunRecord run = parse(DurableFiles.readFully(channel, entry.offset(), entry.length()));
                if (run == null) {
                    LOG.warn("Run {} can no longer be read from the run history {}", entry.runId(), file);
                } else {
                    runs.add(run);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the run history " + file + ": " + e.getMessage(), e);
        }
        return runs;
    }

    /** Rewrites the file once it holds more lines that no longer count than lines that do. */
    private void compactIfWorthwhile() {
        if (lines <= index.keep() || lines <= 2 * index.size()) {
            return;
        }
        int before = lines;
        try {
            DurableFiles.replace(file, this::copyLive);
            refresh();
            LOG.info("Compacted the run history {} from {} to {} lines", file, before, lines);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Cannot compact the run history {}: {}. It goes on growing until that works", file, e.toString());
        }
    }

    private void copyLive(FileChannel to) throws IOException {
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            for (RunIndex.Entry entry : index.oldestFirst().toList()) {
                ByteBuffer line = ByteBuffer.allocate(entry.length() + 1);
                line.put(DurableFiles.readFully(from, entry.offset(), entry.length()));
                DurableFiles.writeFully(to, line.put((byte) '\n').flip());
            }
        }
    }

    private static byte[] json(RunRecord run) {
        return BusJson.encode(run).encode().getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable RunRecord parse(byte[] line) {
        try {
            RunRecord run = BusJson.mapper().readValue(line, RunRecord.class);
            return whole(run) ? run : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether nothing is missing: JSON can leave out what the record's type promises. */
    private static boolean whole(@Nullable RunRecord run) {
        return run != null
                && run.start() != null
                && run.end() != null
                && Stream.of(run.runId(), run.start().trigger(), run.startedAt(), run.result(), run.buckets())
                        .allMatch(HistoryStore::present);
    }

    private static boolean present(@Nullable Object member) {
        return member != null;
    }
}
