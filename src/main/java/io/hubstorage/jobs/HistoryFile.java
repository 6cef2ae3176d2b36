package io.hubstorage.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobMessage;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.fs.BackwardLines;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.DurableLines;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A file to which records of jobs are appended, one JSON object a line; the last line of a job counts. It is read from its
 * end, and no further than a question needs, so that the newest jobs are found as quickly in a long history as in a short
 * one. A line that cannot be read costs that line and nothing else; one of a kind that only a later version knows is passed over,
 * and stays. Thread-safe; I/O errors are thrown as {@link UncheckedIOException}.
 */
final class HistoryFile {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryFile.class);
    /** Bytes; a longer line counts as one that cannot be read. */
    private static final int LONGEST = 16 << 20;
    /** How a line begins; those of versions that knew backups only say nothing of a kind. */
    private static final Pattern KIND = Pattern.compile("\\{\"kind\":\"([^\"]*)\"");
    /** So many characters of a line are enough for that. */
    private static final int HEAD = 64;

    private final Path file;
    private final int keep;

    /** Where the lines begin of which was told that they cannot be read. */
    private final Set<Long> leftOut = ConcurrentHashMap.newKeySet();

    private @Nullable String unwritable;

    private final LongAdder bytesRead = new LongAdder();

    /** How many lines of each kind the file had when it had {@link #countedBytes}. */
    private final Map<String, Long> lines = new HashMap<>();

    /** -1 before the first count. */
    private long countedBytes = -1;

    /** @param keep so many jobs of each kind are remembered, the newest ones */
    HistoryFile(Path file, int keep) {
        this.file = file;
        this.keep = keep;
    }

    record State(long bytes, FileTime written) {}

    /** @param job absent where only a later version knows its kind */
    private record Line(String kind, String id, @Nullable JobRecord job) {}

    /** The jobs that were met on the way from the end, by kind. */
    private final class Met {
        private final Map<String, Set<String>> ids = new HashMap<>();

        /** Whether the line counts: whether it is the newest of its job, and that one of the newest of its kind. */
        boolean add(Line line) {
            Set<String> ofKind = ids.computeIfAbsent(line.kind(), _ -> new HashSet<>());
            return ofKind.size() < keep && ofKind.add(line.id());
        }
    }

    Path path() {
        return file;
    }

    /** Writes one record down for good: when this returns it has been forced to the disk. */
    synchronized void append(JobRecord job) {
        try {
            Files.createDirectories(Durable.folderOf(file));
            DurableLines.Appended appended =
                    DurableLines.append(file, BusJson.mapper().writeValueAsBytes(job));
            if (appended.start() == countedBytes && !appended.afterTorn()) {
                lines.merge(job.kind().word(), 1L, Long::sum);
                countedBytes += appended.bytes();
            }
        } catch (IOException e) {
            unwritable = file + " cannot be written: " + e;
            throw new UncheckedIOException("cannot write the run history " + file + ": " + e.getMessage(), e);
        }
        unwritable = null;
        compactIfLong();
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

    /**
     * Asks the jobs, newest first. Nobody waits for it: what is appended meanwhile it does not see.
     *
     * @param kind only those of this kind; what is of others is not even parsed
     */
    <T> T query(@Nullable JobKind kind, Function<Stream<JobRecord>, T> question) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            BackwardLines lines = new BackwardLines(channel, channel.size(), LONGEST);
            try {
                Met met = new Met();
                return question.apply(
                        Stream.iterate(previous(kind, lines, met), Optional::isPresent, _ -> previous(kind, lines, met))
                                .map(line -> line.orElseThrow().job())
                                .filter(job -> job != null && (kind == null || job.kind() == kind)));
            } finally {
                bytesRead.add(lines.bytesRead());
            }
        } catch (NoSuchFileException e) {
            return question.apply(Stream.empty());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A page of jobs, see {@link HistorySearch}. */
    JobMessage.Page search(HistorySearch search) {
        return read(channel -> search.in(channel, LONGEST), new JobMessage.Page(List.of(), null, null));
    }

    /** The job of this id, and those beside it; only the line that counts is parsed. */
    Optional<HistoryPlace> find(String id) {
        return read(
                channel -> HistoryPlace.of(id, new BackwardLines(channel, channel.size(), LONGEST)), Optional.empty());
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(FileChannel channel) throws IOException;
    }

    /** @param nothing the answer where there is no file */
    private <T> T read(Reading<T> reading, T nothing) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return reading.of(channel);
        } catch (NoSuchFileException e) {
            return nothing;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The next older line that counts; empty at the beginning of the file. */
    private Optional<Line> previous(@Nullable JobKind kind, BackwardLines lines, Met met) {
        try {
            for (String text = lines.previous(); text != null; text = lines.previous()) {
                Line line = text.isBlank() || !mayBe(kind, text) ? null : parse(text, lines);
                if (line != null && met.add(line)) {
                    return Optional.of(line);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Whether a line may be of a job of that kind, by how it begins. */
    static boolean mayBe(@Nullable JobKind kind, String text) {
        if (kind == null) {
            return true;
        }
        Matcher said = KIND.matcher(text);
        return said.lookingAt()
                ? kind.word().equals(said.group(1))
                : kind == JobKind.BACKUP || text.contains("\"kind\":\"%s\"".formatted(kind.word()));
    }

    private @Nullable Line parse(String text, BackwardLines lines) {
        long offset = lines.start();
        boolean torn = false;
        try {
            Line line = parse(text, offset);
            if (line != null) {
                return line;
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

    /** Null where something is missing that a record must have. */
    private static @Nullable Line parse(String text, long offset) throws JsonProcessingException {
        try {
            JobRecord job = BusJson.mapper().readValue(text, JobRecord.class);
            return job != null && job.whole() ? new Line(job.kind().word(), job.runId(), job) : null;
        } catch (InvalidTypeIdException e) {
            LOG.trace("Byte {} is of a kind that only a later version knows", offset, e);
            JsonNode later = BusJson.mapper().readTree(text);
            return new Line(later.path("kind").asText(), later.path("run_id").asText(Long.toString(offset)), null);
        }
    }

    private UncheckedIOException unreadable(IOException e) {
        return new UncheckedIOException("cannot read the run history " + file + ": " + e.getMessage(), e);
    }

    /** Rewrites the file once it holds twice as many lines of a kind as jobs are remembered: most have one to begin and one to end. */
    private void compactIfLong() {
        try {
            if (Files.size(file) != countedBytes) {
                count();
            }
            if (lines.values().stream().anyMatch(ofKind -> ofKind > 2L * keep)) {
                long before = sum();
                Durable.writeAtomically(file, this::copyNewest);
                leftOut.clear();
                count();
                LOG.info("Compacted the run history {} from {} to {} lines", file, before, sum());
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Cannot compact the run history {}: {}. It goes on growing until that works", file, e.toString());
        }
    }

    private long sum() {
        return lines.values().stream().mapToLong(Long::longValue).sum();
    }

    /** By how they begin: who would parse them all for that? */
    private void count() throws IOException {
        lines.clear();
        long bytes = 0;
        byte[] block = new byte[1 << 16];
        StringBuilder head = new StringBuilder(HEAD);
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(block); read > 0; read = in.read(block)) {
                bytes += read;
                for (int i = 0; i < read; i++) {
                    if (block[i] == '\n') {
                        Matcher kind = KIND.matcher(head);
                        lines.merge(kind.lookingAt() ? kind.group(1) : JobKind.BACKUP.word(), 1L, Long::sum);
                        head.setLength(0);
                    } else if (head.length() < HEAD) {
                        head.append((char) (block[i] & 0xff));
                    }
                }
            }
        }
        bytesRead.add(bytes);
        countedBytes = bytes;
    }

    /**
     * Copies the lines as they are: a later version may have written more into them than this one knows.
     *
     * @throws IOException also when somebody has appended to the file meanwhile, whose record would be lost
     */
    private void copyNewest(FileChannel to) throws IOException {
        record Place(long start, long end) {}
        List<Place> newestFirst = new ArrayList<>();
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = from.size();
            BackwardLines backward = new BackwardLines(from, size, LONGEST);
            Met met = new Met();
            while (previous(null, backward, met).isPresent()) {
                newestFirst.add(new Place(backward.start(), backward.end()));
            }
            for (Place line : newestFirst.reversed()) {
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
