package io.hubstorage.transfer;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What comparing the listing with the sources says about one key. */
sealed interface Difference {
    /**
     * Listed as it was: link {@code entry}'s file from the source.
     *
     * @param asRecorded whether {@code entry} is the source's line, word for word
     */
    record Unchanged(int source, ManifestEntry entry, boolean asRecorded) implements Difference {}

    /**
     * Listed anew or otherwise than before.
     *
     * @param candidate a file that may spare the download
     * @param previous the last snapshot's version, to fall back on
     * @param refetch whether it is listed as the last snapshot has it, only that its file there is damaged
     */
    record Changed(
            ListedObject object,
            @Nullable Candidate candidate,
            @Nullable Version previous,
            boolean refetch) implements Difference {}

    /** In an archive tier that cannot be read; the last snapshot's version is kept if there is one. */
    record Archived(@Nullable Version previous) implements Difference {}

    /**
     * In the last snapshot, gone from S3, and {@code delete} is off.
     *
     * @param asRecorded as in {@link Unchanged}
     */
    record Gone(Version previous, boolean asRecorded) implements Difference {}

    /** In the last snapshot and not in the next: deleted in S3, or filtered now. */
    record Dropped(ManifestEntry entry) implements Difference {}

    /** A file of the last snapshot and the line that describes it. */
    record Version(int source, ManifestEntry entry) {}

    /**
     * A file that probably holds the listed content.
     *
     * @param trusted whether it may be linked without hashing it first
     */
    record Candidate(int source, ManifestEntry entry, boolean trusted) {}

    /** Receives differences in key order. */
    @FunctionalInterface
    interface Sink {
        /** Takes one; may block to hold the listing back. */
        void accept(Difference difference) throws IOException, InterruptedException;
    }
}
