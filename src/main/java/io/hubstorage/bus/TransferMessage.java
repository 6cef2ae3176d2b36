package io.hubstorage.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between the backup room and its transfer workers; internal, not bridged. Paths are absolute. */
public sealed interface TransferMessage {
    /** What a worker does with a shard. */
    enum Mode {
        /** List, diff, download, and link as soon as the shard differs from the last snapshot. */
        COPY,
        /** List and diff only, nothing is written to the snapshot. */
        DRY_RUN,
        /** {@link #COPY} found nothing different from the last snapshot: link it all over, as its change log says. */
        LINK,
        /** Link the whole bucket over from the last snapshot, without asking S3. */
        KEEP
    }

    /**
     * One range of a bucket's keys, in UTF-8 byte order.
     *
     * @param pass numbers the passes over one bucket within a staging; each writes into a folder of its own
     * @param index numbers the shards of a pass, in key order from 0
     * @param after only keys greater than this
     * @param through only keys up to and including this
     * @param prefix only keys that begin with this; empty for all
     * @param sorted whether to sort the listing on disk first, because the server lists in another order
     * @param tree the folder that becomes {@code s3/<bucket>}
     * @param journal the folder for this pass's change log and manifest part
     * @param sources where unchanged files are linked from, the best first
     */
    record Shard(
            String runId,
            Mode mode,
            String bucket,
            int pass,
            int index,
            @Nullable String after,
            @Nullable String through,
            String prefix,
            boolean sorted,
            String tree,
            String journal,
            List<Source> sources,
            Options options)
            implements TransferMessage {
        /** What {@link #lease} ends in. */
        public static final String LEASE = ".lease";

        /** The file that is there as long as the run counts on this shard; a worker that misses it must write nothing. */
        public String lease() {
            return "%s/shard-%04d%s".formatted(journal, index, LEASE);
        }
    }

    /** How far a source is believed. */
    enum Trust {
        /** A file is what the manifest says. */
        MANIFEST,
        /** Each file is looked at: it must exist with the size and time that the manifest says. */
        PRESENCE,
        /** A file must be readable and hash to what the manifest says; for staged work after a reboot, and for bad sectors. */
        HASH
    }

    /**
     * A tree to link from and the manifest that describes it.
     *
     * @param tree the bucket's folder
     * @param manifest its {@code .jsonl.zst}
     * @param previous whether this is the last snapshot (what is missing in the listing was deleted) or staged work
     */
    record Source(String tree, String manifest, boolean previous, Trust trust) {}

    /**
     * The run's frozen options, as far as a shard needs them.
     *
     * @param foldedNames whether the disk takes names for the same that differ in case or normalisation; then a bucket is
     *     one shard
     * @param syncFiles whether each file must be forced to the disk by whoever writes it
     * @param requestPayer whether we pay for the requests to this bucket
     */
    record Options(
            boolean delete,
            List<String> exclude,
            List<String> include,
            boolean hardLinks,
            boolean foldedNames,
            boolean syncFiles,
            boolean requestPayer) {}

    /** Asks for the folders right below a prefix of a bucket, as many as one answer names. */
    record FindFolders(String bucket, String prefix, boolean requestPayer) implements TransferMessage {}

    /** Common prefixes, each with the prefix that was asked for, in the server's order. */
    record Folders(List<String> prefixes) implements TransferMessage {}

    /**
     * Stops the shards of a run.
     *
     * @param bucket null for all of them; else, with {@code pass} and {@code index}, the one that is meant
     */
    record Cancel(String runId, @Nullable String bucket, int pass, int index) implements TransferMessage {
        /** Stops every shard of a run. */
        public Cancel(String runId) {
            this(runId, null, 0, 0);
        }
    }

    /**
     * What S3 does for a worker that needs it.
     *
     * @param answeredMillisAgo when it last did what it was asked for; null when it has not yet
     * @param trouble what is in the way at the moment; null when nothing is
     */
    record Service(
            @Nullable Long answeredMillisAgo, @Nullable Trouble trouble) {}

    /**
     * Why S3 does nothing for a worker.
     *
     * @param lastingMillis for how long already
     * @param cause in a few plain words, for {@code Waiting for S3: …}
     * @param detail the last failure in full, with what to do about it
     */
    record Trouble(
            long lastingMillis, String cause, @Nullable String detail) {}

    /** A run's search for the buckets of the account goes on. */
    record Discovering(String runId, Service service) implements TransferMessage {}

    /**
     * The shard is alive, and how far it is. Numbers are the shard's own and never go down.
     *
     * @param service null while the shard needs nothing of S3
     */
    record Heartbeat(
            String runId,
            String bucket,
            int pass,
            int index,
            BucketCounts counts,
            Tally toDownload,
            boolean listingComplete,
            long bytesReceived,
            List<InFlight> inFlight,
            @Nullable Service service)
            implements TransferMessage {}

    /** An object on its way; {@code received} may be more than {@code size} when parts were asked for again. */
    record InFlight(String key, long size, long received) {}

    /** How a shard ended. */
    enum Outcome {
        /** The listing reached its end and everything it named is accounted for. */
        COMPLETE,
        /** As {@link #COMPLETE}, and nothing differs from the last snapshot; nothing was linked yet. */
        UNCHANGED,
        /** The server does not list in UTF-8 byte order: do it again, sorted. */
        UNORDERED,
        /** A file of the last snapshot is not what its manifest says: do it again with less {@link Trust}. */
        DAMAGED,
        /** The listing did not finish; {@code error} says why. */
        FAILED,
        /** Credentials were refused: the run must stop at once. */
        AUTH,
        /** There is no room left on the disk: the run must stop at once. */
        DISK_FULL,
        /** Stopped on request. */
        CANCELLED
    }

    /**
     * The shard's end.
     *
     * @param lookMillis what looking at the last snapshot's files took, summed over threads
     * @param writableFiles linked ones whose mode is not read-only
     * @param allocatedBytes what is new on the disk in its tree: files and folders, in whole blocks
     * @param failures the first failures, named; all are in the journal folder
     * @param retriable whether trying again later may mend what failed
     */
    record Result(
            String runId,
            String bucket,
            int pass,
            int index,
            Outcome outcome,
            BucketCounts counts,
            Tally toDownload,
            long bytesReceived,
            long listRequests,
            long lookMillis,
            long writableFiles,
            long allocatedBytes,
            List<RunRecord.Failure> failures,
            long failuresTotal,
            boolean retriable,
            @Nullable String error)
            implements TransferMessage {}
}
