package io.hubstorage.browse.history;

import io.hubstorage.bus.Tally;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a folder as one snapshot has it, with what became of each since another: those that are only in the other one
 * stand among the rest, in the same order.
 *
 * @param previous what to give as {@code before} for the rows before these; absent at the beginning
 * @param next what to give as {@code after} for the rows behind these; absent at the end
 */
public record FolderWindow(
        List<Row> rows, @Nullable String previous, @Nullable String next) {
    public enum State {
        /** With the same content in both or, of a folder, with the same files. */
        SAME,
        /** Not in the other one. */
        ADDED,
        /** With another content or, of a folder, with other files somewhere below. */
        CHANGED,
        /** Only in the other one. */
        REMOVED
    }

    /**
     * A file or a folder.
     *
     * @param key a file's, or what all keys in the folder begin with, its slash included
     * @param state absent where it would have taken too long to tell, of a folder alone
     * @param now absent when it was removed
     * @param before as the other snapshot has it; absent when it has not, or there is none
     */
    public record Row(
            String key,
            boolean folder,
            @Nullable State state,
            @Nullable Seen now,
            @Nullable Seen before) {}

    /**
     * What one snapshot has under a name.
     *
     * @param files how many are below a folder, markers of folders included, and how large they are, or the file itself; absent of
     *     a folder in a snapshot without manifests
     * @param lastModified absent of a folder
     */
    public record Seen(@Nullable Tally files, @Nullable Instant lastModified) {}

    public FolderWindow {
        rows = List.copyOf(rows);
    }
}
