package io.hubstorage.bus;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Between the backup room and its transfer workers; internal, not bridged. Paths on the bus are relative to the data folder, which
 * another process may have elsewhere; those of a dry run, which never leaves this process, are absolute.
 */
public sealed interface TransferMessage {
    /** What a worker does with a shard. */
    enum Mode {
        /** List, diff and download. */
        COPY,
        /** {@link #COPY} could not read some objects: ask for these once more, and list nothing. */
        RETRY,
        /** List and diff only, nothing is written to the snapshot. */
        DRY_RUN,
        /** After {@link #COPY}: link what stays over from the last snapshot, as the change log says. */
        LINK,
        /** Link the whole bucket over from the last snapshot, without asking S3. */
        KEEP
    }

    /**
     * Names a shard within its run.
     *
     * @param attempt numbers the attempts at one bucket within a staging; each writes into a folder of its own
     * @param index numbers the shards of an attempt, in key order from 0
     * @param dispatch tells apart the workers in other processes that were given the shard one after the other, by a number that
     *     no two shards of a run share; 0 where it is worked on in the coordinator's
     */
    record ShardId(String bucket, int attempt, int index, int dispatch) {
        /** Of the coordinator's own worker. */
        public ShardId(String bucket, int attempt, int index) {
            this(bucket, attempt, index, 0);
        }

        /** The same shard, given to somebody else. */
        public ShardId dispatched(int number) {
            return new ShardId(bucket, attempt, index, number);
        }
    }

    /**
     * One range of a bucket's keys.
     *
     * @param before how far it is already, when it is to be gone on with
     */
    record Shard(String runId, ShardId id, Mode mode, Keys keys, Workspace workspace, Options options, Progress before)
            implements TransferMessage {
        /** What {@link #lease} ends in. */
        public static final String LEASE = ".lease";
        /** What the working files end in that are of no use to another run. */
        public static final String DRAFT = ".draft";

        public String bucket() {
            return id.bucket();
        }

        public List<Source> sources() {
            return workspace.sources();
        }

        /** The same shard, gone on with in another mode. */
        public Shard goOn(Mode other, Progress soFar) {
            return new Shard(runId, id, other, keys, workspace, options, soFar);
        }

        /** The same shard, to be worked on elsewhere. */
        public Shard in(ShardId as, Workspace places) {
            return new Shard(runId, as, mode, keys, places, options, before);
        }

        /** The same shard, with each file forced to the disk by whoever writes it. */
        public Shard syncingFiles() {
            return new Shard(runId, id, mode, keys, workspace, options.syncingFiles(), before);
        }

        /** The file that is there as long as the run counts on this shard; a worker that misses it must write nothing. */
        public String lease() {
            return workingFile(LEASE);
        }

        /** The file of the shard's in its journal folder whose name ends so. */
        public String workingFile(String ending) {
            return "%s/shard-%04d%s".formatted(workspace.journal(), id.index(), ending);
        }
    }

    /**
     * The keys of a shard, in UTF-8 byte order.
     *
     * @param prefix only keys that begin with this; empty for all
     * @param after only keys greater than this
     * @param through only keys up to and including this
     * @param sorted whether to sort the listing on disk first, because the server lists in another order
     */
    record Keys(
            String prefix, @Nullable String after, @Nullable String through, boolean sorted) {}

    /**
     * The places where a shard is worked on.
     *
     * @param tree the folder that becomes {@code s3/<bucket>}
     * @param journal the folder for the attempt's change logs and manifest parts
     * @param sources where unchanged files are linked from, the best first
     */
    record Workspace(String tree, String journal, List<Source> sources) {
        /** With the paths below that folder as from there; others stay as they are. */
        public Workspace relativeTo(Path folder) {
            return with(path -> relative(folder, path));
        }

        /** Undoes {@link #relativeTo}, maybe for another place of the folder. */
        public Workspace resolvedAt(Path folder) {
            return with(path -> folder.resolve(path).toString());
        }

        private Workspace with(UnaryOperator<String> paths) {
            return new Workspace(
                    paths.apply(tree),
                    paths.apply(journal),
                    sources.stream()
                            .map(source -> new Source(
                                    paths.apply(source.tree),
                                    paths.apply(source.manifest),
                                    source.previous,
                                    source.trust))
                            .toList());
        }

        private static String relative(Path folder, String path) {
            Path file = Path.of(path);
            return file.startsWith(folder) ? folder.relativize(file).toString().replace(File.separatorChar, '/') : path;
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
     * @param compression what is stored compressed; null where nothing is
     */
    record Options(
            boolean delete,
            List<String> exclude,
            List<String> include,
            boolean hardLinks,
            boolean foldedNames,
            boolean syncFiles,
            boolean requestPayer,
            @Nullable Compression compression) {
        /** Where nothing is stored compressed. */
        public Options(
                boolean delete,
                List<String> exclude,
                List<String> include,
                boolean hardLinks,
                boolean foldedNames,
                boolean syncFiles,
                boolean requestPayer) {
            this(delete, exclude, include, hardLinks, foldedNames, syncFiles, requestPayer, null);
        }

        private Options syncingFiles() {
            return new Options(delete, exclude, include, hardLinks, foldedNames, true, requestPayer, compression);
        }
    }

    /**
     * What new files are stored compressed, where that spares space.
     *
     * @param patterns of keys, as in {@link Options#exclude}
     * @param level of zstd
     */
    record Compression(List<String> patterns, int level) {}

    /** Asks for the folders right below a prefix of a bucket, as many as one answer names. */
    record FindFolders(String bucket, String prefix, boolean requestPayer) implements TransferMessage {}

    /** Common prefixes, each with the prefix that was asked for, in the server's order. */
    record Folders(List<String> prefixes) implements TransferMessage {}

    /** Stops a shard of a run, or all of them where none is named. */
    record Cancel(String runId, @Nullable ShardId shard) implements TransferMessage {}

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
     * How far a shard is, or all of a bucket.
     *
     * @param toDownload what is known to need a download, done ones included
     * @param bytesReceived body bytes received so far, of unfinished objects too
     */
    record Progress(BucketCounts counts, Tally toDownload, long bytesReceived, boolean listingComplete) {
        public static final Progress NONE = new Progress(BucketCounts.ZERO, Tally.ZERO, 0, false);

        /** Both together. */
        public Progress plus(Progress other) {
            return new Progress(
                    counts.plus(other.counts),
                    toDownload.plus(other.toDownload),
                    bytesReceived + other.bytesReceived,
                    listingComplete && other.listingComplete);
        }
    }

    /**
     * The shard is alive, and how far it is. Numbers never go down, but for those of objects that are tried again.
     *
     * @param service null while the shard needs nothing of S3
     */
    record Heartbeat(
            String runId,
            ShardId id,
            Progress progress,
            List<InFlight> inFlight,
            @Nullable Service service) implements TransferMessage {}

    /** An object on its way; {@code received} may be more than {@code size} when parts were asked for again. */
    record InFlight(String key, long size, long received) {}

    enum Outcome {
        /** The listing reached its end, everything it named is accounted for, and the bucket differs from the last snapshot. */
        CHANGED,
        /** The same, and nothing differs. */
        UNCHANGED,
        /** What stays is linked too: the shard's part of the snapshot is there. */
        LINKED,
        /** The server does not list in UTF-8 byte order: do it again, sorted. */
        UNORDERED,
        /** A file of the last snapshot is not what its manifest says: do it again with less {@link Trust}. */
        DAMAGED,
        /** The listing did not finish, or the worker came to no end; {@code error} says why. */
        FAILED,
        /** Credentials were refused: the run must stop at once. */
        AUTH,
        /** There is no room left on the disk: the run must stop at once. */
        DISK_FULL,
        CANCELLED;

        /** Whether everything that the shard's listing named is accounted for. */
        public boolean isComplete() {
            return this == CHANGED || this == UNCHANGED || this == LINKED;
        }
    }

    /**
     * What a shard took.
     *
     * @param lookMillis what looking at the last snapshot's files took, summed over threads
     * @param writableFiles linked ones whose mode is not read-only
     * @param allocatedBytes what is new on the disk in its tree: files and folders, in whole blocks
     */
    record Usage(long listRequests, long lookMillis, long writableFiles, long allocatedBytes) {
        public static final Usage NONE = new Usage(0, 0, 0, 0);

        public Usage plus(Usage other) {
            return new Usage(
                    listRequests + other.listRequests,
                    lookMillis + other.lookMillis,
                    writableFiles + other.writableFiles,
                    allocatedBytes + other.allocatedBytes);
        }
    }

    /** What may mend later what went wrong. */
    enum Remedy {
        /** Nothing, as far as is known. */
        NONE,
        /** To ask again for the objects that failed. */
        RETRY,
        /** To begin anew. */
        COPY
    }

    /**
     * What could not be copied.
     *
     * @param first some of it, named; all is in the journal folder
     * @param remedy for some of it at least, or for whatever else went wrong
     * @param byKind all of it, counted by {@link RunRecord.Failure#kind}
     * @param ofShard of which kind the shard's own error is, as {@link BucketOutcome#errorKind}
     */
    record Failures(
            List<RunRecord.Failure> first,
            long total,
            Remedy remedy,
            Map<String, Tally> byKind,
            @Nullable String ofShard) {
        /** Where no object failed. */
        public static Failures none(Remedy remedy, @Nullable String ofShard) {
            return new Failures(List.of(), 0, remedy, Map.of(), ofShard);
        }
    }

    record Result(
            String runId,
            ShardId id,
            Outcome outcome,
            Progress progress,
            Usage usage,
            Failures failures,
            @Nullable String error)
            implements TransferMessage {}
}
