package io.hubstorage.jobs;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.fs.DurableFiles;
import io.hubstorage.snapshot.Certificate;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the past, in {@code history.jsonl}: a line is a {@link RunRecord}, the last line of a run id counts, and
 * the order is that in which runs were first written down, whatever the clock said.
 *
 * <p>Thread-safe; every call may block on the disk. Nothing of it is kept in memory, and opening it or reading the newest
 * runs costs the same however long it is: see {@link HistoryIndex}. A line that cannot be read costs that line and nothing
 * else. I/O errors are thrown as {@link UncheckedIOException}.
 */
public final class HistoryStore {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);
    private static final String FILE = "history.jsonl";
    /** How many runs are remembered. */
    private static final int KEEP = 10_000;
    /** How many runs are looked through for one that covered a certain bucket, or that has not ended. */
    private static final int LOOK_BACK = 1_000;

    private final Path file;
    private final int keep;
    private final HistoryIndex index;
    /** Which state of the file the index describes. */
    private HistoryIndex.@Nullable Covered covered;
    /** Why the last record could not be written. */
    private @Nullable String unwritable;

    private long bytesRead;

    private HistoryStore(Path file, int keep) {
        this.file = file;
        this.keep = keep;
        this.index = new HistoryIndex(file.resolveSibling("history.index"));
    }

    /** Where the history in this folder is kept. */
    public static Path in(Path configFolder) {
        return configFolder.resolve(FILE);
    }

    /** The history in this folder, which is made if it is missing; so is the file, at the first append. */
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

    /** How many bytes it has read of its files. */
    synchronized long bytesRead() {
        return bytesRead + index.bytesRead();
    }

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    public synchronized void append(RunRecord run) {
        refresh();
        HistoryIndex.Covered before = covered;
        covered = null;
        byte[] line = json(run);
        try {
            boolean torn = before != null && before.bytes() > 0 && !endsInLine(before.bytes());
            ByteBuffer bytes = ByteBuffer.allocate(line.length + 2);
            if (torn) {
                bytes.put((byte) '\n');
            }
            bytes.put(line).put((byte) '\n').flip();
            int written = bytes.limit();
            Files.createDirectories(DurableFiles.folderOf(file));
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                DurableFiles.writeFully(channel, bytes);
                channel.force(true);
            }
            if (before == null) {
                DurableFiles.forceFolder(DurableFiles.folderOf(file));
            }
            long end = (before == null ? 0 : before.bytes()) + written;
            HistoryIndex.Covered after = HistoryIndex.Covered.of(file);
            // Another process may have appended meanwhile: then the index is made anew by whoever looks next.
            if (after.bytes() == end) {
                add(HistoryIndex.Entry.of(run, end - 1 - line.length, line.length), after);
            }
        } catch (IOException e) {
            unwritable = file + " cannot be written: " + e;
            throw new UncheckedIOException("cannot write the run history " + file + ": " + e.getMessage(), e);
        }
        unwritable = null;
        compactIfWorthwhile();
    }

    private void add(HistoryIndex.Entry entry, HistoryIndex.Covered after) {
        SequencedMap<String, HistoryIndex.Entry> runs = new LinkedHashMap<>();
        try {
            index.all().forEach(each -> runs.put(each.id(), each));
        } catch (HistoryIndex.StaleException e) {
            LOG.debug("The index of the run history is made anew: {}", e.getMessage());
            return;
        }
        put(runs, entry);
        index.replace(List.copyOf(runs.sequencedValues()), after, index.lines() + 1);
        covered = after;
    }

    /** A run keeps the place in the order that its first line gave it. */
    private void put(SequencedMap<String, HistoryIndex.Entry> runs, HistoryIndex.Entry entry) {
        runs.put(entry.id(), entry);
        if (runs.size() > keep) {
            runs.pollFirstEntry();
        }
    }

    private boolean endsInLine(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel, size - 1, 1)[0] == '\n';
        }
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
    public List<RunRecord> newest(int limit, @Nullable String beforeRunId) {
        return query(() -> {
            Stream<HistoryIndex.Entry> entries = newestFirst();
            if (beforeRunId != null) {
                String id = HistoryIndex.Entry.id(beforeRunId);
                entries = entries.dropWhile(entry -> !entry.id().equals(id)).skip(1);
            }
            return read(entries.limit(Math.max(0, limit)));
        });
    }

    /** The run of that id. */
    public Optional<RunRecord> find(String runId) {
        String id = HistoryIndex.Entry.id(runId);
        return newest(entry -> entry.id().equals(id));
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
    public List<RunRecord> lastWholeRuns(int limit) {
        return query(() -> read(newestFirst()
                .filter(entry -> !entry.dryRun() && entry.allBuckets())
                .limit(Math.max(0, limit))));
    }

    /** The newest run after which every bucket that was configured then was safe. */
    public Optional<RunRecord> lastSuccess() {
        return newest(HistoryIndex.Entry::allSafe);
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

    private Map<String, Judged> last(
            Collection<String> buckets, BiPredicate<RunRecord, RunRecord.BucketRecord> wanted) {
        return query(() -> {
            Map<String, Judged> found = new HashMap<>();
            Set<String> open = new HashSet<>(buckets);
            Iterator<HistoryIndex.Entry> entries = newestFirst()
                    .limit(LOOK_BACK)
                    .filter(entry -> !entry.dryRun() && entry.result().judges())
                    .iterator();
            while (!open.isEmpty() && entries.hasNext()) {
                RunRecord run = read(entries.next());
                run.tried()
                        // Read well, but nothing was committed: what counts is the run before.
                        .filter(bucket -> run.result() != RunResult.FAILED || bucket.result() != RunResult.SUCCESS)
                        .filter(bucket -> wanted.test(run, bucket) && open.remove(bucket.bucket()))
                        .forEach(bucket -> found.put(bucket.bucket(), new Judged(run, bucket)));
            }
            return found;
        });
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
        List<RunRecord> unfinished = query(() -> read(
                newestFirst().limit(LOOK_BACK).filter(entry -> !entry.result().ended())));
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
        Instant known =
                newest(entry -> !entry.dryRun()).map(RunRecord::startedAt).orElse(Instant.MIN);
        List<Certificate> lost = certificates
                .takeWhile(certificate -> certificate.startedAt().isAfter(known))
                .filter(certificate -> find(certificate.runId()).isEmpty())
                .limit(keep)
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

    private Optional<RunRecord> newest(Predicate<HistoryIndex.Entry> wanted) {
        return query(() -> read(newestFirst().filter(wanted).limit(1)).stream().findFirst());
    }

    private Stream<HistoryIndex.Entry> newestFirst() {
        return index.newestFirst().limit(keep);
    }

    /** Asks the index; where that turns out to be wrong, it is made anew and asked once more. */
    private synchronized <T> T query(Supplier<T> question) {
        refresh();
        try {
            return question.get();
        } catch (HistoryIndex.StaleException e) {
            LOG.info("The index of the run history {} is made anew: {}", file, e.getMessage());
            rebuild();
            return question.get();
        }
    }

    /** Takes in what was written since, by another process (the command line) or by hand. */
    private void refresh() {
        try {
            if (!Files.exists(file)) {
                covered = null;
                index.clear();
                return;
            }
            HistoryIndex.Covered found = HistoryIndex.Covered.of(file);
            if (found.equals(covered)) {
                return;
            }
            if (index.load(found)) {
                covered = found;
            } else {
                rebuild();
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Reads the history from its first line to its last. */
    private void rebuild() {
        SequencedMap<String, HistoryIndex.Entry> runs = new LinkedHashMap<>();
        int lines = 0;
        try {
            HistoryIndex.Covered found = HistoryIndex.Covered.of(file);
            try (LineScanner scanner = new LineScanner(file, 0)) {
                for (LineScanner.Line line = scanner.next(); line != null; line = scanner.next()) {
                    lines++;
                    take(line, lines, runs);
                }
                bytesRead += scanner.position();
            }
            index.replace(List.copyOf(runs.sequencedValues()), found, lines);
            covered = found;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void take(LineScanner.Line line, int number, SequencedMap<String, HistoryIndex.Entry> runs) {
        if (line.blank()) {
            return;
        }
        RunRecord run = line.complete() ? parse(line.bytes()) : null;
        if (run != null) {
            put(runs, HistoryIndex.Entry.of(run, line.offset(), line.bytes().length));
        } else if (line.ended()) {
            LOG.warn("Line {} of the run history {} cannot be read and is left out", number, file);
        } else {
            LOG.info("The last line of the run history {} was cut off in the middle and is left out", file);
        }
    }

    private List<RunRecord> read(Stream<HistoryIndex.Entry> entries) {
        return entries.map(this::read).toList();
    }

    /** @throws HistoryIndex.StaleException when what is there is not what the entry says */
    private RunRecord read(HistoryIndex.Entry entry) {
        if (covered == null || entry.length() < 0 || entry.offset() + entry.length() > covered.bytes()) {
            throw new HistoryIndex.StaleException("the history ends before byte " + entry.offset());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            RunRecord run = parse(read(channel, entry.offset(), entry.length()));
            if (run == null
                    || !HistoryIndex.Entry.of(run, entry.offset(), entry.length())
                            .equals(entry)) {
                throw new HistoryIndex.StaleException("another run is at byte " + entry.offset());
            }
            return run;
        } catch (EOFException e) {
            throw new HistoryIndex.StaleException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private byte[] read(FileChannel channel, long offset, int length) throws IOException {
        bytesRead += length;
        return DurableFiles.readFully(channel, offset, length);
    }

    private UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("cannot read the run history " + file + ": " + e.getMessage(), e);
    }

    /** Rewrites the file once it holds more lines that no longer count than lines that do. */
    private void compactIfWorthwhile() {
        int before = index.lines();
        if (before <= keep || before <= 2 * Math.min(keep, index.size())) {
            return;
        }
        try {
            DurableFiles.replace(file, this::copyLive);
            rebuild();
            LOG.info("Compacted the run history {} from {} to {} lines", file, before, index.lines());
        } catch (IOException | UncheckedIOException | HistoryIndex.StaleException e) {
            LOG.warn("Cannot compact the run history {}: {}. It goes on growing until that works", file, e.toString());
        }
    }

    private void copyLive(FileChannel to) throws IOException {
        List<HistoryIndex.Entry> all = index.all();
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            for (HistoryIndex.Entry entry : all.subList(Math.max(0, all.size() - keep), all.size())) {
                byte[] line = read(from, entry.offset(), entry.length());
                if (parse(line) == null) {
                    throw new HistoryIndex.StaleException("no run is at byte " + entry.offset());
                }
                ByteBuffer bytes = ByteBuffer.allocate(line.length + 1);
                DurableFiles.writeFully(to, bytes.put(line).put((byte) '\n').flip());
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
