package io.hubstorage.verify;

import io.hubstorage.keys.NameFolding;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Whether the disk takes names for the same that differ in case or normalisation. */
enum PathFolding {
    /** No. */
    EXACT,
    /** Yes, so that a folder may be spelled otherwise than the manifest spells it. */
    FOLDED;

    /** Found out without writing anything: does the folder {@code s3} also answer to {@code S3}? */
    static PathFolding of(Path snapshot) {
        return Files.exists(snapshot.resolve("S3"), LinkOption.NOFOLLOW_LINKS) ? FOLDED : EXACT;
    }

    /** What a path is joined by. */
    String place(String path, boolean directory) {
        String place = this == FOLDED ? NameFolding.fold(path) : path;
        return directory ? place + "/" : place;
    }
}
