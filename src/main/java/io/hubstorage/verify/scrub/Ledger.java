package io.hubstorage.verify.scrub;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.VerifyMessage;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.Layout;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files on the disk were proven when, as one cycle of proofs knows them, and how far that cycle is. The files stand in a
 * {@link LedgerFile} that is written once, the least recently proven first; beside it a file of JSON lines tells how many lines of
 * it are done, so that what goes on after a restart goes on there. Everything is below {@link Layout#scrub}. For one thread, of
 * whoever holds the lock there; memory does not grow with the number of files.
 */
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final int FORMAT = 1;
    private static final String CYCLE = "cycle.json";
    private static final String LOCK = "lock";
    private static final String PROOFS = "proofs-";
    private static final int SORT_RUN = 20_000;

    private final Layout layout;

    /**
     * One cycle: {@code cycle.json}.
     *
     * @param format 1
     * @param number of cycles so far, with this one
     * @param began what is proven since then counts for it
     * @param finished absent while it goes on
     * @param ledger the number of its {@link LedgerFile}, which may be made anew within a cycle
     * @param totals what that holds
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Cycle(
            int format,
            long number,
            Instant began,
            @Nullable Instant finished,
            long ledger,
            Totals totals) {
        static Cycle of(long number, Instant began, long ledger, Totals totals) {
            return new Cycle(FORMAT, number, began, null, ledger, totals);
        }

        Cycle finishedAt(Instant at) {
            return new Cycle(format, number, began, at, ledger, totals);
        }
    }

    /**
     * What a ledger holds.
     *
     * @param files each once, however many snapshots share it
     * @param proven of them, those that were proven since the cycle began when the ledger was made, without it
     * @param notProvable names of files of which the manifest has no SHA-256; in no ledger
     * @param unreadable names that could not be looked at; neither
     * @param since before this nothing was proven last; absent when some file never was
     * @param due those that are due, as the ledger has them: the least recently proven first
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Totals(
            Tally files,
            Tally proven,
            Tally notProvable,
            Tally unreadable,
            @Nullable Instant since,
            List<VerifyMessage.Due> due) {
        /** An older program wrote no list. */
        Totals {
            due = due == null ? List.of() : List.copyOf(due);
        }

        boolean isWhole() {
            return files != null && proven != null && notProvable != null && unreadable != null;
        }
    }

    /** What there is and stands in no ledger, see {@link Totals}. */
    record Missed(Tally notProvable, Tally unreadable) {}

    /**
     * How far it is: a line of the file beside the ledger.
     *
     * @param through so many lines of the ledger are done
     * @param at when the last of them were begun to be read: those since the line before count as proven then
     * @param read files that were read, and their bytes
     * @param proven of them and of those that were found read already, those that are right
     * @param damaged of them, those that are not
     * @param unreadable files that the system gives no right to read
     * @param since as {@link Totals#since}, of what is still to do
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Done(
            long through,
            Instant at,
            Tally read,
            Tally proven,
            Tally damaged,
            Tally unreadable,
            @Nullable Instant since) {
        static Done nothing(Cycle cycle) {
            return new Done(
                    0,
                    cycle.began(),
                    Tally.ZERO,
                    Tally.ZERO,
                    Tally.ZERO,
                    Tally.ZERO,
                    cycle.totals().since());
        }

        boolean isWhole() {
            return Stream.of(at, read, proven, damaged, unreadable).allMatch(Objects::nonNull);
        }
    }

    Ledger(Layout layout) {
        this.layout = layout;
    }

    /** Whoever works on it holds this. */
    Path lock() {
        return layout.scrub().resolve(LOCK);
    }

    Path scratch() {
        return layout.scrub().resolve("scratch");
    }

    private Path file(long ledger) {
        return layout.scrub().resolve("ledger-%d.jsonl.zst".formatted(ledger));
    }

    private Path marks(long ledger) {
        return layout.scrub().resolve("ledger-%d.done.jsonl".formatted(ledger));
    }

    /** The last cycle; null when there was none, or nobody can tell any more. */
    @Nullable
    Cycle cycle() throws IOException {
        try {
            Cycle cycle =
                    BusJson.mapper().readValue(Files.readAllBytes(layout.scrub().resolve(CYCLE)), Cycle.class);
            boolean whole = cycle.format() == FORMAT
                    && cycle.began() != null
                    && cycle.totals() != null
                    && cycle.totals().isWhole();
            if (whole) {
                return cycle;
            }
        } catch (NoSuchFileException e) {
            return null;
        } catch (JsonProcessingException e) {
            LOG.debug("no JSON", e);
        }
        LOG.warn(
                "{} is damaged: which files were proven when is not known any more",
                layout.scrub().resolve(CYCLE));
        return null;
    }

    /** How far a cycle is. */
    Done done(Cycle cycle) throws IOException {
        try (DoneFile.Reader marks = new DoneFile.Reader(marks(cycle.ledger()))) {
            Done last = marks.last();
            return last == null ? Done.nothing(cycle) : last;
        }
    }

    /** Whether somebody has proven files that the ledger does not know of. */
    boolean hasNews() throws IOException {
        return !Proofs.waiting(layout).isEmpty();
    }

    /**
     * Reads what is still to do of a cycle.
     *
     * @throws LedgerFile.DamagedException when the ledger is not what it was
     * @throws NoSuchFileException when it is gone
     */
    LedgerFile.Reader toDo(Cycle cycle, Done done) throws IOException {
        LedgerFile.Reader reader = new LedgerFile.Reader(file(cycle.ledger()));
        try {
            reader.skip(done.through());
            return reader;
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    /** Where it is written down what was done of a cycle; goes on behind the last whole line. */
    DoneFile.Log log(Cycle cycle) throws IOException {
        return DoneFile.Log.goOn(marks(cycle.ledger()));
    }

    void save(Cycle cycle) throws IOException {
        Durable.writeAtomically(layout.scrub().resolve(CYCLE), BusJson.mapper().writeValueAsBytes(cycle));
    }

    /**
     * Makes a ledger of the files that there are now, with what is known of when each was proven, and begins or goes on with a
     * cycle by it. Until that is done everything is as it was.
     *
     * @param before the last cycle, if there was one
     * @param files see {@link LedgerLine#BY_FILE}
     * @param now proofs from later than that do not count
     * @param step asked before each line, since there may be millions
     */
    Cycle make(
            @Nullable Cycle before,
            long number,
            Instant began,
            Sorted<LedgerLine> files,
            Missed missed,
            Instant now,
            Pace.Step step)
            throws IOException {
        Files.createDirectories(layout.scrub());
        List<Path> taken = Proofs.waiting(layout);
        long next = before == null ? 1 : before.ledger() + 1;
        try (ExternalSort<LedgerLine> proofs = sort(LedgerLine.BY_FILE, step);
                ExternalSort<LedgerLine> due = sort(LedgerLine.due(began), step)) {
            if (before != null) {
                proofsOf(before, proofs, step);
            }
            for (Path each : taken) {
                proofsOf(each, proofs, step);
            }
            Totals totals;
            try (Sorted<LedgerLine> known = proofs.sorted()) {
                totals = new ProofJoin(files, known, began, now, due).join(missed, step);
            }
            try (Sorted<LedgerLine> lines = due.sorted()) {
                Durable.writeAtomically(file(next), channel -> {
                    try (LedgerFile.Writer out = new LedgerFile.Writer(channel)) {
                        for (LedgerLine line = lines.next(); line != null; line = lines.next()) {
                            step.take();
                            out.add(line);
                        }
                    }
                });
            }
            Files.deleteIfExists(marks(next));
            Cycle cycle = Cycle.of(number, began, next, totals);
            save(cycle);
            for (Path each : taken) {
                Files.deleteIfExists(each);
            }
            sweep(cycle);
            return cycle;
        }
    }

    /** @param step asked before each line that goes to the disk: where there are very many, most of the work is in merging these */
    ExternalSort<LedgerLine> sort(Comparator<LedgerLine> order, Pace.Step step) {
        ExternalSort.Codec<LedgerLine> paced = new ExternalSort.Codec<>() {
            @Override
            public void write(LedgerLine line, DataOutput out) throws IOException {
                step.take();
                LedgerLine.CODEC.write(line, out);
            }

            @Override
            public LedgerLine read(DataInput in) throws IOException {
                return LedgerLine.CODEC.read(in);
            }
        };
        return new ExternalSort<>(order, paced, scratch(), SORT_RUN);
    }

    /** Of a ledger of which nothing more can be read, the rest counts as never proven, so that it is read first. */
    private void proofsOf(Cycle cycle, ExternalSort<LedgerLine> into, Pace.Step step) throws IOException {
        try (LedgerFile.Reader lines = new LedgerFile.Reader(file(cycle.ledger()));
                DoneFile.Reader marks = new DoneFile.Reader(marks(cycle.ledger()))) {
            long number = 0;
            for (LedgerLine line = lines.next(); line != null; line = lines.next()) {
                step.take();
                Instant read = marks.provenAt(number++);
                Instant proven = read == null ? line.proven() : read;
                if (proven != null && line.file().isKnown() && !marks.isUnproven()) {
                    into.add(new LedgerLine(line.file(), line.sha256(), proven, null));
                }
            }
        } catch (LedgerFile.DamagedException | NoSuchFileException e) {
            LOG.warn("What it says no more of is read again first: {}", e.getMessage());
        }
    }

    private static void proofsOf(Path file, ExternalSort<LedgerLine> into, Pace.Step step) throws IOException {
        try (LedgerFile.Reader lines = new LedgerFile.Reader(file)) {
            for (LedgerLine line = lines.next(); line != null; line = lines.next()) {
                step.take();
                into.add(line);
            }
        } catch (LedgerFile.DamagedException | NoSuchFileException e) {
            LOG.warn("What it says no more of counts as not proven: {}", e.getMessage());
        }
    }

    /** Removes what no cycle needs any more, and what a killed process has left. */
    private void sweep(Cycle cycle) throws IOException {
        Trees.delete(scratch());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(layout.scrub())) {
            for (Path each : files) {
                String name = each.getFileName().toString();
                boolean needed = name.equals(CYCLE)
                        || name.startsWith(LOCK)
                        || name.startsWith(PROOFS)
                        // Somebody may be writing it.
                        || name.startsWith("." + PROOFS)
                        || each.equals(file(cycle.ledger()))
                        || each.equals(marks(cycle.ledger()));
                if (!needed && Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}
