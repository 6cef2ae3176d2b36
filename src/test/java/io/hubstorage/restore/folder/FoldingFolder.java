package io.hubstorage.restore.folder;

import io.hubstorage.restore.targets.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** A folder as on a disk where {@code X} and {@code x} are one name. */
public final class FoldingFolder {
    private FoldingFolder() {}

    /**
     * Opens it as a target.
     *
     * @param scratch for temporary files
     */
    public static Target open(Path folder, Path scratch) {
        try {
            return new FolderTarget(folder, "x", scratch, List.of(), true, _ -> new FolderNames(true, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
