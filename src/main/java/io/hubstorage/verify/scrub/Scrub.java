package io.hubstorage.verify.scrub;

import io.hubstorage.bus.Tally;
import io.hubstorage.fs.ExternalSort;
import io.hubstorage.fs.ExternalSort.Sorted;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.verify.scrub.FileProof.Result;
import io.hubstorage.verify.scrub.FileProof.Verdict;
import io.hubstorage.verify.scrub.Ledger.Cycle;
import io.hubstorage.verify.scrub.Ledger.Done;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cycle of proofs: every file that the snapshots hold is read once, the least recently proven first, and compared with its
 * manifest. Goes on where the one before has ended, however that ended. For one thread; what it tells may be read by any.
 */
final class Scrub {
    /** So many files, or bytes, are read before it is written down. */
    private static final int BATCH_FILES = 512;

    private static final long BATCH_BYTES = 64L << 20;

    private static final int AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
    private static final int SORT_RUN = 20_000;

    private final int batchFiles;
    private final Layout layout;
    private final InstantSource clock;
    private final Pace pace;
    private final Ledger ledger;
    private final DamageList damages;
    private final FileProof proof;
    private volatile Progress progress = Progress.NONE;

    /**
     * How far it is.
     *
     * @param cycle absent until that is known
     * @param done of the cycle's ledger
     * @param looking whether it looks at what there is, and reads nothing yet
     * @param read by this job
     * @param proven likewise
     * @param damaged files that this job has found damaged
     */
    record Progress(
            @Nullable Cycle cycle, @Nullable Done done, boolean looking, Tally read, Tally proven, Tally damaged) {
        static final Progress NONE = new Progress(null, null, false, Tally.ZERO, Tally.ZERO, Tally.ZERO);

        Progress of(Cycle next, Done itsDone, boolean isLooking) {
            return new Progress(next, itsDone, isLooking, read, proven, damaged);
        }

        Progress plus(Cycle its, Done next, Done before) {
            return new Progress(
                    its,
                    next,
                    false,
                    plus(read, next.read(), before.read()),
                    plus(proven, next.proven(), before.proven()),
                    plus(damaged, next.damaged(), before.damaged()));
        }

        private static Tally plus(Tally all, Tally now, Tally before) {
            return all.plus(new Tally(now.objects() - before.objects(), now.bytes() - before.bytes()));
        }
    }

    /** Lines of the ledger that are one file, and the number of the first. */
    private record Group(long line, List<LedgerLine> names) {}

    /** @param trouble why nothing on this disk can be trusted now, if that is so */
    Scrub(Layout layout, InstantSource clock, Pace pace, Supplier<Optional<String>> trouble) {
        this(layout, clock, pace, trouble, BATCH_FILES);
    }

    Scrub(Layout layout, InstantSource clock, Pace pace, Supplier<Optional<String>> trouble, int batchFiles) {
        this.batchFiles = batchFiles;
        this.layout = layout;
        this.clock = clock;
        this.pace = pace;
        this.ledger = new Ledger(layout);
        this.damages = new DamageList(layout);
        this.proof = new FileProof(layout, clock, pace, damages, trouble);
    }

    Progress progress() {
        return progress;
    }

    /**
     * Goes on with the cycle, or begins the next one, and returns when that is at its end.
     *
     * @throws Pace.OverException when its hours are over; what was done is kept
     * @throws CancellationException when it was told to stop; likewise
     */
    void run() throws IOException, InterruptedException {
        pace.begin();
        Cycle last = ledger.cycle();
        Cycle cycle;
        if (last == null
                || last.finished() != null
                // The clock was ahead: nothing could ever be proven since then.
                || last.began().isAfter(clock.instant())) {
            cycle = plan(last, last == null ? 1 : last.number() + 1, clock.instant());
        } else if (ledger.hasNews()) {
            cycle = plan(last, last.number(), last.began());
        } else {
            cycle = last;
        }
        try {
            read(cycle);
        } catch (LedgerFile.DamagedException | NoSuchFileException e) {
            cycle = plan(cycle, cycle.number(), cycle.began());
            read(cycle);
        }
        proof.requireNoTrouble();
        Cycle finished = cycle.finishedAt(clock.instant());
        ledger.save(finished);
        progress = progress.of(finished, ledger.done(finished), false);
    }

    private Cycle plan(@Nullable Cycle before, long number, Instant began) throws IOException, InterruptedException {
        Progress now = progress;
        progress = new Progress(before, null, true, now.read(), now.proven(), now.damaged());
        try (ExternalSort<LedgerLine> files = ledger.sort(LedgerLine.BY_FILE, pace::step);
                ExternalSort<Damage> damaged =
                        new ExternalSort<>(DamageList.ORDER, DamageList.DAMAGES, ledger.scratch(), SORT_RUN)) {
            Inventory inventory = new Inventory(layout, clock, pace, new Inventory.Sink() {
                @Override
                public void file(LedgerLine line) throws IOException {
                    files.add(line);
                }

                @Override
                public void damaged(Damage damage) throws IOException {
                    damaged.add(damage);
                }
            });
            inventory.take();
            Tally unreadable = inventory.unreadable();
            try (Sorted<Damage> found = damaged.sorted()) {
                long back = new DamageReview(layout, damages, clock, proof, pace).settle(found);
                unreadable = unreadable.plus(new Tally(back, 0));
            }
            try (Sorted<LedgerLine> all = files.sorted()) {
                Ledger.Missed missed = new Ledger.Missed(inventory.notProvable(), unreadable);
                return ledger.make(before, number, began, all, missed, clock.instant(), pace::step);
            }
        }
    }

    private void read(Cycle cycle) throws IOException, InterruptedException {
        Done done = ledger.done(cycle);
        progress = progress.of(cycle, done, false);
        try (LedgerFile.Reader lines = ledger.toDo(cycle, done);
                DoneFile.Log log = ledger.log(cycle)) {
            Batches batches = new Batches(lines, done.through(), cycle.began(), batchFiles);
            // The first is read to its end whatever the hour, or a file that takes longer than all hours never would
            // be.
            boolean first = true;
            for (List<Group> batch = batches.next(); !batch.isEmpty(); batch = batches.next()) {
                if (!first) {
                    pace.begin();
                }
                Instant at = clock.instant();
                // Each time: in a job of days those of its beginning may all be gone, and newer ones have their files.
                List<Result> results = read(batch, FileProof.snapshots(layout), first);
                Done next = settle(done, at, batch, results, batches);
                log.add(next, unproven(batch, results));
                progress = progress.plus(cycle, next, done);
                done = next;
                first = false;
            }
        }
    }

    private List<Result> read(List<Group> batch, List<String> snapshots, boolean whole)
            throws IOException, InterruptedException {
        Map<Integer, Result> results = new ConcurrentHashMap<>();
        // Platform threads: to hash a large file is to give way to nobody, and a disk may not answer.
        WorkerPool.<IOException>run(() -> AT_ONCE, Thread.ofPlatform().daemon().name("verify-", 0), pool -> {
            for (int i = 0; i < batch.size(); i++) {
                int number = i;
                pool.submit(() -> results.put(number, proof.of(batch.get(number).names(), snapshots, whole)));
            }
        });
        pace.check();
        return IntStream.range(0, batch.size())
                .mapToObj(i -> Objects.requireNonNull(results.get(i), "a file was not read"))
                .toList();
    }

    /** What is damaged is on the list already, before the ledger says that these files are done. */
    private static Done settle(Done before, Instant at, List<Group> batch, List<Result> results, Batches behind) {
        Tally read = before.read();
        Tally proven = before.proven();
        Tally damaged = before.damaged();
        Tally unreadable = before.unreadable();
        for (int i = 0; i < batch.size(); i++) {
            Result result = results.get(i);
            Tally one = Tally.of(batch.get(i).names().getFirst().file().size());
            if (result.verdict() == Verdict.PROVEN || result.verdict() == Verdict.DAMAGED) {
                read = read.plus(Tally.of(result.bytes()));
            }
            switch (result.verdict()) {
                case PROVEN -> proven = proven.plus(one);
                case DAMAGED, MISSING -> damaged = damaged.plus(one);
                case UNREADABLE -> unreadable = unreadable.plus(one);
                case GONE -> {}
            }
        }
        return new Done(behind.through(), at, read, proven, damaged, unreadable, behind.since());
    }

    private static List<Long> unproven(List<Group> batch, List<Result> results) {
        List<Long> lines = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            if (results.get(i).verdict() != Verdict.PROVEN) {
                for (int j = 0; j < batch.get(i).names().size(); j++) {
                    lines.add(batch.get(i).line() + j);
                }
            }
        }
        return lines;
    }

    /** Cuts what is due of a ledger into pieces. */
    private static final class Batches {
        private final LedgerFile.Reader lines;
        private final Instant began;
        private final int most;
        private long through;
        private @Nullable LedgerLine ahead;

        Batches(LedgerFile.Reader lines, long through, Instant began, int most) throws IOException {
            this.most = most;
            this.lines = lines;
            this.through = through;
            this.began = began;
            this.ahead = lines.next();
        }

        /** Empty when nothing more is due. */
        List<Group> next() throws IOException {
            List<Group> batch = new ArrayList<>();
            long bytes = 0;
            while (ahead != null && ahead.isDue(began) && batch.size() < most && bytes < BATCH_BYTES) {
                Group group = group(ahead);
                batch.add(group);
                bytes += group.names().getFirst().file().size();
            }
            return batch;
        }

        private Group group(LedgerLine first) throws IOException {
            List<LedgerLine> names = new ArrayList<>();
            long line = through;
            LedgerLine next = first;
            do {
                names.add(next);
                through++;
                next = lines.next();
            } while (next != null
                    && names.size() < ProofJoin.MOST_NAMES
                    && next.isSameFile(first)
                    && next.sha256().equals(first.sha256()));
            ahead = next;
            return new Group(line, names);
        }

        long through() {
            return through;
        }

        /** Before this nothing of what is behind was proven last. */
        @Nullable
        Instant since() {
            return ahead == null || !ahead.isDue(began) ? began : ahead.since();
        }
    }
}
