package io.hubstorage.fs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What the JDK's channels do not promise: all the bytes, and a rename that outlives a power cut. */
public final class DurableFiles {
    private DurableFiles() {}

    /** Writes a file's new content. */
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Replaces a file as a whole: whoever looks, and whatever breaks, it is the old one or the new one. Keeps its mode. */
    public static void replace(Path file, Content content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        Set<OpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(next, options, modeOf(file))) {
            content.writeTo(channel);
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(folderOf(file));
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

    /** Makes a new name in the folder durable, where folders can be forced at all (not on Windows). */
    public static void forceFolder(Path folder) throws IOException {
        if (System.getProperty("os.name", "").startsWith("Windows")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
