package io.hubstorage.backup;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.Sizes;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskProbe;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must be right about the destination before anything is written to it, and must stay so. */
final class Preflight {
    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private static final String MAKE_ROOM =
            "Make room or use a larger disk; what was downloaded is kept and every earlier snapshot is untouched";

    private Preflight() {}

    /**
     * Takes the data folder for this run.
     *
     * @return null where no lock can be made, which is warned of
     * @throws ReplyException with {@link Bus#UNUSABLE} when it cannot be written to, or another disk, or none, is where the
     *     snapshots were (an unmounted disk looks like an empty folder); with {@link Bus#LOCKED} when another process is at
     *     work there
     */
    static @Nullable DataLock takeDestination(Layout layout, Path configFolder, Instant now) throws IOException {
        Destination destination = new Destination(layout, configFolder);
        // Before anything is made: a folder in the place of a disk that is not mounted would hide the mistake.
        require(destination.problem(true));
        Files.createDirectories(layout.data());
        DataLock lock = lock(layout, now);
        try {
            destination.claim();
            require(destination.problem(false));
            return lock;
        } catch (IOException | ReplyException e) {
            if (lock != null) {
                lock.close();
            }
            throw e;
        }
    }

    private static void require(Optional<FolderAccess.Problem> problem) {
        if (problem.isPresent()) {
            throw Bus.refusal(Bus.UNUSABLE, problem.get().sentence());
        }
    }

    /** The destination must still be the one that was taken: a disk can go away in the middle of a run. */
    static void requireSame(Layout layout, Path configFolder) throws IOException, RunStoppedException {
        Destination.Check found = new Destination(layout, configFolder).inspect();
        if (!found.usable()) {
            throw new RunStoppedException(FailureCause.DISK, found.message());
        }
    }

    /**
     * What is wrong once another process has taken the data folder, in one sentence; empty as long as nobody has. What was to be done
     * under the names of the run's staging then fails by itself; this is to end sooner, and with a reason.
     *
     * @param lock null where no lock could be made
     */
    static Optional<String> lost(Layout layout, @Nullable DataLock lock) throws IOException {
        return lock == null || lock.isHeld()
                ? Optional.empty()
                : Optional.of(
                        ("another HubStorage has taken over %s, because this one showed no sign of life for a while:"
                            + " its disk, its network or itself stood still. It goes on with what was downloaded")
                                .formatted(layout.data()));
    }

    private static @Nullable DataLock lock(Layout layout, Instant now) {
        try {
            return DataLock.take(layout, now);
        } catch (DataLock.HeldException e) {
            throw Bus.refusal(Bus.LOCKED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be made ({}): nothing keeps another HubStorage from working on this folder at the same"
                            + " time",
                    layout.lock(),
                    e.toString());
            return null;
        }
    }

    /**
     * What the destination's disk can do.
     *
     * @param hardLinks whether unchanged files can be hard links
     * @param foldsNames whether names that differ in case or normalisation may be one file
     * @param syncsByFile whether each file must be forced to the disk by itself
     */
    record Disk(boolean hardLinks, boolean foldsNames, boolean syncsByFile) {}

    /** Finds out by trying; says in the log what the disk cannot do. */
    static Disk disk(Layout layout, @Nullable Path existing, DiskSync sync) throws IOException {
        DiskProbe probe = probe(layout, existing != null && Files.exists(existing) ? existing : null);
        if (!probe.links()) {
            LOG.warn("{}{}", probe.message(), probe.detail() == null ? "" : " (" + probe.detail() + ")");
        }
        boolean folds = probe.caseInsensitive() || probe.normalising();
        if (folds) {
            LOG.info("This disk does not tell all names apart: objects whose keys clash on it get a name of their own,"
                    + " which the manifest tells");
        }
        if (sync.byFile()) {
            LOG.info(
                    "{} is on a file system ({}) that cannot be made durable as a whole: each file is forced to the"
                            + " disk as it is written, which takes longer",
                    layout.data(),
                    sync.type());
        }
        return new Disk(probe.links(), folds, sync.byFile());
    }

    /** In a folder that the next run clears away, should this one be killed meanwhile. */
    private static DiskProbe probe(Layout layout, @Nullable Path existing) throws IOException {
        Trees.delete(layout.scratch());
        try {
            return DiskProbe.probe(layout.scratch(), existing);
        } finally {
            Trees.delete(layout.scratch());
        }
    }

    /** What is wrong, in one sentence, when that many further bytes do not fit, with 10 % headroom. */
    static Optional<String> shortage(Path folder, long outstanding, long usable) {
        long needed = outstanding + outstanding / 10;
        if (needed <= usable) {
            return Optional.empty();
        }
        return Optional.of("not enough room on %s: %s needed (with 10 %% headroom), %s free. %s"
                .formatted(folder, Sizes.bytes((double) needed), Sizes.bytes((double) usable), MAKE_ROOM));
    }

    /**
     * What is wrong when a write has failed for want of room, in one sentence.
     *
     * @param reason the system's own words
     */
    static String full(Path folder, @Nullable String reason) {
        return DiskFull.sentence(folder, reason) + ". " + MAKE_ROOM;
    }

    /** The same where the disk says so only when all was written, and not of which files. */
    static String fullAfterAll(Path folder, @Nullable String reason) {
        return DiskFull.sentence(folder, reason)
                + ", and told so only when everything had been written. Make room or use a larger disk; nobody can say"
                + " which files it has lost, so what this run downloaded is downloaded again. Every earlier snapshot is"
                + " untouched";
    }
}
