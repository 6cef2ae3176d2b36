package io.hubstorage.retain;

import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that were removed and can be had back until their time is over. Each step is one rename, and the name says how far a
 * snapshot has come, so that a process may end anywhere:
 *
 * <pre>
 * {@code <data>/hublink_…}                          in place
 * {@code <data>/.hubstorage/removed/hublink_…}        removed, whole; a note beside it says until when
 * {@code <data>/.hubstorage/removed/deleting-hublink_…}  being deleted, and cannot be had back
 * </pre>
 *
 * <p>A snapshot goes and comes back under the lock of the data folder, and so never beside a run. What is in the trash no run looks at.
 * Blocking; any number may be used at once, also by several processes.
 */
public final class Trash {
    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

    private final Layout layout;
    private final InstantSource clock;
    private final TrashNotes notes;
    private final Runnable step;

    public Trash(Layout layout, InstantSource clock) {
        this(layout, clock, () -> {});
    }

    /** @param step told of before each change on the disk, so that a test can end there */
    Trash(Layout layout, InstantSource clock, Runnable step) {
        this.layout = layout;
        this.clock = clock;
        this.notes = new TrashNotes(layout.removedSnapshots(), clock);
        this.step = step;
    }

    /**
     * What is written down beside a snapshot that was removed. In JSON {@code removed/<snapshot>.json}.
     *
     * @param byHand whether somebody wanted just this one removed; else the policy did
     * @param until when its deletion begins; absent where nothing was written down
     * @param freedBytes what the disk gets back by it, in whole blocks, once those that went with it and before it are deleted too; absent
     *     where nobody knows
     * @param shortened why its deletion began before {@code until}; absent as long as it has not
     */
    public record Note(
            boolean byHand,
            Instant removedAt,
            @Nullable Instant until,
            @Nullable Long freedBytes,
            @Nullable String shortened) {
        Note shortenedBy(String reason) {
            return new Note(byHand, removedAt, until, freedBytes, reason);
        }
    }

    /**
     * One snapshot in the trash.
     *
     * @param deleting whether its deletion has begun, so that it cannot be had back
     */
    public record Item(String snapshot, boolean deleting, Note note) {
        /**
         * When its deletion begins.
         *
         * @param undo how long that is after the removal, where nothing was written down
         */
        Instant until(Duration undo) {
            return note.until() == null ? note.removedAt().plus(undo) : note.until();
        }
    }

    /** What was asked for cannot be; the message says why, in a sentence. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** What there is, the newest snapshot first. */
    public List<Item> list() throws IOException {
        List<Item> items = new ArrayList<>();
        for (String name : names()) {
            boolean deleting = name.startsWith(Layout.DELETING_PREFIX);
            String snapshot = deleting ? name.substring(Layout.DELETING_PREFIX.length()) : name;
            if (snapshot.startsWith(Layout.SNAPSHOT_PREFIX) && isFolder(place(name))) {
                items.add(new Item(snapshot, deleting, notes.get(name)));
            }
        }
        items.sort(Comparator.comparing(Item::snapshot).reversed());
        return items;
    }

    /** The folders of all of them, whole or not. */
    List<Path> folders() throws IOException {
        return list().stream()
                .map(item -> item.deleting() ? layout.deleting(item.snapshot()) : layout.removed(item.snapshot()))
                .toList();
    }

    /**
     * Takes a snapshot out of the data folder. What a run could build on never goes, whoever asks.
     *
     * @throws RefusedException when it must not go, or is not there
     * @throws DataLock.HeldException when a run is under way
     */
    public void remove(String snapshot, Note note) throws IOException, RefusedException, DataLock.HeldException {
        try (DataLock _ = lock()) {
            requireRemovable(snapshot);
            Files.createDirectories(layout.removedSnapshots());
            step.run();
            try {
                notes.write(snapshot, note);
            } catch (IOException e) {
                if (!DiskFull.isCauseOf(e)) {
                    throw e;
                }
                // Above all then there must be a way to make room. Its folder still says when it was removed.
                LOG.warn("The disk is full: nothing is written down beside {} in the trash", snapshot);
            }
            step.run();
            Durable.commitFolder(layout.snapshot(snapshot), layout.removed(snapshot));
            step.run();
        }
    }

    private void requireRemovable(String name) throws IOException, RefusedException {
        Snapshots snapshots = new Snapshots(layout);
        SnapshotInfo found = snapshots
                .find(name)
                .orElseThrow(() -> new RefusedException("There is no snapshot %s.".formatted(name)));
        if (found.legacy()) {
            throw new RefusedException("%s was made by the old tool, and nothing says what it holds.".formatted(name));
        }
        if (found.pinned()) {
            throw new RefusedException("%s is pinned.".formatted(name));
        }
        if (snapshots.newest().map(SnapshotInfo::name).filter(name::equals).isPresent()) {
            throw new RefusedException("%s is the newest, and the next backup builds on it.".formatted(name));
        }
        for (String bucket : found.buckets()) {
            if (snapshots
                    .newestWith(bucket)
                    .map(SnapshotInfo::name)
                    .filter(name::equals)
                    .isPresent()) {
                throw new RefusedException("%s holds the last copy of %s.".formatted(name, bucket));
            }
        }
        if (isThere(layout.removed(name)) || isThere(layout.deleting(name))) {
            throw new RefusedException("There is a %s in the trash already.".formatted(name));
        }
    }

    /**
     * Puts a snapshot back where it was: the very files.
     *
     * @throws RefusedException when it is not in the trash, when its deletion has begun, or when there is one of that name again
     * @throws DataLock.HeldException when a run is under way
     */
    public void undo(String snapshot) throws IOException, RefusedException, DataLock.HeldException {
        try (DataLock _ = lock()) {
            if (!isSnapshotName(snapshot) || !isFolder(layout.removed(snapshot))) {
                throw new RefusedException(
                        isSnapshotName(snapshot) && isFolder(layout.deleting(snapshot))
                                ? "The deletion of %s has begun.".formatted(snapshot)
                                : "There is no %s in the trash.".formatted(snapshot));
            }
            step.run();
            try {
                Durable.commitFolder(layout.removed(snapshot), layout.snapshot(snapshot));
            } catch (FileAlreadyExistsException e) {
                throw new RefusedException(
                        "There is a snapshot %s again. Move one of the two away.".formatted(snapshot));
            } catch (NoSuchFileException e) {
                throw new RefusedException("The deletion of %s has just begun.".formatted(snapshot));
            }
            step.run();
            Files.deleteIfExists(notes.of(snapshot));
        }
    }

    /** Whether somebody pinned it just when it was removed: then it is kept, and can be had back. */
    boolean isPinned(Item item) {
        return isThere(Layout.pin(layout.removed(item.snapshot())));
    }

    /**
     * Begins the deletion of a snapshot: from here on it cannot be had back.
     *
     * @param shortened why before its time; null when that is over
     * @return false when somebody has just brought it back
     */
    boolean expire(Item item, @Nullable String shortened) throws IOException {
        Path deleting = layout.deleting(item.snapshot());
        if (isThere(deleting)) {
            return true;
        }
        if (shortened != null) {
            notes.tryWrite(item.snapshot(), item.note().shortenedBy(shortened));
        }
        step.run();
        try {
            Files.move(layout.removed(item.snapshot()), deleting, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return false;
        }
        step.run();
        if (isThere(notes.of(item.snapshot()))) {
            Files.move(
                    notes.of(item.snapshot()),
                    notes.of(Layout.DELETING_PREFIX + item.snapshot()),
                    StandardCopyOption.ATOMIC_MOVE);
        }
        // Before the first file goes: after a power loss it must not be there under the name of a whole one.
        Durable.syncFolder(layout.removedSnapshots());
        return true;
    }

    /** Deletes the files of one whose deletion has begun, or what is left of them. */
    void delete(Item item, Trees.Pace pace) throws IOException {
        Trees.delete(layout.deleting(item.snapshot()), () -> {
            pace.next();
            step.run();
        });
        Files.deleteIfExists(notes.of(Layout.DELETING_PREFIX + item.snapshot()));
    }

    /**
     * Removes the notes that a process left which ended before it had removed the snapshot, or after it had brought it back. While a
     * run is under way nothing happens.
     */
    void settle() throws IOException {
        if (names().stream().noneMatch(this::isLeft)) {
            return;
        }
        try (DataLock _ = lock()) {
            for (String name : names()) {
                if (isLeft(name)) {
                    Files.deleteIfExists(place(name));
                }
            }
        } catch (DataLock.HeldException e) {
            LOG.debug("the trash is put right when the run has ended");
        } catch (RefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private boolean isLeft(String name) {
        return name.contains(Layout.SNAPSHOT_PREFIX)
                && (name.endsWith(TrashNotes.ENDING)
                        ? !isThere(place(name.substring(0, name.length() - TrashNotes.ENDING.length())))
                        : name.startsWith(".") && name.endsWith(".tmp"));
    }

    private DataLock lock() throws IOException, DataLock.HeldException, RefusedException {
        // Nothing of ours leads elsewhere; whoever has put a link there could have things moved to any place.
        Optional<Path> foreign = OwnFiles.foreign(layout);
        if (foreign.isPresent()) {
            throw new RefusedException("%s is a symbolic link, which HubStorage neither makes nor follows: remove it."
                    .formatted(foreign.get()));
        }
        return DataLock.takeForMoment(layout, clock.instant());
    }

    private List<String> names() throws IOException {
        if (!Files.isDirectory(layout.removedSnapshots(), LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(layout.removedSnapshots())) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    private static boolean isSnapshotName(String name) {
        return name.startsWith(Layout.SNAPSHOT_PREFIX) && name.indexOf('/') < 0 && name.indexOf('\\') < 0;
    }

    private Path place(String name) {
        return layout.removedSnapshots().resolve(name);
    }

    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}
