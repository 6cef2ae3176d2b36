package io.hubstorage.browse.history;

import io.hubstorage.bus.Tally;
import java.util.Arrays;

/** What a folder adds up to so far. */
final class FolderSum {
    private long objects;
    private long bytes;
    /** Of the files that lie in it and in none of its folders. */
    private long own;
    /** By threshold, the bytes of those of its folders that are not named at it, less what is named in them. */
    private final long[] unnamed = new long[TellingFolders.THRESHOLDS];

    void add(long moreObjects, long moreBytes) {
        objects += moreObjects;
        bytes += moreBytes;
        own += moreBytes;
    }

    long bytes() {
        return bytes;
    }

    Tally tally() {
        return new Tally(objects, bytes);
    }

    /** The bytes that no folder below names at this threshold. */
    long left(int threshold) {
        return own + unnamed[threshold];
    }

    /** Adds a folder that is in this one, and is whole. */
    void include(FolderSum folder) {
        objects += folder.objects;
        bytes += folder.bytes;
    }

    /** Adds those bytes of a folder in this one that is not named at this threshold. */
    void take(int threshold, long left) {
        unnamed[threshold] += left;
    }

    void clear() {
        objects = 0;
        bytes = 0;
        own = 0;
        Arrays.fill(unnamed, 0);
    }
}
