package io.hubstorage.repair;

import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Reflinks;
import io.hubstorage.fs.Trees;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/**
 * Where a repair makes its files before they have a place, beside the snapshots on the same disk. One process works there at a
 * time; what an earlier one left is removed. Used by one thread; blocking.
 */
final class Staging implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);

    private final Path folder;
    private final DataLock lock;
    private final Reflinks reflinks = new Reflinks();
    private final FileAttribute<?>[] readOnly;

    private Staging(Path folder, DataLock lock) {
        this.folder = folder;
        this.lock = lock;
        this.readOnly = folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--r--r--"))
                }
                : new FileAttribute<?>[0];
    }

    /** @throws DataLock.HeldException when another process repairs here */
    static Staging open(Layout layout, Instant now) throws IOException, DataLock.HeldException {
        Path folder = layout.repairs();
        Files.createDirectories(folder);
        DataLock lock = DataLock.take(folder.resolve(LOCK), now);
        try {
            Staging staging = new Staging(folder, lock);
            staging.clear();
            return staging;
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** Whether another process repairs there now. */
    static boolean isTaken(Layout layout, Instant now) throws IOException {
        Path lock = layout.repairs().resolve(LOCK);
        if (!Files.exists(lock)) {
            return false;
        }
        try (DataLock _ = DataLock.take(lock, now)) {
            return false;
        } catch (DataLock.HeldException e) {
            return true;
        }
    }

    private void clear() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path each : left) {
                if (!each.getFileName().toString().startsWith(LOCK)) {
                    Trees.delete(each);
                }
            }
        }
    }

    /**
     * Writes a file.
     *
     * @param <E> what it may throw
     */
    @FunctionalInterface
    interface Body<E extends Exception> {
        String writeTo(FileChannel channel) throws E, IOException, InterruptedException;
    }

    /** The file that is being made. */
    Path made() {
        return folder.resolve("new");
    }

    /**
     * Makes a read-only file of that time, and makes it durable; there is none when anything is thrown.
     *
     * @param size in bytes; with as much headroom as backups leave it must fit
     * @return what the body returned
     */
    <E extends Exception> String make(Instant time, long size, Body<E> body)
            throws E, IOException, InterruptedException {
        Path file = made();
        Files.deleteIfExists(file);
        if (size + size / 10 > Files.getFileStore(folder).getUsableSpace()) {
            throw DiskFull.failure(file);
        }
        boolean done = false;
        try (FileChannel channel = FileChannel.open(file, NEW_FILE, readOnly)) {
            String result = body.writeTo(channel);
            Files.setLastModifiedTime(file, FileTime.from(time));
            channel.force(true);
            done = true;
            return result;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Gives what was made another place, so that something else can be made of it, until {@link #dropAside}. */
    Path setAside() throws IOException {
        return Files.move(made(), aside(), StandardCopyOption.REPLACE_EXISTING);
    }

    void dropAside() throws IOException {
        Files.deleteIfExists(aside());
    }

    private Path aside() {
        return folder.resolve("content");
    }

    /** Whether a file can have further names: not on every disk, and of another user's file Linux may not allow it. */
    boolean canLink(Path good) throws IOException {
        try {
            Files.createLink(next(), good);
            return true;
        } catch (FileSystemException e) {
            if (DiskFull.isCauseOf(e)) {
                throw e;
            }
            return false;
        } catch (UnsupportedOperationException _) {
            return false;
        }
    }

    /**
     * A further name of a file, to be moved to its place; where the disk cannot, or the file has too many, one that shares its blocks,
     * or a copy.
     *
     * @param sha256 that it must have where it is another file
     */
    Path link(Path good, String sha256) throws IOException {
        Path next = next();
        try {
            Files.createLink(next, good);
        } catch (FileSystemException | UnsupportedOperationException _) {
            if (!reflinks.make(good, next, Files.getLastModifiedTime(good, LinkOption.NOFOLLOW_LINKS), true)) {
                Files.copy(good, next, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                Durable.syncFile(next);
            }
            if (!Examiner.sha256(next).equals(sha256)) {
                throw new IOException("the copy of %s is not what was read".formatted(good));
            }
        }
        return next;
    }

    private Path next() throws IOException {
        Path next = folder.resolve("next");
        Files.deleteIfExists(next);
        return next;
    }

    @Override
    public void close() {
        try {
            clear();
        } catch (IOException _) {
            // The next one clears it away.
        } finally {
            lock.close();
        }
    }
}
