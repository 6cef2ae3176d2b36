package io.hubstorage.restore.folder;

import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.DiskSync;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Trees;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target.ConflictException;
import io.hubstorage.restore.targets.Target.TargetException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a restore writes to, and in it the one of our own for files that are not whole yet, which also tells that it is still
 * the same folder. Nothing is followed that leads out of it. Tells the disk's failures as the target's. Blocking; thread-safe.
 */
final class TargetFolder implements AutoCloseable {
    /** How the folder is called that files are in until they are whole. */
    static final String PARTS = ".hubstorage-restore-";

    private static final Logger LOG = LoggerFactory.getLogger(TargetFolder.class);
    private static final int BUFFER = 1 << 17;
    private static final int MOST_CHANGED = 1_000;

    private final Path root;
    private final Path parts;
    /** Those that something was put into since they were last made durable. */
    private final Set<Path> changed = new HashSet<>();

    private final AtomicLong numbers = new AtomicLong();
    private @Nullable DiskSync disk;

    /** @param root without symbolic links; need not be there */
    TargetFolder(Path root, String restoreId) {
        this.root = root;
        this.parts = root.resolve(PARTS + restoreId);
    }

    /** Whether a restore has begun in it and not ended. */
    boolean isBegun() {
        return Files.isDirectory(parts, LinkOption.NOFOLLOW_LINKS);
    }

    /** Another disk, or none, may be mounted there by now. */
    void requireBegun() throws TargetException {
        if (!isBegun()) {
            throw notThere();
        }
    }

    private TargetException notThere() {
        return new TargetException(
                "folder_gone",
                "%s is not the folder that the restore began in: is its disk mounted? (%s, which a restore has until it is done, is not there.)"
                        .formatted(root, parts.getFileName()),
                false,
                true,
                null);
    }

    /** Makes it, and begins. */
    void begin() throws TargetException, InterruptedException {
        onDisk(() -> {
            boolean made = !Files.isDirectory(root);
            Files.createDirectories(root);
            Files.createDirectories(parts);
            // The journal may outlive a power loss, and asks for them.
            Durable.syncFolder(root);
            if (made) {
                Durable.syncFolder(Durable.folderOf(root));
            }
            disk = DiskSync.open(root);
            return true;
        });
    }

    /** Always below the root: names come from a plan, and a plan is a file that somebody may have edited. */
    Path place(String name) throws TargetException {
        try {
            Path place = root.resolve(name);
            if (!name.isEmpty() && place.startsWith(root) && place.normalize().equals(place) && !place.equals(root)) {
                return place;
            }
        } catch (InvalidPathException e) {
            throw new TargetException(
                    "name", "This system takes no file of that name: " + e.getReason(), false, false, e);
        }
        throw new TargetException("name", "The name leads out of the folder.", false, false, null);
    }

    /** A place of its own for a file that is not whole yet. */
    Path newPart() {
        return parts.resolve(numbers.incrementAndGet() + ".part");
    }

    /** What is at a place, be it a link; null for nothing. */
    @Nullable
    BasicFileAttributes look(Path file) throws TargetException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            if (!Files.isDirectory(Durable.folderOf(file))) {
                // A file stands where one of its folders should be.
                return null;
            }
            throw failure(e);
        }
    }

    /** Makes a folder, and those before it. */
    void makeFolder(Path folder) throws ConflictException, TargetException, InterruptedException {
        if (folder.equals(root)) {
            return;
        }
        makeFolder(Durable.folderOf(folder));
        BasicFileAttributes found = look(folder);
        if (found == null) {
            try {
                Files.createDirectory(folder);
                changed(Durable.folderOf(folder));
            } catch (FileAlreadyExistsException e) {
                found = look(folder);
            } catch (IOException e) {
                throw failure(e);
            }
        }
        if (found != null && !found.isDirectory()) {
            throw new ConflictException("A folder is needed at %s, which is %s.".formatted(folder, kind(found)));
        }
    }

    void requireNoLink(Path folder) throws ConflictException {
        for (Path way = folder; !way.equals(root); way = Durable.folderOf(way)) {
            if (Files.isSymbolicLink(way)) {
                throw new ConflictException("%s is a symbolic link, which is not followed.".formatted(way));
            }
        }
    }

    static String kind(BasicFileAttributes found) {
        return found.isDirectory()
                ? "a folder"
                : found.isSymbolicLink() ? "a symbolic link" : found.isRegularFile() ? "a file" : "a special file";
    }

    /**
     * Writes a new file, whole and with its time; durable, where that has to be done by file.
     *
     * @throws IOException when the source cannot be read
     */
    void copy(Source source, Path part, Instant modified) throws TargetException, IOException, InterruptedException {
        DiskSync sync = disk;
        if (sync == null) {
            throw new IllegalStateException("not begun");
        }
        try (InputStream in = source.open();
                FileChannel out =
                        onDisk(() -> FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            byte[] buffer = new byte[Math.clamp(source.size(), 1, BUFFER)];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                onDisk(() -> {
                    Durable.writeFully(out, bytes);
                    return true;
                });
            }
            onDisk(() -> {
                if (sync.byFile()) {
                    out.force(true);
                }
                return true;
            });
        }
        onDisk(() -> Files.setLastModifiedTime(part, FileTime.from(modified)));
    }

    /** The rest of the folder is the person's, and may be large. Keys come in order, so that a few are enough to remember. */
    synchronized void changed(Path folder) throws TargetException, InterruptedException {
        DiskSync sync = disk;
        if (sync != null && sync.byFile() && changed.add(folder) && changed.size() >= MOST_CHANGED) {
            onDisk(() -> {
                syncChanged();
                return true;
            });
        }
    }

    private synchronized void syncChanged() throws IOException {
        for (Path folder : changed) {
            try {
                Durable.syncFolder(folder);
            } catch (NoSuchFileException e) {
                // Removed by somebody else.
                if (!Files.isDirectory(root)) {
                    throw e;
                }
            }
        }
        changed.clear();
    }

    /**
     * Makes all durable that was put into it, and ends.
     *
     * @param list a file that was written to besides
     */
    void end(Path list) throws TargetException, IOException {
        requireBegun();
        DiskSync sync = disk;
        if (sync != null && sync.byFile()) {
            syncChanged();
            if (Files.exists(list)) {
                try (FileChannel names = FileChannel.open(list, StandardOpenOption.READ)) {
                    names.force(true);
                }
            }
        } else if (sync != null) {
            sync.sync(root);
        }
        try {
            Trees.delete(parts);
        } catch (IOException e) {
            // All is on the disk, and stays so.
            LOG.warn("{} could not be removed, and may be by hand: {}", parts, e.toString());
        }
    }

    /** Removes what is not whole. */
    void clear() throws TargetException, InterruptedException {
        onDisk(() -> {
            if (isBegun()) {
                try (Stream<Path> left = Files.list(parts)) {
                    for (Path each : left.toList()) {
                        Trees.delete(each);
                    }
                }
            }
            return true;
        });
    }

    interface DiskWork<T> {
        T run() throws IOException;
    }

    /** Does what the disk may refuse; its failure is the target's. */
    <T> T onDisk(DiskWork<T> work) throws TargetException, InterruptedException {
        try {
            return work.run();
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    TargetException failure(IOException e) {
        if (disk != null && !isBegun()) {
            return notThere();
        }
        if (DiskFull.isCauseOf(e)) {
            return new TargetException(
                    "disk_full",
                    "There is no room left on the disk of the folder: make some, and start the restore again; it goes"
                            + " on where it was.",
                    false,
                    true,
                    e);
        }
        String reason = e instanceof FileSystemException named && named.getReason() != null
                ? named.getFile() + ": " + named.getReason()
                : e.toString();
        return new TargetException("disk", reason, false, false, e);
    }

    @Override
    public void close() throws IOException {
        if (disk != null) {
            disk.close();
        }
    }
}
