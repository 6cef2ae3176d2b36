package io.hubstorage.transfer;

import io.hubstorage.fs.Blocks;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The folders of a tree that files are put into: made when the first file needs them, and counted with all that new files take on
 * the disk. Thread-safe.
 */
final class TreeFolders {
    private static final int KNOWN = 16_384;
    /** What a folder keeps of a file beside its name: its number, lengths, and what aligns the next one. */
    private static final int NAME_OVERHEAD = 10;

    private final Path tree;
    private final Blocks blocks;
    private final LongAdder allocated;
    /** Those that are there, and the bytes that the names put into them take. */
    private final Map<Path, Long> known = new ConcurrentHashMap<>();

    /** @param allocated counts what is new on the disk, in bytes of whole blocks */
    TreeFolders(Path tree, LongAdder allocated) throws IOException {
        this.tree = tree;
        this.blocks = Blocks.of(tree);
        this.allocated = allocated;
    }

    /** Where the file of this path goes, whose folder is there then. */
    Path place(String path) throws IOException {
        Path file = tree.resolve(path);
        Path folder = file.getParent();
        if (folder == null) {
            return file;
        }
        if (!known.containsKey(folder)) {
            make(folder);
            if (known.size() >= KNOWN) {
                known.clear();
            }
        }
        countName(folder, path.length() - path.lastIndexOf('/') - 1);
        return file;
    }

    /** A folder that was known is gone: all are looked for anew. */
    void forget() {
        known.clear();
    }

    Blocks blocks() {
        return blocks;
    }

    void countFile(long size) {
        allocated.add(blocks.holding(size));
    }

    /** Those below the tree alone: it itself is never made anew. */
    void make(Path folder) throws IOException {
        if (folder.equals(tree) || Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null) {
            make(parent);
        }
        try {
            Files.createDirectory(folder);
            allocated.add(blocks.size());
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
        }
    }

    /** A folder's first block is counted when it is made. Its blocks are about three quarters full, as ext4 and XFS have it. */
    private void countName(Path folder, int length) {
        long bytes = (long) NAME_OVERHEAD + length;
        long all = known.merge(folder, bytes, Long::sum);
        long full = blocks.size() * 3 / 4;
        if (all / full > (all - bytes) / full) {
            allocated.add(blocks.size());
        }
    }
}
