package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts files into the tree that becomes a bucket's folder. Every file is read-only from its first byte; a linked file's
 * time and mode are never touched, and what it is linked from must be a file of ours. Thread-safe.
 */
final class TreeWriter {
    private static final int KNOWN_FOLDERS = 16_384;
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);

    private final Path tree;
    private final boolean hardLinks;
    private final FileAttribute<?>[] readOnly;
    private final Set<Path> knownFolders = ConcurrentHashMap.newKeySet();
    private final List<Path> sources;
    private final Set<Path> ownFolders = ConcurrentHashMap.newKeySet();

    TreeWriter(TransferMessage.Shard shard) throws IOException {
        this.tree = Files.createDirectories(Path.of(shard.tree()));
        this.hardLinks = shard.options().hardLinks();
        this.sources =
                shard.sources().stream().map(source -> Path.of(source.tree())).toList();
        this.readOnly = tree.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--r--r--"))
                }
                : new FileAttribute<?>[0];
    }

    /** A new, empty file at this path of the tree; what an earlier attempt left there is removed. */
    FileChannel create(String path) throws IOException {
        Path file = place(path);
        try {
            return FileChannel.open(file, NEW_FILE, readOnly);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            return FileChannel.open(file, NEW_FILE, readOnly);
        } catch (NoSuchFileException _) {
            knownFolders.clear();
            return FileChannel.open(place(path), NEW_FILE, readOnly);
        }
    }

    /** Writes a whole small file. */
    void write(String path, byte[] body, Instant lastModified) throws IOException {
        try (FileChannel file = create(path)) {
            ByteBuffer bytes = ByteBuffer.wrap(body);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        }
        stamp(path, lastModified);
    }

    /** Sets the file time, which is the object's LastModified. */
    void stamp(String path, Instant lastModified) throws IOException {
        Files.setLastModifiedTime(tree.resolve(path), FileTime.from(lastModified));
    }

    /** A folder that stands for a key of its own. */
    void folder(String path) throws IOException {
        Files.createDirectories(tree.resolve(path));
    }

    /** Removes what a failed attempt left. */
    void discard(String path) throws IOException {
        Files.deleteIfExists(tree.resolve(path));
    }

    /**
     * Gives a file a second name in this tree. Where the disk cannot, or this file has too many names already (EMLINK), it
     * is copied on the spot.
     *
     * @throws MissingSourceException when the existing file does not exist, or is not {@linkplain #isOwn ours}
     */
    void link(Path existing, String path) throws IOException {
        if (!isOwn(existing)) {
            // A hard link to a symbolic link would be one.
            throw new MissingSourceException(existing, new NoSuchFileException(existing.toString()));
        }
        Path file = place(path);
        if (!hardLinks) {
            copyExisting(existing, path, file);
            return;
        }
        try {
            Files.createLink(file, existing);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            Files.createLink(file, existing);
        } catch (NoSuchFileException e) {
            if (!Files.exists(existing)) {
                throw new MissingSourceException(existing, e);
            }
            knownFolders.clear();
            Files.createLink(place(path), existing);
        } catch (FileSystemException | UnsupportedOperationException _) {
            copyExisting(existing, path, file);
        }
    }

    /** Whether this is a regular file of a source, and no symbolic link leads there. */
    boolean isOwn(Path existing) {
        Path folder = existing.getParent();
        if (folder != null && !ownFolders.contains(folder)) {
            if (sources.stream().anyMatch(source -> OwnFiles.leadsAway(source, folder))) {
                return false;
            }
            remember(folder, ownFolders);
        }
        return OwnFiles.regular(existing) != null;
    }

    private void copyExisting(Path existing, String path, Path file) throws IOException {
        if (!Files.exists(existing)) {
            throw new MissingSourceException(existing, new NoSuchFileException(existing.toString()));
        }
        copy(existing, path, file);
    }

    private void copy(Path existing, String path, Path file) throws IOException {
        Files.deleteIfExists(file);
        try (FileChannel from = FileChannel.open(existing, StandardOpenOption.READ);
                FileChannel to = create(path)) {
            long size = from.size();
            for (long done = 0; done < size; ) {
                long moved = from.transferTo(done, size - done, to);
                if (moved <= 0) {
                    throw new IOException("%s became shorter while it was copied".formatted(existing));
                }
                done += moved;
            }
        }
        Files.setLastModifiedTime(file, Files.getLastModifiedTime(existing));
    }

    private Path place(String path) throws IOException {
        Path file = tree.resolve(path);
        Path folder = file.getParent();
        if (folder != null && !knownFolders.contains(folder)) {
            Files.createDirectories(folder);
            remember(folder, knownFolders);
        }
        return file;
    }

    private static void remember(Path folder, Set<Path> folders) {
        if (folders.size() >= KNOWN_FOLDERS) {
            folders.clear();
        }
        folders.add(folder);
    }
}
