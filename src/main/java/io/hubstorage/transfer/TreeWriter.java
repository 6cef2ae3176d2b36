package io.hubstorage.transfer;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.fs.Reflinks;
import io.hubstorage.manifest.ContentCompressor;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.OwnFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts files into the tree that becomes a bucket's folder. Every file is read-only from its first byte; a linked file's
 * time and mode are never touched, and what it is linked from must be what its manifest says. Thread-safe.
 */
final class TreeWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TreeWriter.class);
    private static final int COPY_BUFFER = 1 << 18;
    private static final Set<PosixFilePermission> READ_ONLY = PosixFilePermissions.fromString("r--r--r--");
    /**
     * To write alone: what is open for both, an NFS server may delegate to this machine, and then has to ask it about each file that
     * another one looks at, or to wait for it when it is gone.
     */
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    /** It may be read once more before it is whole. */
    private static final Set<StandardOpenOption> NEW_DRAFT =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);

    private final Path tree;
    private final Path drafts;
    private final int shard;
    private final boolean hardLinks;
    private final boolean syncFiles;
    private final Reflinks reflinks = new Reflinks();
    private final FileAttribute<?>[] readOnly;
    private final TreeFolders folders;
    private final SourceFiles sources;
    private final LongAdder writable;
    private final Lease lease;
    private final Predicate<String> policy;
    private final int level;
    private final String bucket;
    private final AtomicBoolean saidFull = new AtomicBoolean();

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
        this.policy = shard::compresses;
        TransferMessage.Compression compression = shard.options().compression();
        this.level = compression == null ? 0 : compression.level();
        this.shard = shard.index();
        this.bucket = shard.bucket();
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

        /**
         * It is whole and proven: puts it into the tree as it is, or compressed in its place.
         *
         * @param sha256 of it, in lower-case hex
         * @return what the file is, if that is compressed
         */
        ManifestEntry.@Nullable Stored finish(FetchTask task, String sha256) throws IOException, InterruptedException {
            FileTime time = FileTime.from(task.object().lastModified());
            ManifestEntry.Stored stored = compressed(task, sha256, time);
            if (stored == null) {
                finish(task.path(), time);
            }
            return stored;
        }

        private ManifestEntry.@Nullable Stored compressed(FetchTask task, String sha256, FileTime time)
                throws IOException, InterruptedException {
            long most = worth(task);
            if (most <= 0 || !hasRoomBeside(most)) {
                return null;
            }
            try (Draft packed = draft()) {
                ManifestEntry.Stored stored = ContentCompressor.write(
                        channel.position(0), task.object().size(), sha256, level, most, packed.channel);
                if (stored != null) {
                    packed.finish(task.path(stored), time);
                }
                return stored;
            } catch (IOException e) {
                if (!DiskFull.isCauseOf(e)) {
                    throw e;
                }
                // Both at once are too much; this one is there.
                LOG.info("{} is stored as it is: {}", task.key(), e.getMessage());
                return null;
            }
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

    /** Until it is done, both forms are on the disk; others write there too. */
    private boolean hasRoomBeside(long most) throws IOException {
        boolean room = 2 * most <= Files.getFileStore(drafts).getUsableSpace();
        if (!room && saidFull.compareAndSet(false, true)) {
            LOG.info(
                    "{}: large objects are stored as they are while the disk has no room for both forms of them at"
                            + " once",
                    bucket);
        }
        return room;
    }

    Draft draft() throws IOException {
        lease.require();
        Path file = newDraft();
        return new Draft(file, open(file, NEW_DRAFT));
    }

    /** No name comes twice: one that was kept may be of an earlier attempt at this very shard, by another process. */
    private Path newDraft() {
        long number = ThreadLocalRandom.current().nextLong();
        return drafts.resolve("shard-%04d.%016x%s".formatted(shard, number, TransferMessage.Shard.DRAFT));
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
            return open(folders.place(path), NEW_FILE);
        } catch (NoSuchFileException _) {
            folders.forget();
            return open(folders.place(path), NEW_FILE);
        }
    }

    private FileChannel open(Path file, Set<StandardOpenOption> how) throws IOException {
        try {
            return FileChannel.open(file, how, readOnly);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            return FileChannel.open(file, how, readOnly);
        }
    }

    /**
     * Puts a proven body into the tree as it is, or compressed.
     *
     * @param sha256 of it, in lower-case hex
     * @return what the file is, if that is compressed
     */
    ManifestEntry.@Nullable Stored write(FetchTask task, byte[] body, String sha256)
            throws IOException, InterruptedException {
        long most = worth(task);
        if (most <= 0) {
            write(task.path(), body, task.object().lastModified());
            return null;
        }
        LentBuffer packed = new LentBuffer((int) most);
        ManifestEntry.Stored stored = ContentCompressor.write(
                Channels.newChannel(new ByteArrayInputStream(body)),
                body.length,
                sha256,
                level,
                most,
                Channels.newChannel(packed));
        write(
                task.path(stored),
                stored == null ? ByteBuffer.wrap(body) : packed.bytes(),
                task.object().lastModified());
        return stored;
    }

    /**
     * What {@link #write} may hold in memory beside a body of that size to be compressed, in bytes: all of it compressed, and a frame
     * in both forms.
     */
    static long memoryToCompress(long size) {
        return size + Math.min(2 * size, ContentCompressor.MEMORY);
    }

    /** Lends its array. */
    private static final class LentBuffer extends ByteArrayOutputStream {
        LentBuffer(int size) {
            super(size);
        }

        ByteBuffer bytes() {
            return ByteBuffer.wrap(buf, 0, count);
        }
    }

    /** How large its file may be compressed; not above 0 when it is not to be. */
    private long worth(FetchTask task) {
        return task.compressed() != null && policy.test(task.key())
                ? ContentCompressor.worth(task.object().size(), folders.blocks())
                : -1;
    }

    void write(String path, byte[] body, Instant lastModified) throws IOException {
        write(path, ByteBuffer.wrap(body), lastModified);
    }

    private void write(String path, ByteBuffer body, Instant lastModified) throws IOException {
        lease.require();
        int size = body.remaining();
        try (FileChannel file = create(path)) {
            Durable.writeFully(file, body);
            complete(file, tree.resolve(path), FileTime.from(lastModified), size);
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
        try {
            folders.make(tree.resolve(path));
        } catch (NoSuchFileException _) {
            folders.forget();
            folders.make(tree.resolve(path));
        }
    }

    /**
     * Gives a file a second name in this tree; for a directory marker, makes its folder. Where the disk cannot, or this file
     * has too many names already (EMLINK), a new file shares its blocks, and where the disk cannot do that either, it is copied.
     *
     * @param entry what the file must be
     * @throws SourceFiles.DamagedException when it is not, or cannot be read where it must be copied
     */
    void link(Path existing, ManifestEntry entry, String path) throws IOException {
        bring(existing, entry, path);
    }

    /** Links a file of an interrupted run, as {@link #link} does; it is new on the disk since the last snapshot. */
    void adopt(Path existing, ManifestEntry entry, String path) throws IOException {
        if (!bring(existing, entry, path)) {
            folders.countFile(entry.fileSize());
        }
    }

    /** Returns whether it was copied, and so has been counted as new on the disk. */
    private boolean bring(Path existing, ManifestEntry entry, String path) throws IOException {
        if (entry.directory()) {
            folder(path);
            return false;
        }
        lease.require();
        // Also because a hard link to a symbolic link would be one.
        BasicFileAttributes found = sources.look(existing, entry);
        if (OwnFiles.isWritable(found)) {
            writable.increment();
        }
        if ((hardLinks && hardLink(existing, entry, path)) || share(existing, found.lastModifiedTime(), path)) {
            return false;
        }
        copy(existing, path);
        return true;
    }

    private boolean hardLink(Path existing, ManifestEntry entry, String path) throws IOException {
        Path file = folders.place(path);
        try {
            return hardLink(existing, file);
        } catch (FileAlreadyExistsException _) {
            Files.delete(file);
            return hardLink(existing, file);
        } catch (NoSuchFileException _) {
            sources.look(existing, entry);
            folders.forget();
            return hardLink(existing, folders.place(path));
        }
    }

    private static boolean hardLink(Path existing, Path file) throws IOException {
        try {
            Files.createLink(file, existing);
            return true;
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException _) {
            return false;
        }
    }

    private boolean share(Path existing, FileTime time, String path) throws IOException {
        Path draft = newDraft();
        try {
            if (!reflinks.make(existing, draft, time, syncFiles)) {
                return false;
            }
            move(draft, path);
            return true;
        } finally {
            Files.deleteIfExists(draft);
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
