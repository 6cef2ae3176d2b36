package io.hubstorage.manifest;

import java.util.Locale;

/** How a file came into its snapshot; in the manifest in lower case. */
public enum EntryState {
    /** Unchanged since the snapshot before: a hard link to its file, or a local copy of it. */
    LINKED,
    /** Fetched from S3 in this run or in an interrupted one that this run resumed. */
    DOWNLOADED,
    /** Gone from S3 and kept because {@code sync_options.delete} is off. */
    CARRIED,
    /** The previous version of what could not be read this time, under its old ETag. */
    KEPT;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The state in the next snapshot of a file that nothing became of: unless gone from S3, it is listed again. */
    public EntryState unchanged() {
        return this == CARRIED ? CARRIED : LINKED;
    }

    public String word() {
        return word;
    }

    /**
     * The state with that name in a manifest.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static EntryState ofWord(String word) {
        for (EntryState state : values()) {
            if (state.word.equals(word)) {
                return state;
            }
        }
        throw new IllegalArgumentException("no such entry state: " + word);
    }
}
