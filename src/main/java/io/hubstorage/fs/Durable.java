package io.hubstorage.fs;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Makes what was written survive a power loss, and does what the JDK's channels do not promise: all the bytes, and a rename
 * that lasts. Blocking; thread-safe.
 */
public final class Durable {
    private static final boolean WINDOWS = File.separatorChar == '\\';
    private static final String DRAFT_ENDING = ".tmp";

    private Durable() {}

    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Makes the names in a folder durable; does nothing where folders cannot be opened, as on Windows. */
    public static void syncFolder(Path folder) throws IOException {
        if (!WINDOWS) {
            sync(folder);
        }
    }

    /** Makes a file durable that somebody else has written. */
    public static void syncFile(Path file) throws IOException {
        sync(file);
    }

    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Gives a folder its final name in one step and makes that durable. What is in it must be durable already.
     *
     * @throws IOException when the disk reports that the name could not be written; the folder has its old one then
     * @throws FileAlreadyExistsException when there is something of that name; nothing has changed then
     */
    public static void commitFolder(Path from, Path to) throws IOException {
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            // rename() would silently replace an empty folder.
            throw new FileAlreadyExistsException(to.toString());
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        try {
            syncFolder(folderOf(to));
            if (!folderOf(from).equals(folderOf(to))) {
                syncFolder(folderOf(from));
            }
        } catch (IOException e) {
            // Whoever hears of a failure must not find the folder all the same.
            Files.move(to, from, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
    }

    /** Replaces a file as a whole, durably: whoever looks, and whatever breaks, it is the old one or the new one. */
    public static void writeAtomically(Path file, byte[] content) throws IOException {
        writeAtomically(file, channel -> writeFully(channel, ByteBuffer.wrap(content)));
    }

    /** The same with content that need not fit in memory. Keeps the file's mode; that of a new one is as the umask says. */
    public static void writeAtomically(Path file, Content content) throws IOException {
        // Not createTempFile, which would make a file that only its owner can read.
        Path next = folderOf(file).resolve("%s%s%s".formatted(draftOf(file), UUID.randomUUID(), DRAFT_ENDING));
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            try (FileChannel channel = FileChannel.open(next, options, modeOf(file))) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
        syncFolder(folderOf(file));
    }

    /** Removes what processes left that were killed while they replaced a file. Only for who alone may replace it now. */
    public static void deleteDrafts(Path file) throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folderOf(file), each -> {
            String name = each.getFileName().toString();
            return name.startsWith(draftOf(file)) && name.endsWith(DRAFT_ENDING);
        })) {
            for (Path draft : drafts) {
                Files.deleteIfExists(draft);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static String draftOf(Path file) {
        return "." + file.getFileName() + ".";
    }

    /** The mode of a new file that its owner alone may read, where files have modes. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return isPosix(file) ? mode(PosixFilePermissions.fromString("rw-------")) : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] modeOf(Path file) throws IOException {
        return isPosix(file) && Files.exists(file)
                ? mode(Files.getPosixFilePermissions(file))
                : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] mode(Set<PosixFilePermission> permissions) {
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    public static byte[] readFully(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("ends before byte " + (offset + length));
            }
        }
        return bytes.array();
    }

    public static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " is not a file");
        }
        return folder;
    }
}
