package io.hubstorage.verify.scrub;

import io.hubstorage.fs.Durable;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was proven outside the cycle, by the verify command or by a repair: a file of its own for the ledger to take in when it is
 * next made, so that nobody has to wait for anybody. Only {@link #commit} makes it count. Blocking; thread-safe.
 */
public final class Proofs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Proofs.class);
    private static final String PREFIX = "proofs-";
    private static final String ENDING = ".jsonl.zst";

    /** Those that this process writes. To open another channel on one and close it would give its lock away. */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final LedgerFile.Writer out;
    private boolean empty = true;
    /** Nothing more is taken: they count already, or a write has failed, and nobody knows how much of it is there. */
    private boolean ended;

    private Proofs(Path folder) throws IOException {
        String name = PREFIX + UUID.randomUUID() + ENDING;
        this.file = folder.resolve(name);
        this.unfinished = folder.resolve("." + name + ".tmp");
        OURS.add(unfinished);
        boolean begun = false;
        try {
            this.channel = create(unfinished);
            this.out = new LedgerFile.Writer(channel);
            begun = true;
        } finally {
            if (!begun) {
                OURS.remove(unfinished);
            }
        }
    }

    /**
     * Begins some for a data folder whose ledger is there, or may be begun by this user; empty elsewhere, as where everything is
     * mounted to be read only, or where the service, which another user runs, could not write to what was made here.
     */
    public static Optional<Proofs> tryBegin(Layout layout) {
        try {
            boolean ours = Files.isDirectory(layout.scrub(), LinkOption.NOFOLLOW_LINKS)
                    || (Files.isRegularFile(layout.marker(), LinkOption.NOFOLLOW_LINKS)
                            && Files.getOwner(layout.hub()).getName().equals(System.getProperty("user.name")));
            return ours ? Optional.of(begin(layout)) : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** Begins some for a data folder. */
    public static Proofs begin(Layout layout) throws IOException {
        if (Files.isSymbolicLink(layout.hub()) || Files.isSymbolicLink(layout.scrub())) {
            throw new IOException(layout.scrub() + " is a symbolic link, which is not followed");
        }
        Files.createDirectories(layout.scrub());
        sweep(layout.scrub());
        return new Proofs(layout.scrub());
    }

    /** Removes what killed processes have left. Whoever still writes has it locked, as far as the file system has locks. */
    private static void sweep(Path folder) throws IOException {
        try (DirectoryStream<Path> each = Files.newDirectoryStream(folder, "." + PREFIX + "*" + ENDING + ".tmp")) {
            for (Path file : each) {
                // To open anything else could wait for ever.
                if (!OURS.contains(file) && OwnFiles.regular(file) != null) {
                    removeIfLeft(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** One that stays costs nothing but its room. */
    private static void removeIfLeft(Path file) {
        try (FileChannel left = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (tryLock(left)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.debug("{} is left", file, e);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            boolean _ = tryLock(channel);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return channel;
            }
            // Another process has taken it for one that is left, in the moment before it was locked.
            channel.close();
        }
    }

    /** False where somebody else has it, or nobody can tell. Held until the channel is closed. */
    private static boolean tryLock(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("not locked", e);
            return false;
        }
    }

    /**
     * A file's bytes were read, and were these. Says nothing of one that is not there any more as it was before: whatever has been put
     * in its place or written to it meanwhile is another file, which nobody has read, and nobody knows which of the two was.
     *
     * @param before what the file was like before the first byte was read
     * @param sha256 in lower-case hex
     */
    public void add(Path read, BasicFileAttributes before, String sha256, Instant at) throws IOException {
        FileId id = FileId.of(before);
        BasicFileAttributes after = OwnFiles.regular(read);
        if (id.isKnown() && after != null && id.equals(FileId.of(after))) {
            synchronized (this) {
                if (ended) {
                    return;
                }
                try {
                    out.add(new LedgerLine(id, sha256, at, null));
                    empty = false;
                } catch (IOException e) {
                    ended = true;
                    throw e;
                }
            }
        }
    }

    /** The same where nobody depends on it, as when a file has been repaired. */
    public void tryAdd(Path read, BasicFileAttributes before, String sha256, Instant at) {
        try {
            add(read, before, sha256, at);
        } catch (IOException e) {
            LOG.warn("What is proven cannot be written down for the next cycle: {}", e.getMessage());
        }
    }

    /** Makes them count, durably; does nothing when there are none, or not all could be written. */
    public synchronized void commit() throws IOException {
        if (empty || ended) {
            return;
        }
        ended = true;
        out.close();
        channel.force(true);
        // While it is locked: another process would take it for one that is left.
        Files.move(unfinished, file);
        channel.close();
        Durable.syncFolder(Durable.folderOf(file));
    }

    /** The same where nobody depends on it, as at the end of what has failed itself. */
    public void tryCommit() {
        try {
            commit();
        } catch (IOException e) {
            LOG.warn("What was proven is not written down for the next cycle: {}", e.getMessage());
        }
    }

    /** Without {@link #commit}, nothing is left of them; and if something is, the next who begins removes it. */
    @Override
    public synchronized void close() {
        try (channel) {
            Files.deleteIfExists(unfinished);
            if (channel.isOpen()) {
                out.close();
            }
        } catch (IOException e) {
            LOG.debug("{} is not ended as it should be", unfinished, e);
        } finally {
            OURS.remove(unfinished);
        }
    }

    /** Those that wait to be taken in, in no order. */
    static List<Path> waiting(Layout layout) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(layout.scrub(), LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> each = Files.newDirectoryStream(layout.scrub(), PREFIX + "*" + ENDING)) {
                each.forEach(files::add);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }
}
