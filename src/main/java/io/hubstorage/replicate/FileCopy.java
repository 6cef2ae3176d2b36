package io.hubstorage.replicate;

import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Reflinks;
import io.hubstorage.fs.Sha256;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RateLimiter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Copies files, each by way of a folder for what is not whole yet: under its name there is a file that has been proven, or none.
 * What is hashed are the bytes that were written. Thread-safe.
 */
final class FileCopy {
    private static final int BUFFER = 1 << 17;
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path parts;
    private final boolean syncFiles;
    private final RateLimiter limiter;
    private final Cancellation stop;
    private final FileAttribute<?>[] readOnly;
    private final AtomicLong numbers = new AtomicLong();
    private final Reflinks reflinks = new Reflinks();

    /**
     * @param parts for what is not whole, on the copy's disk; empty at first
     * @param syncFiles whether each file has to be forced to the disk by itself
     */
    FileCopy(Path parts, boolean syncFiles, RateLimiter limiter, Cancellation stop) {
        this.parts = parts;
        this.syncFiles = syncFiles;
        this.limiter = limiter;
        this.stop = stop;
        this.readOnly = parts.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--r--r--"))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * What a file must be.
     *
     * @param size in bytes; -1 where nothing says it
     * @param sha256 null where nothing says it
     * @param time that the copy gets, which is read-only then; null for a file beside the trees
     */
    record Expected(
            long size, @Nullable String sha256, @Nullable FileTime time) {}

    /**
     * Copies a file to this place, where no other thread works; what stands there is replaced.
     *
     * @throws SourceException when it is not what is expected; nothing is at the place then
     */
    void copy(Path from, Path to, Expected expected) throws IOException, InterruptedException {
        Path part = part();
        FileTime time = expected.time();
        try {
            try (FileChannel in = open(from);
                    FileChannel out = FileChannel.open(part, NEW, time == null ? new FileAttribute<?>[0] : readOnly)) {
                prove(transfer(in, out, expected.size()), expected.sha256());
                if (time != null) {
                    Files.setLastModifiedTime(part, time);
                }
                if (syncFiles) {
                    out.force(true);
                }
            }
            stop.check();
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private Path part() {
        return parts.resolve(Long.toString(numbers.incrementAndGet()));
    }

    /**
     * Makes this place a file that shares the blocks of one that the copy has, and so is as proven as that.
     *
     * @return false where the copy's disk cannot; nothing has changed then
     */
    boolean share(Path existing, Path to, FileTime time) throws IOException {
        Path part = part();
        try {
            if (!reflinks.make(existing, part, time, syncFiles)) {
                return false;
            }
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Whether a file holds these bytes. */
    boolean holds(Path file, String sha256) throws IOException, InterruptedException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            return transfer(in, null, -1).equals(sha256);
        }
    }

    private static FileChannel open(Path from) throws SourceException {
        try {
            return FileChannel.open(from, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new SourceException("It is missing.", e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Returns the SHA-256 of what came. */
    private String transfer(FileChannel in, @Nullable FileChannel out, long size)
            throws IOException, InterruptedException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer buffer = ByteBuffer.allocate(Math.clamp(size < 0 ? BUFFER : size + 1, 1, BUFFER));
        long total = 0;
        for (int read = read(in, buffer); read >= 0; read = read(in, buffer)) {
            stop.check();
            limiter.take(read, stop);
            digest.update(buffer.array(), 0, read);
            total += read;
            if (size >= 0 && total > size) {
                break;
            }
            if (out != null) {
                Durable.writeFully(out, buffer.flip());
            }
            buffer.clear();
        }
        if (size >= 0 && total != size) {
            throw new SourceException(
                    total > size
                            ? "It has more than %,d bytes.".formatted(size)
                            : "It has %,d bytes instead of %,d.".formatted(total, size),
                    null);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static int read(FileChannel in, ByteBuffer buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (ClosedChannelException e) {
            // Because all is being stopped, which says nothing of the file.
            throw e;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static SourceException unreadable(IOException e) {
        return new SourceException("It cannot be read (%s).".formatted(e), e);
    }

    private static void prove(String found, @Nullable String sha256) throws SourceException {
        if (sha256 != null && !found.equals(sha256)) {
            throw new SourceException("Its SHA-256 is %s, but should be %s.".formatted(found, sha256), null);
        }
    }
}
