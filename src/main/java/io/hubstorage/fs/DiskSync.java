package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a run wrote durable, in the way that the destination's file system needs. Open it when the run begins: only
 * write-back errors from then on are told. Blocking; for one thread.
 */
public final class DiskSync implements AutoCloseable {
    /**
     * File systems whose {@code syncfs} writes everything out. FUSE (mergerfs, Unraid's shares, gocryptfs, sshfs, NTFS) returns 0
     * and tells its daemon nothing; network file systems do with the server as they like. Whatever is not known is synced
     * file by file.
     */
    private static final Set<String> SYNCED_WHOLE = Set.of(
            "ext2",
            "ext3",
            "ext4",
            "xfs",
            "btrfs",
            "zfs",
            "f2fs",
            "bcachefs",
            "jfs",
            "reiserfs",
            "nilfs2",
            "overlay",
            "tmpfs",
            "vfat",
            "exfat",
            "ntfs3");

    /** Of one machine too, though not for the above. Not NTFS, by which Windows calls shares as well. */
    private static final Set<String> ALSO_LOCAL = Set.of("apfs", "hfs", "ufs", "fuseblk");

    private final String type;
    private final @Nullable SyncFs whole;

    private DiskSync(String type, @Nullable SyncFs whole) {
        this.type = type;
        this.whole = whole;
    }

    public static DiskSync open(Path folder) throws IOException {
        String type = Files.getFileStore(folder).type();
        return new DiskSync(type, isSyncedWhole(type) ? SyncFs.open(folder) : null);
    }

    static boolean isSyncedWhole(String type) {
        return SYNCED_WHOLE.contains(type.toLowerCase(Locale.ROOT));
    }

    /** Whether a folder is on a disk of this machine, which no other one has; false when nobody can tell. */
    public static boolean isLocal(Path folder) throws IOException {
        String type = Files.getFileStore(folder).type().toLowerCase(Locale.ROOT);
        return SYNCED_WHOLE.contains(type) || ALSO_LOCAL.contains(type);
    }

    /** Whether whoever writes a file must force it to the disk before closing it. */
    public boolean byFile() {
        return whole == null;
    }

    public String type() {
        return type;
    }

    /**
     * Makes a staged snapshot durable: by one {@code syncfs}, which covers the whole file system; or each of its folders and
     * every file beside the trees, since those in the trees were forced as they were written.
     *
     * @throws IOException when the disk reports that something could not be written since this was opened
     */
    public void sync(Path snapshot) throws IOException {
        if (whole == null) {
            syncByFile(snapshot);
        } else if (!whole.sync()) {
            // The kernel lacks the call, and nothing was forced as it was written.
            syncTree(snapshot, _ -> false);
        }
    }

    /**
     * Makes a tree durable whose files were forced to the disk as they were written, where that is {@link #byFile} by file.
     *
     * @throws IOException as {@link #sync}
     */
    public void syncTree(Path tree) throws IOException {
        if (whole == null) {
            syncTree(tree, _ -> true);
        } else if (!whole.sync()) {
            syncTree(tree, _ -> false);
        }
    }

    private static void syncByFile(Path snapshot) throws IOException {
        syncTree(snapshot, file -> isInTree(snapshot.relativize(file)));
    }

    /** Whether it is below {@code s3}, or the same of a named account. */
    private static boolean isInTree(Path inSnapshot) {
        String folder = inSnapshot.getName(0).toString();
        return inSnapshot.getNameCount() > 1 && (folder.equals("s3") || folder.startsWith("s3@"));
    }

    /** Every folder, and every file but those that were forced. */
    private static void syncTree(Path folder, Predicate<Path> forced) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && !forced.test(file)) {
                    Durable.sync(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Durable.syncFolder(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        if (whole != null) {
            whole.close();
        }
    }
}
