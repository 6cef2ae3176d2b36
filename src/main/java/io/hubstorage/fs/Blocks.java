package io.hubstorage.fs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What files take on a disk, which gives out whole blocks: as {@code du} counts it, worked out from their sizes, since Java
 * does not tell it. Disks that compress or keep small files among their names take less.
 *
 * @param size of a block, in bytes
 */
public record Blocks(long size) {
    private static final long USUAL = 4_096;
    private static final long LARGEST = 65_536;

    public static Blocks of(Path path) throws IOException {
        try {
            long size = Files.getFileStore(path).getBlockSize();
            // NFS tells how much it likes to write at once, up to 1 MiB.
            return new Blocks(size > 0 && size <= LARGEST ? size : USUAL);
        } catch (UnsupportedOperationException _) {
            return new Blocks(USUAL);
        }
    }

    public long holding(long bytes) {
        return Math.ceilDiv(bytes, size) * size;
    }
}
