package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Puts files into the tree that becomes a bucket's folder. Every file is read-only from its first byte; a linked file's
 * time and mode are never touched, and what it is linked from must be what its manifest says. Thread-safe.
 */
final class TreeWriter {
    private static final int COPY_BUFFER = 1 << 18;
    private static final Set<PosixFilePermission> READ_ONLY = PosixFilePermissions.fromString("r--r--r--");
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);

    private final Path tree;
    private final Path drafts;
    private final int shard;
    private final boolean hardLinks;
    private final boolean syncFiles;
    private final FileAttribute<?>[] readOnly;
    private final TreeFolders folders;
    private final SourceFiles sources;
    private final LongAdder writable;
    private final Lease lease;

    /**
     * The shard's folders must be there: a worker that makes them could bring back what its run has cleared away.
     *
     * @param progress counts linked files that are not read-only, and what is new on the disk
     */
    TreeWriter(Shard shard, SourceFiles sources, ShardProgress progress, Lease lease) throws IOException {
        this.tree = shard.tree();
        this.drafts = shard.journal();
        this.writable = progress.writableFiles;
        this.folders = new TreeFolders(tree, progress.allocatedBytes);
        this.lease = lease;
        this.shard = shard.index();
        this.hardLinks = shard.options().hardLinks();
        this.syncFiles = shard.options().syncFiles();
        this.sources = sources;
        this.readOnly = tree.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(READ_ONLY)}
                : new FileAttribute<?>[0];
    }

    /**
     * A file that is on its way into the tree. Until it is whole it is outside, so that one that fails leaves nothing there,
     * not even the folder that it would have been in. For one thread, but for its channel.
     */
    final class Draft implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;
        private boolean kept;

        private Draft(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        FileChannel channel() {
            return channel;
        }

        /** It is whole: gives it its time, which is the object's LastModified, and its place. */
        void finish(String path, FileTime time) throws IOException {
            complete(channel, file, time, channel.size());
            channel.close();
            move(file, path);
        }

        /** Leaves it where it is for {@link #resume}. */
        Path keep() {
            kept = true;
            return file;
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!kept) {
                Files.deleteIfExists(file);
            }
        }
    }

    Draft draft() throws IOException {
        lease.require();
        // No name comes twice: one that was kept may be of an earlier attempt at this very shard, by another process.
        long number = ThreadLocalRandom.current().nextLong();
        Path file = drafts.resolve("shard-%04d.%016x%s".formatted(shard, number, TransferMessage.Shard.DRAFT));
        return new Draft(file, open(file));
    }

    /** Goes on with one that was kept. */
    Draft resume(Path file) throws IOException {
        lease.require();
        if (readOnly.length > 0) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (readOnly.length > 0) {
                Files.setPosixFilePermissions(file, READ_ONLY);
            }
            return new Draft(file, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void move(Path file, String path) throws IOException {
        lease.require();
        try {
            Files.move(file, folders.place(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException _) {
            folders.forget();
            Files.move(file, folders.place(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A new, empty file at this path of the tree; what an earlier attempt left there is removed. */
    private FileChannel create(String path) throws IOException {
        try {
            return open(folders.place(path));
        } catch (NoSuchFileException _) {
            folders.forget();
            return open(folders.place(path));
        }
    }

    private FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, NEW_FILE, readOnly);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            return FileChannel.open(file, NEW_FILE, readOnly);
        }
    }

    void write(String path, byte[] body, Instant lastModified) throws IOException {
        lease.require();
        try (FileChannel file = create(path)) {
            Durable.writeFully(file, ByteBuffer.wrap(body));
            complete(file, tree.resolve(path), FileTime.from(lastModified), body.length);
        }
    }

    /** The time before the sync: it is to be durable too. */
    private void complete(FileChannel channel, Path file, FileTime time, long size) throws IOException {
        Files.setLastModifiedTime(file, time);
        if (syncFiles) {
            channel.force(true);
        }
        folders.countFile(size);
    }

    /** A folder that stands for a key of its own. */
    void folder(String path) throws IOException {
        lease.require();
        folders.make(tree.resolve(path));
    }

    /**
     * Gives a file a second name in this tree; for a directory marker, makes its folder. Where the disk cannot, or this file
     * has too many names already (EMLINK), it is copied on the spot.
     *
     * @param entry what the file must be
     * @throws SourceFiles.DamagedException when it is not, or cannot be read where it must be copied
     */
    void link(Path existing, ManifestEntry entry, String path) throws IOException {
        if (entry.directory()) {
            folder(path);
            return;
        }
        lease.require();
        // Also because a hard link to a symbolic link would be one.
        if (OwnFiles.isWritable(sources.look(existing, entry))) {
            writable.increment();
        }
        if (!hardLinks) {
            copy(existing, path);
            return;
        }
        Path file = folders.place(path);
        try {
            Files.createLink(file, existing);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            Files.createLink(file, existing);
        } catch (NoSuchFileException _) {
            sources.look(existing, entry);
            folders.forget();
            Files.createLink(folders.place(path), existing);
        } catch (FileSystemException | UnsupportedOperationException _) {
            copy(existing, path);
        }
    }

    /** Links a file of an interrupted run, as {@link #link} does; it is new on the disk since the last snapshot. */
    void adopt(Path existing, ManifestEntry entry, String path) throws IOException {
        link(existing, entry, path);
        if (hardLinks) {
            folders.countFile(entry.size());
        }
    }

    /** What it links from. */
    SourceFiles sources() {
        return sources;
    }

    private void copy(Path existing, String path) throws IOException {
        try (FileChannel from = openSource(existing);
                Draft draft = draft()) {
            ByteBuffer buffer = ByteBuffer.allocate(COPY_BUFFER);
            while (readSource(existing, from, buffer.clear()) >= 0) {
                Durable.writeFully(draft.channel(), buffer.flip());
            }
            draft.finish(path, Files.getLastModifiedTime(existing));
        }
    }

    private static FileChannel openSource(Path existing) throws SourceFiles.DamagedException {
        try {
            return FileChannel.open(existing, StandardOpenOption.READ);
        } catch (IOException e) {
            throw SourceFiles.DamagedException.unreadable(existing, e);
        }
    }

    /** Told apart from an error of the destination: a bad sector of an old file is no reason to stop. */
    private static int readSource(Path existing, FileChannel from, ByteBuffer buffer) throws IOException {
        try {
            return from.read(buffer);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw SourceFiles.DamagedException.unreadable(existing, e);
        }
    }
}
