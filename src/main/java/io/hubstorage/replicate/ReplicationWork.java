package io.hubstorage.replicate;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.JobRecord;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationRecord.Failure;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.ReplicationState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Work;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One replication: the snapshots of the data folder that the copy lacks, the oldest first, and then what the copy is not to keep. */
final class ReplicationWork implements Work {
    private static final double MB = 1e6;

    private final Asked asked;
    private final Surroundings around;
    private final Layout source;
    private final Cancellation stop;
    private final ReplicationRecord.What what;
    private final ReplicationProgress progress = new ReplicationProgress();
    private volatile RunPhase phase = RunPhase.PREPARING;
    private volatile @Nullable CopyFolder copy;
    private @Nullable SourceSnapshots snapshots;
    private List<String> selected = List.of();

    /**
     * A request, and the job that it is.
     *
     * @param to the folder, as {@link ReplicationVerticle} has found it
     */
    record Asked(String id, ReplicationStart start, Path to, Instant startedAt) {}

    /**
     * What a replication works with.
     *
     * @param stops makes what tells one to stop, which is asked before each step
     * @param probe finds out about the copy's disk
     */
    record Surroundings(
            ConfigStore config, InstantSource clock, Supplier<Cancellation> stops, TargetNames.Probe probe) {}

    ReplicationWork(Asked asked, Surroundings around) {
        this.asked = asked;
        this.around = around;
        this.source = new Layout(around.config().dataPath());
        this.stop = around.stops().get();
        Boolean prune = asked.start().prune();
        this.what = new ReplicationRecord.What(
                asked.to().toString(),
                asked.start().snapshots(),
                prune == null ? around.config().config().replication().prune() : prune,
                asked.start().maxMbPerSecond());
    }

    @Override
    public JobKind kind() {
        return JobKind.REPLICATION;
    }

    @Override
    public String id() {
        return asked.id();
    }

    @Override
    public void admit() throws IOException {
        Path configFolder = around.config().settings().configFolder();
        Destination.Check found = new Destination(source, configFolder).inspect();
        if (!found.usable() || !Files.isDirectory(source.data())) {
            throw Bus.refusal(Bus.UNUSABLE, found.message());
        }
        if (found.id() == null) {
            throw Bus.refusal(Bus.NOT_FOUND, "%s holds no snapshot of HubStorage yet.".formatted(source.data()));
        }
        snapshots = SourceSnapshots.of(source);
        selected = snapshots.selected(asked.start().snapshots());
        try {
            copy = CopyFolder.take(source, found.id(), asked.to(), configFolder, asked.startedAt(), around.probe());
        } catch (IllegalArgumentException e) {
            throw Bus.refusal(Bus.BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ReplicationRecord begun() {
        return record(new RunEnd(RunResult.RUNNING, null, 0, null));
    }

    @Override
    public ReplicationRecord run(Job job) throws IOException, InterruptedException {
        CopyFolder into = Objects.requireNonNull(copy);
        SourceSnapshots found = Objects.requireNonNull(snapshots);
        boolean all = asked.start().snapshots().contains(ReplicationStart.ALL);
        progress.selected(selected.size(), all ? found.legacy().size() : 0);
        into.keepOnly(found.certified());
        phase = RunPhase.TRANSFERRING;
        RateLimiter limiter = limiter();
        // Those that are not whole have their files in the copy all the same, each of them proven.
        NavigableSet<String> partial = new TreeSet<>();
        for (String name : selected) {
            stop.check();
            copy(name, into, found, partial, limiter);
        }
        requireSource();
        if (what.prune()) {
            prune(into);
        }
        return record(ReplicationSentence.end(
                progress.outcome(), into, source, around.clock().instant()));
    }

    private RateLimiter limiter() {
        RateLimiter limiter = new RateLimiter(System::nanoTime);
        Double wanted = asked.start().maxMbPerSecond();
        double most = wanted == null ? around.config().config().replication().maxMbPerSecond() : wanted;
        limiter.rate(most > 0 ? most * MB : Double.POSITIVE_INFINITY);
        return limiter;
    }

    private void copy(
            String name, CopyFolder into, SourceSnapshots found, NavigableSet<String> partial, RateLimiter limiter)
            throws IOException, InterruptedException {
        Path folder = source.snapshot(name);
        if (into.whole().contains(name)) {
            there(name, folder, into);
            return;
        }
        SnapshotCopy.Job job = new SnapshotCopy.Job(name, folder, progress, stop);
        try {
            SnapshotCopy snapshot = new SnapshotCopy(job, into, limiter, bases(name, into, found, partial));
            boolean whole = snapshot.run();
            if (!whole && snapshot.isBase()) {
                partial.add(name);
            }
            progress.ended(whole);
        } catch (SnapshotCopy.GoneException e) {
            progress.gone();
        }
    }

    private void there(String name, Path folder, CopyFolder into) throws IOException {
        if (!Files.exists(Layout.certificate(folder), LinkOption.NOFOLLOW_LINKS)) {
            progress.gone();
            return;
        }
        Optional<String> problem = difference(name, folder, into);
        if (problem.isPresent()) {
            progress.failed(new Failure(name, null, null, problem.get()));
            progress.ended(false);
            return;
        }
        if (Files.exists(Layout.pin(folder), LinkOption.NOFOLLOW_LINKS)) {
            into.pin(name);
        }
        progress.there();
    }

    /** Why the copy's snapshot of that name is not the one in this folder, or may not be. */
    private Optional<String> difference(String name, Path folder, CopyFolder into) throws IOException {
        try {
            return into.hasSame(name, folder)
                    ? Optional.empty()
                    : Optional.of("The copy has a snapshot of that name with another certificate. It stays as it is;"
                            + " remove the one that is wrong.");
        } catch (IOException e) {
            // One bad sector must not keep all later snapshots from the copy.
            if (trouble().isPresent()) {
                throw e;
            }
            return Optional.of("Its certificate cannot be compared with that in the copy, which stays as it is (%s)."
                    .formatted(e));
        }
    }

    /**
     * What a snapshot is linked from: the one before it that the data folder and the copy both have, or any before it in the copy where
     * there is none; and the one after it that both have, which was copied first.
     */
    private List<SnapshotCopy.Base> bases(
            String name, CopyFolder into, SourceSnapshots found, NavigableSet<String> partial) {
        List<SnapshotCopy.Base> bases = new ArrayList<>();
        String whole = into.whole().lower(name);
        while (whole != null && !found.certified().contains(whole)) {
            whole = into.whole().lower(whole);
        }
        String half = partial.lower(name);
        String there = into.whole().lower(name);
        if (half != null && (whole == null || half.compareTo(whole) > 0)) {
            bases.add(new SnapshotCopy.Base(into.unfinished(half), source.snapshot(half)));
        } else if (whole != null) {
            bases.add(new SnapshotCopy.Base(into.snapshot(whole), source.snapshot(whole)));
        } else if (there != null) {
            bases.add(new SnapshotCopy.Base(into.snapshot(there), null));
        }
        String after = into.whole().higher(name);
        while (after != null && !found.certified().contains(after)) {
            after = into.whole().higher(after);
        }
        if (after != null) {
            bases.add(new SnapshotCopy.Base(into.snapshot(after), source.snapshot(after)));
        }
        return bases;
    }

    /**
     * Removes what the data folder has no more. Only when all that it has is in the copy; and never what is pinned, the newest, or newer
     * than all that the data folder has: that is what is left when it has been lost. Nor what it has in a state in which nobody can read
     * it, or among what was removed and can be had back: the copy may have the only one that is whole.
     */
    private void prune(CopyFolder into) throws IOException {
        if (progress.outcome().snapshots().failed() > 0) {
            return;
        }
        phase = RunPhase.COMMITTING;
        SourceSnapshots now = SourceSnapshots.of(source);
        if (now.certified().isEmpty() || !into.whole().containsAll(now.certified())) {
            return;
        }
        List<String> extra =
                new ArrayList<>(into.whole().headSet(now.certified().last()));
        extra.removeIf(this::mayBeThere);
        // Else nothing would be there because the disk is not.
        requireSource();
        for (String name : extra) {
            stop.check();
            if (!into.isPinned(name)) {
                into.remove(name);
                progress.removed();
            }
        }
    }

    /** Removed ones are looked for first: one that is had back meanwhile is found in its place then. */
    private boolean mayBeThere(String name) {
        return !Files.notExists(source.removed(name), LinkOption.NOFOLLOW_LINKS)
                || !Files.notExists(source.snapshot(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** Where its disk is gone, every snapshot looks as if it had been removed. */
    private void requireSource() throws IOException {
        Optional<String> trouble = sourceTrouble();
        if (trouble.isPresent()) {
            throw new IOException(trouble.get());
        }
    }

    private Optional<String> sourceTrouble() throws IOException {
        return Optional.of(new Destination(source, around.config().settings().configFolder()).inspect())
                .filter(found -> !found.usable() || found.id() == null)
                .map(Destination.Check::message);
    }

    @Override
    public ReplicationRecord stopped(RunResult result, String why) {
        return record(new RunEnd(result, around.clock().instant(), 1, why));
    }

    private ReplicationRecord record(RunEnd end) {
        return new ReplicationRecord(id(), trigger(), asked.startedAt(), end, what, progress.outcome());
    }

    private Trigger trigger() {
        Trigger trigger = asked.start().trigger();
        return trigger == null ? Trigger.MANUAL : trigger;
    }

    @Override
    public String reason(Exception failure) {
        if (DiskFull.isCauseOf(failure)) {
            return DiskFull.sentence(asked.to(), failure.getMessage())
                    + ". Make room there; the next replication goes on with what was copied";
        }
        return copy == null
                ? "Nothing was copied: " + failure.getMessage()
                : failure.getMessage() + ". The next replication goes on with what was copied";
    }

    @Override
    public String remains() {
        return "the next replication goes on with what was copied";
    }

    @Override
    public ReplicationState state() {
        return new ReplicationState(
                id(),
                trigger(),
                asked.startedAt(),
                around.clock().instant(),
                phase,
                what,
                progress.outcome(),
                progress.position());
    }

    @Override
    public void stopping() {
        phase = RunPhase.CANCELLING;
        stop.request();
    }

    /** A disk that is gone looks like an empty folder. */
    @Override
    public Optional<String> trouble() throws IOException {
        CopyFolder into = copy;
        Optional<String> ofCopy = into == null ? Optional.empty() : into.trouble();
        return ofCopy.isPresent() ? ofCopy : sourceTrouble();
    }

    @Override
    public void ended(JobRecord record) {
        phase = record.result() == RunResult.SUCCESS || record.result() == RunResult.PARTIAL
                ? RunPhase.DONE
                : RunPhase.FAILED;
    }

    @Override
    public void close() {
        CopyFolder into = copy;
        if (into != null) {
            into.close();
        }
    }
}
