package io.hubstorage.verify.scrub;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/**
 * Which file on the disk it is, whatever its names. The number of an inode is given to another file once the first is gone, and
 * somebody may write into one: so when it was made, its size and when it was written to belong to it. The number of links and
 * the time of the last change do not: each snapshot that shares the file changes these.
 *
 * @param inode its number; empty where the file system has none
 * @param born when it was made, as far as the file system tells; else as {@code modified}
 */
record FileId(String inode, long size, Instant modified, Instant born) {
    private static final String INODE = "ino=";

    static FileId of(BasicFileAttributes attributes) {
        return new FileId(
                inode(attributes),
                attributes.size(),
                attributes.lastModifiedTime().toInstant(),
                attributes.creationTime().toInstant());
    }

    /** As the JDK writes it: {@code (dev=fd01,ino=1234)}. The device is that of the data folder. */
    private static String inode(BasicFileAttributes attributes) {
        String text = Objects.toString(attributes.fileKey(), "");
        int begin = text.indexOf(INODE);
        int end = text.indexOf(')', begin + 1);
        return begin < 0 || end < 0 ? "" : text.substring(begin + INODE.length(), end);
    }

    /** Whether it is the same file, although it may have been written to. */
    boolean isSameInode(FileId other) {
        return isKnown() && inode.equals(other.inode) && born.equals(other.born);
    }

    /** Whether files can be told apart at all. */
    boolean isKnown() {
        return !inode.isEmpty();
    }
}
