package io.hubstorage.replicate;

import io.hubstorage.fs.DiskFull;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A bucket's folder in a snapshot that is being put together. Every file in it is whole: a link to one that is, or proven before
 * it came here. Folders are made without following what somebody may have put there. For the one thread that goes through the
 * manifest, but for {@link #holds}.
 */
final class StagedTree {
    private final Path snapshot;
    private final Path tree;
    private final CopyFolder.Left left;
    /** It and all folders on the way to it are there, and are folders. */
    private @Nullable Path known;

    /** @param left what there is already of the snapshot */
    StagedTree(Path snapshot, String bucket, CopyFolder.Left left) {
        this.snapshot = snapshot;
        this.tree = Layout.tree(snapshot, bucket);
        this.left = left;
    }

    /** Where the file of this path goes, whose folder is there then; null where the path leads elsewhere. */
    @Nullable
    Path place(String path) throws IOException {
        Path file = SnapshotTree.below(tree, path);
        if (file != null) {
            make(Durable.folderOf(file));
        }
        return file;
    }

    void folder(Path folder) throws IOException {
        make(folder);
    }

    void begin() throws IOException {
        make(tree);
    }

    private void make(Path folder) throws IOException {
        if (known != null && known.startsWith(folder)) {
            return;
        }
        if (!folder.equals(snapshot)) {
            make(Durable.folderOf(folder));
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                throw new IOException(
                        "%s stands where a folder of the copy goes, and HubStorage has not put it there: remove it"
                                .formatted(folder),
                        e);
            }
        }
        known = folder;
    }

    /**
     * Makes a place a hard link to a file of the copy, which is like that.
     *
     * @return false where this disk has no further link for it, or it is gone
     * @throws SourceException when another key has the place
     */
    boolean link(Path file, Path existing, BasicFileAttributes attributes) throws IOException {
        if (left != CopyFolder.Left.NOTHING) {
            BasicFileAttributes there = OwnFiles.regular(file);
            if (there != null && isSame(there, attributes)) {
                return true;
            }
            Files.deleteIfExists(file);
        }
        try {
            Files.createLink(file, existing);
            return true;
        } catch (FileAlreadyExistsException e) {
            throw new SourceException("Another key of the manifest has the same path.", e);
        } catch (FileSystemException | UnsupportedOperationException e) {
            if (DiskFull.isCauseOf(e)) {
                throw e;
            }
            return false;
        }
    }

    /** Whether both are one file; false where the system does not tell. */
    static boolean isSame(BasicFileAttributes one, BasicFileAttributes other) {
        return one.fileKey() != null && one.fileKey().equals(other.fileKey());
    }

    /** Whether an earlier replication has brought the file already; read in full where its disk has been away since. Thread-safe. */
    boolean holds(Path file, ManifestEntry entry, FileCopy copy) throws IOException, InterruptedException {
        if (left == CopyFolder.Left.NOTHING) {
            return false;
        }
        BasicFileAttributes there = OwnFiles.regular(file);
        if (there == null || there.size() != entry.fileSize() || !entry.hasTimeOnDisk(there.lastModifiedTime())) {
            return false;
        }
        String sha256 = entry.fileSha256();
        return left == CopyFolder.Left.KNOWN || (sha256 != null && copy.holds(file, sha256));
    }
}
