package io.hubstorage.replicate;

import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.OwnFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A bucket's files in a snapshot, to be looked at in the order of their keys: most then lie in the folder of the one before, and
 * only that is remembered. Nothing is followed that leads out of the snapshot. Not thread-safe.
 */
final class SnapshotTree {
    private final Path snapshot;
    private final Path tree;
    /** On the way to it no symbolic link stands. */
    private @Nullable Path known;

    SnapshotTree(Path snapshot, String bucket) {
        this.snapshot = snapshot;
        this.tree = Layout.tree(snapshot, bucket);
    }

    /** Where the path of a manifest's line leads in a bucket's folder; null where that is not below it. */
    static @Nullable Path below(Path tree, String path) {
        try {
            Path place = tree.resolve(path);
            return place.startsWith(tree)
                            && !place.equals(tree)
                            && place.normalize().equals(place)
                    ? place
                    : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    @Nullable
    Path file(String path) {
        return below(tree, path);
    }

    /** What the file of this path is like; null when there is none, or something else than a regular file. */
    @Nullable
    BasicFileAttributes look(String path) {
        Path file = file(path);
        return file == null || leadsAway(file.getParent()) ? null : OwnFiles.regular(file);
    }

    private boolean leadsAway(@Nullable Path folder) {
        if (folder == null || folder.equals(known)) {
            return false;
        }
        if (OwnFiles.leadsAway(snapshot, folder)) {
            return true;
        }
        known = folder;
        return false;
    }
}
