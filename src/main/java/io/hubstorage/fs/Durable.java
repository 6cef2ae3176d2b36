package io.hubstorage.fs;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Makes what was written survive a power loss. Blocking; thread-safe. */
public final class Durable {
    private static final boolean WINDOWS = File.separatorChar == '\\';

    private Durable() {}

    /** Makes the names in a folder durable; does nothing where folders cannot be opened, as on Windows. */
    public static void syncFolder(Path folder) throws IOException {
        if (!WINDOWS) {
            sync(folder);
        }
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
            syncFolder(parent(to));
            if (!parent(from).equals(parent(to))) {
                syncFolder(parent(from));
            }
        } catch (IOException e) {
            // Whoever hears of a failure must not find the folder all the same.
            Files.move(to, from, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
    }

    /** Replaces a file so that at any time either the old or the new content is there, and makes the new one durable. */
    public static void writeAtomically(Path file, byte[] content) throws IOException {
        // Not createTempFile, which would make a file that only its owner can read.
        Path temporary = parent(file).resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncFolder(parent(file));
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
