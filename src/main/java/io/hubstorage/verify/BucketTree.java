package io.hubstorage.verify;

import io.hubstorage.keys.NameFolding;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * One bucket's folder in one snapshot, and where to say what is wrong with it.
 *
 * @param folded whether the disk takes names for the same that differ in case or normalisation, so that a folder may be
 *     spelled otherwise than the manifest spells it
 */
record BucketTree(String bucket, Path folder, boolean folded, Findings findings) {
    /** Found out without writing anything: does the folder {@code s3} also answer to {@code S3}? */
    static boolean isFolded(Path snapshot) {
        return Files.exists(snapshot.resolve("S3"), LinkOption.NOFOLLOW_LINKS);
    }

    Path file(String path) {
        return folder.resolve(path);
    }

    /** What a path is joined by. */
    String place(String path, boolean directory) {
        String place = folded ? NameFolding.fold(path) : path;
        return directory ? place + "/" : place;
    }
}
