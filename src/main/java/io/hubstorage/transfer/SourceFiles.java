package io.hubstorage.transfer;

import io.hubstorage.integrity.Algorithm;
import io.hubstorage.integrity.ByteSink;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The files that a shard may link from, and whether each is what its manifest line says, as far as its name, size and time
 * tell: one {@code stat} a file, about 2 µs on a local disk with its cache warm. Thread-safe.
 */
final class SourceFiles {
    private static final int KNOWN_FOLDERS = 16_384;

    /** A file is not what its snapshot's manifest says, or cannot be read: the snapshot was damaged from outside, or its disk. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        /** @param what is wrong with it, as the end of a sentence */
        private DamagedException(Path file, String what, @Nullable Throwable cause) {
            super("%s is not what the manifest of its snapshot says: %s".formatted(file, what), cause);
        }

        static DamagedException unreadable(Path file, IOException cause) {
            return new DamagedException(file, "it cannot be read (%s)".formatted(cause), cause);
        }
    }

    private final List<Path> trees;
    private final LongAdder nanos;
    private final Class<? extends BasicFileAttributes> attributes;
    private final Set<Path> ownFolders = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Folder latest;

    /** A folder of a source, on whose way no symbolic link stands. */
    private record Folder(int source, String name, Path path) {
        boolean holds(Shard.Source asked, String file, int slash) {
            return asked.index() == source && Math.max(0, slash) == name.length() && file.startsWith(name);
        }
    }

    /** @param nanos counts what the looks took */
    SourceFiles(List<Shard.Source> sources, LongAdder nanos) {
        this.trees = sources.stream().map(Shard.Source::tree).toList();
        this.nanos = nanos;
        this.attributes = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? PosixFileAttributes.class
                : BasicFileAttributes.class;
    }

    /**
     * Looks at the file of a line of a source.
     *
     * @param whole whether to read it in any case
     * @return the line, with the file's own time where that is not what it says although the content, which is read then, is
     *     right
     * @throws DamagedException when there is no such file, or it is another one
     */
    ManifestEntry check(Shard.Source source, ManifestEntry entry, boolean whole) throws IOException {
        if (entry.directory()) {
            return checkFolder(source.file(entry), entry);
        }
        Path file = ownFile(source, entry);
        BasicFileAttributes found = regular(file);
        requireSize(file, found, entry);
        boolean dated = entry.hasTimeOnDisk(found.lastModifiedTime());
        if (dated && !whole) {
            return entry;
        }
        String content = hash(file);
        if (!content.equals(entry.fileSha256()) && !(dated && entry.sha256() == null)) {
            throw dated ? new DamagedException(file, "it has other content", null) : redated(file, found, entry);
        }
        return dated ? entry : entry.withFileTime(found.lastModifiedTime().toInstant());
    }

    /**
     * Looks at the file of a line, and reads nothing.
     *
     * @throws DamagedException when there is no such file, or size or time differ
     */
    BasicFileAttributes look(Path file, ManifestEntry entry) throws DamagedException {
        requireOwnFolder(file, file.getParent());
        BasicFileAttributes found = regular(file);
        requireSize(file, found, entry);
        if (!entry.hasTimeOnDisk(found.lastModifiedTime())) {
            throw redated(file, found, entry);
        }
        return found;
    }

    /** Whether this is a regular file of a source that can be looked at, and no symbolic link leads there. */
    boolean isOwn(Path file) {
        return isOwnFolder(file.getParent()) && OwnFiles.regular(file) != null;
    }

    /** The file of a line. Keys come in order, so most share the folder of the one before, and no path to that is made anew. */
    private Path ownFile(Shard.Source source, ManifestEntry entry) throws DamagedException {
        String path = entry.path();
        int slash = path.lastIndexOf('/');
        Folder folder = latest;
        if (folder == null || !folder.holds(source, path, slash)) {
            String name = path.substring(0, Math.max(0, slash));
            folder = new Folder(source.index(), name, source.tree().resolve(name));
            requireOwnFolder(source.file(entry), folder.path());
            latest = folder;
        }
        return folder.path().resolve(path.substring(slash + 1));
    }

    private void requireOwnFolder(Path file, @Nullable Path folder) throws DamagedException {
        if (!isOwnFolder(folder)) {
            throw new DamagedException(file, "a symbolic link stands in its way", null);
        }
    }

    private BasicFileAttributes regular(Path file) throws DamagedException {
        long begin = System.nanoTime();
        try {
            BasicFileAttributes found = Files.readAttributes(file, attributes, LinkOption.NOFOLLOW_LINKS);
            if (!found.isRegularFile()) {
                throw new DamagedException(file, "it is no regular file", null);
            }
            return found;
        } catch (NoSuchFileException e) {
            throw new DamagedException(file, "it is missing", e);
        } catch (DamagedException e) {
            throw e;
        } catch (IOException e) {
            throw DamagedException.unreadable(file, e);
        } finally {
            nanos.add(System.nanoTime() - begin);
        }
    }

    private ManifestEntry checkFolder(Path folder, ManifestEntry entry) throws DamagedException {
        if (!isOwnFolder(folder.getParent()) || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new DamagedException(folder, "the folder is missing", null);
        }
        return entry;
    }

    private static void requireSize(Path file, BasicFileAttributes found, ManifestEntry entry) throws DamagedException {
        if (found.size() != entry.fileSize()) {
            throw new DamagedException(
                    file, "it has %d bytes instead of %d".formatted(found.size(), entry.fileSize()), null);
        }
    }

    private static DamagedException redated(Path file, BasicFileAttributes found, ManifestEntry entry) {
        return new DamagedException(
                file,
                "it was written to at %s, after it was stored with the time %s"
                        .formatted(found.lastModifiedTime(), entry.timeOnDisk()),
                null);
    }

    private String hash(Path file) throws IOException {
        long begin = System.nanoTime();
        try {
            return sha256(file);
        } finally {
            nanos.add(System.nanoTime() - begin);
        }
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = Algorithm.SHA256.start();
        feed(file, digest::update);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** @throws DamagedException when not all of it can be read, whatever the reason but an interrupt */
    static void feed(Path file, ByteSink sink) throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            sink.read(open::read, 0, open.size());
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw DamagedException.unreadable(file, e);
        }
    }

    private boolean isOwnFolder(@Nullable Path folder) {
        if (folder == null || ownFolders.contains(folder)) {
            return true;
        }
        if (trees.stream().anyMatch(tree -> OwnFiles.leadsAway(tree, folder))) {
            return false;
        }
        if (ownFolders.size() >= KNOWN_FOLDERS) {
            ownFolders.clear();
        }
        ownFolders.add(folder);
        return true;
    }
}
